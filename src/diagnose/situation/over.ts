import type { Report } from '../../model/report.ts'
import type { Task } from '../../model/task.ts'
import { isSameTask } from './told.ts'

/**
 * Seconds without a further report after which a lockup or stall is over; absent for what is told
 * once only. Both are told again while they last, a stall after three of its time-outs, which are
 * 21 s by default and 60 s on enterprise kernels. Source: kernel/watchdog.c watchdog_timer_fn(),
 * kernel/rcu/tree_stall.h rcu_stall_is_suppressed(), check_cpu_stall().
 */
const SILENT_SECONDS: { readonly [Kind in Report['kind']]?: number } = {
  'soft-lockup': 300,
  'rcu-stall': 600,
}

const LASTS: ReadonlySet<Report['kind']> = new Set(['soft-lockup', 'hard-lockup', 'rcu-stall'])

/** What a bundle shows around a report of its log. */
export type Seen = {
  readonly byTid: ReadonlyMap<number, Task>
  readonly hasProc: boolean
  readonly uptimeSeconds: number | null
}

/** True for a lockup or stall that the same bundle's /proc, or the silence of its log, shows to be over. */
export function isOver(report: Report, { byTid, hasProc, uptimeSeconds }: Seen): boolean {
  if (!hasProc || !LASTS.has(report.kind)) return false
  // Each CPU has an idle task 0, which /proc does not list.
  if (report.tid === null || report.tid === 0) return isLongSilent(report, uptimeSeconds)
  const task = byTid.get(report.tid)
  // What holds a CPU is in state R all the while; it has no stack that /proc could show.
  return task === undefined || !isSameTask(task, report) || (task.state ?? 'R') !== 'R'
}

function isLongSilent(report: Report, uptimeSeconds: number | null): boolean {
  const silentSeconds = SILENT_SECONDS[report.kind]
  if (silentSeconds === undefined || report.uptimeSeconds === null) return false
  return uptimeSeconds !== null && uptimeSeconds - report.uptimeSeconds > silentSeconds
}
