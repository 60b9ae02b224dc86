import type { Report } from '../../model/report.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Actor } from './actor.ts'

/** When a report was made, in milliseconds; null when no clock ties it to a date. */
export function instantOf(report: Report, snapshot: Snapshot): number | null {
  if (report.at !== null) {
    const at = Date.parse(report.at)
    return Number.isNaN(at) ? null : at
  }
  if (report.uptimeSeconds === null || snapshot.uptimeSeconds === null) return null
  const collected = snapshot.collectedAt === null ? Number.NaN : Date.parse(snapshot.collectedAt)
  if (Number.isNaN(collected)) return null
  return collected - (snapshot.uptimeSeconds - report.uptimeSeconds) * 1000
}

/** When the reports of some tasks were made, in order: a date, or else the time since boot. */
export function timesOf(actors: readonly Actor[], snapshot: Snapshot): readonly string[] {
  const reports = actors.flatMap((actor) => actor.reports)
  const instants = reports.flatMap((report) => instantOf(report, snapshot) ?? [])
  if (instants.length > 0) return instants.sort((one, other) => one - other).map(toSecond)
  return reports
    .flatMap(({ uptimeSeconds }) => uptimeSeconds ?? [])
    .sort((one, other) => one - other)
    .map((uptime) => `${Math.round(uptime)} s after boot`)
}

function toSecond(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Reports of one lockup follow each other at most this far apart. */
const NEXT_SECONDS = 300

/**
 * Whole seconds that what was reported last has lasted, from its begin to its last report; null
 * when nothing tells.
 */
export function lastedSeconds(actors: readonly Actor[]): number | null {
  const reports = actors.flatMap((actor) => actor.reports)
  const said = Math.max(0, ...reports.map(({ seconds }) => seconds ?? 0))
  const spans = reports
    .flatMap(({ uptimeSeconds, seconds }) =>
      uptimeSeconds === null ? [] : [{ begin: uptimeSeconds - (seconds ?? 0), end: uptimeSeconds }],
    )
    .sort((one, other) => other.end - one.end)
  const [last] = spans
  let begin = last?.begin ?? 0
  for (const span of spans)
    if (begin - span.end <= NEXT_SECONDS) begin = Math.min(begin, span.begin)
  const lasted = Math.max(said, Math.floor((last?.end ?? 0) - begin))
  return lasted < 1 ? null : lasted
}

/** Loadable modules on the stacks of a task's reports, innermost first. */
export function modulesOf({ reports }: Actor): readonly string[] {
  return [
    ...new Set(
      reports.flatMap(({ stack }) =>
        (stack?.frames ?? []).flatMap(({ module, reliable }) =>
          module === null || !reliable ? [] : [module],
        ),
      ),
    ),
  ]
}
