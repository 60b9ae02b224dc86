import type { Report } from '../../model/report.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Actor } from '../situation/actor.ts'
import { instantOf } from '../situation/reported.ts'

/** Earliest instant (RFC 3339 UTC) from which the input proves one of the tasks stuck, or null. */
export function sinceOf(actors: readonly Actor[], snapshot: Snapshot): string | null {
  const instants = actors.flatMap((actor) => [
    ...actor.reports.flatMap((report) =>
      report.kind === 'hung-task' ? (startOf(report, snapshot) ?? []) : [],
    ),
    ...standingSince(actor),
  ])
  let earliest: number | null = null
  for (const instant of instants) {
    if (earliest === null || instant < earliest) earliest = instant
  }
  return earliest === null ? null : new Date(earliest).toISOString()
}

/** When the first of the snapshots was taken that show it where it still is. */
function standingSince({ progress }: Actor): readonly number[] {
  const since = progress?.kind === 'unmoved' ? progress.since : null
  const at = since === null ? Number.NaN : Date.parse(since)
  return Number.isNaN(at) ? [] : [at]
}

/** When a reported task began to be blocked, in milliseconds; null when no clock ties it to a date. */
function startOf(report: Report, snapshot: Snapshot): number | null {
  const at = instantOf(report, snapshot)
  return at === null ? null : at - (report.seconds ?? 0) * 1000
}
