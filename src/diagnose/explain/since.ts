import type { Report } from '../../model/report.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Actor } from '../situation/actor.ts'

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
  const blockedMs = (report.seconds ?? 0) * 1000
  if (report.at !== null) {
    const at = Date.parse(report.at)
    return Number.isNaN(at) ? null : at - blockedMs
  }
  if (report.uptimeSeconds === null || snapshot.uptimeSeconds === null) return null
  const collected = snapshot.collectedAt === null ? Number.NaN : Date.parse(snapshot.collectedAt)
  if (Number.isNaN(collected)) return null
  return collected - (snapshot.uptimeSeconds - report.uptimeSeconds) * 1000 - blockedMs
}
