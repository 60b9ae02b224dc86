import type { Report } from '../../model/report.ts'
import type { Task, TaskState } from '../../model/task.ts'
import type { JudgedStacks } from './judged-stacks.ts'

/** What a kernel log tells, told apart by whom it is about and whether it still holds. */
export type Told = {
  /** By tid, of tasks of the snapshot: still true of them. */
  readonly current: ReadonlyMap<number, readonly Report[]>
  /** Reports of the same task, for tasks that only the log knows. */
  readonly loggedOnly: readonly (readonly Report[])[]
  /** Oopses, lockups, stalls, panics: events, each its own. */
  readonly events: readonly Report[]
  /** Hung-task reports of tasks that the same bundle shows gone, other, or moved on. */
  readonly history: readonly Report[]
}

/** Ticks a second of `stat` field 22: USER_HZ, 100 on every architecture Linux runs servers on. */
export const TICKS_PER_SECOND = 100

/** Clock skew between a log's stamp and a task's start that still means the same task. */
const START_SLACK_SECONDS = 1

/** States in which a task waits for something; the others run, idle, are stopped or are dead. */
export const WAITING: ReadonlySet<TaskState> = new Set(['S', 'D', 'K', 'W', 'P'])

type Fate = 'current' | 'loggedOnly' | 'event' | 'history' | 'none'

/** Sorts the reports of a log by what they are still worth. */
export function tellApart(
  reports: readonly Report[],
  byTid: ReadonlyMap<number, Task>,
  hasProc: boolean,
  stacks: JudgedStacks,
): Told {
  const current = new Map<number, Report[]>()
  const loggedOnly = new Map<string, Report[]>()
  const events: Report[] = []
  const history: Report[] = []
  const keep: Readonly<Record<Fate, (report: Report) => void>> = {
    current: (report) => append(current, report.tid ?? 0, report),
    loggedOnly: (report) => append(loggedOnly, loggedKey(report), report),
    event: (report) => events.push(report),
    history: (report) => history.push(report),
    none: () => {},
  }
  for (const report of reports) {
    const task = report.tid === null ? undefined : byTid.get(report.tid)
    keep[fateOf(report, task, hasProc, stacks)](report)
  }
  return { current, loggedOnly: [...loggedOnly.values()], events, history }
}

function fateOf(
  report: Report,
  task: Task | undefined,
  hasProc: boolean,
  stacks: JudgedStacks,
): Fate {
  if (report.kind !== 'hung-task' && report.kind !== 'task') return 'event'
  const isKnown = task !== undefined && isSameTask(task, report)
  if (isKnown && (!hasProc || stillStands(task, report, stacks))) return 'current'
  if (!isKnown && !hasProc) return 'loggedOnly'
  return report.kind === 'hung-task' ? 'history' : 'none'
}

function append<Key>(map: Map<Key, Report[]>, key: Key, report: Report): void {
  const found = map.get(key)
  if (found) found.push(report)
  else map.set(key, [report])
}

/** Tids come round again in a long log, so the name is part of the key. */
function loggedKey(report: Report): string {
  return report.tid === null
    ? `${report.from.file}:${report.from.line}`
    : `${report.tid} ${report.comm ?? ''}`
}

/** A tid is used again within a boot: name and start time must fit too. */
export function isSameTask(task: Task, report: Report): boolean {
  if (report.comm !== null && task.comm !== null && !sameComm(task.comm, report.comm)) return false
  if (task.startTicks === null || report.uptimeSeconds === null) return true
  return task.startTicks / TICKS_PER_SECOND <= report.uptimeSeconds + START_SLACK_SECONDS
}

/** Workqueue workers carry their work in /proc's comm (`kworker/u4:3+loop0`) and not in the log. */
function sameComm(proc: string, logged: string): boolean {
  if (proc === logged) return true
  return proc.startsWith('kworker/') && proc.split(/[+-]/)[0] === logged.split(/[+-]/)[0]
}

/** How many frames on top of a /proc stack must stand in the report for it to be the same wait. */
const SAME_FRAMES = 3

/** A report is about now when the task still waits, and waits for the same. */
function stillStands(task: Task, report: Report, stacks: JudgedStacks): boolean {
  if (task.state !== null && !WAITING.has(task.state)) return false
  if (report.kind === 'task') return true
  const now = stacks.waitOf(task, task.stack)
  if (now !== null && !now.blocked) return false
  if (now === null || report.stack === null || task.stack === null) return true
  const names = new Set(report.stack.names)
  // The log shows scheduler and lock frames that /proc leaves out, never the other way round.
  return task.stack.names.slice(0, SAME_FRAMES).every((name) => names.has(name))
}
