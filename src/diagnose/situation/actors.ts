import type { Goroutine } from '../../model/goroutine.ts'
import type { Report } from '../../model/report.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { EMPTY_STACK, type Stack, stackOf } from '../../model/stack.ts'
import type { Task } from '../../model/task.ts'
import type { Wait } from '../../model/wait.ts'
import { isExiting, waitOf } from '../waits/waits.ts'
import type { Actor } from './actor.ts'
import type { Compare } from './earlier.ts'
import { progressOf, reportedProgress, samplesByTid } from './progress.ts'
import { tellApart, WAITING, type WaitTable } from './told.ts'

/** What a bundle's tasks, reports and goroutines come to, before anything is joined between them. */
export type Cast = {
  /** Tasks of /proc and of texts, then tasks that only a kernel log knows. */
  readonly tasks: readonly Actor[]
  /** Events of the log, reports that no longer hold, and goroutines: no task of their own. */
  readonly others: readonly Actor[]
}

/** Joins the tasks of a snapshot with what the kernel log and other looks say of them. */
export function castOf(snapshot: Snapshot, compare: Compare): Cast {
  const hasProc = snapshot.tasks.some(({ origin }) => origin === 'proc')
  const waits = createWaitTable()
  const byTid = new Map<number, Task>()
  for (const task of snapshot.tasks) if (task.tid !== null) byTid.set(task.tid, task)
  const told = tellApart(snapshot.reports, byTid, hasProc, waits)
  const samples = samplesByTid(snapshot.samples)
  const zombies = new Set(
    snapshot.tasks.flatMap(({ state, tid }) => (state === 'Z' && tid !== null ? [tid] : [])),
  )
  const tasks = snapshot.tasks.map((task, index) => {
    const reports = task.tid === null ? [] : (told.current.get(task.tid) ?? [])
    const progress = progressOf(task, {
      reports,
      samples: task.tid === null ? [] : (samples.get(task.tid) ?? []),
      compared: compare(task),
      uptimeSeconds: snapshot.uptimeSeconds,
    })
    const known = {
      key: keyOf(task, index),
      wait: waitOfTask(task, reports, waits),
      progress,
      reports,
    }
    return toActor(task, known, task.tgid !== null && zombies.has(task.tgid))
  })
  const logged = told.loggedOnly.flatMap((reports, index) =>
    loggedActor(reports, snapshot.tasks.length + index, waits),
  )
  return {
    tasks: [...tasks, ...logged],
    others: [
      ...told.events.map((report) => reportActor(report, 'event', waits)),
      ...told.history.map((report) => reportActor(report, 'history', waits)),
      ...snapshot.goroutines.map(goroutineActor),
    ],
  }
}

/** A wait is worked out once for each distinct stack, not once for each task. */
function createWaitTable(): WaitTable {
  const known = new Map<Stack, Map<string, Wait | null>>()
  return (task, stack) => {
    const hint = { state: task.state, kthread: task.kthread, comm: task.comm, wchan: task.wchan }
    if (stack === null || stack.frames.length === 0) {
      return task.wchan === null ? null : waitOf(EMPTY_STACK, hint)
    }
    const named = task.kthread === true ? (task.comm ?? '') : ''
    const key = `${task.state}${task.kthread}${named}`
    const ofStack = known.get(stack) ?? new Map<string, Wait | null>()
    known.set(stack, ofStack)
    const found = ofStack.get(key)
    if (found !== undefined) return found
    const wait = waitOf(stack, hint)
    ofStack.set(key, wait)
    return wait
  }
}

/** How much a wait tells: a class, at least that it is a lock, or nothing. */
function telling(wait: Wait | null): number {
  if (wait === null) return 0
  return wait.class === 'unknown' ? 1 : wait.class === 'lock' ? 2 : 3
}

/** /proc leaves lock frames out; a report of the same wait shows them and may say more. */
function waitOfTask(task: Task, reports: readonly Report[], waits: WaitTable): Wait | null {
  let best = waits(task, task.stack)
  for (const { stack } of reports) {
    const told = stack === null ? null : waits(task, stack)
    if (telling(told) > telling(best)) best = told
  }
  return best
}

function keyOf(task: Task, index: number): string {
  return task.tid === null ? `task:#${index}` : `task:${task.tid}`
}

type Known = Pick<Actor, 'key' | 'wait' | 'progress' | 'reports'>

function toActor(
  task: Task,
  { key, wait, progress, reports }: Known,
  hasZombieLeader = false,
): Actor {
  const stacks = [task.stack, ...reports.map(({ stack }) => stack)]
  const exiting =
    task.exitingFlag === true || stacks.some((stack) => stack !== null && isExiting(stack))
  const mayWait = task.state === null || WAITING.has(task.state)
  const blocked = mayWait && wait?.blocked === true
  const isUnreapable = exiting && blocked && hasZombieLeader && progress?.kind !== 'moving'
  return { key, task, wait, exiting, blocked, progress, isUnreapable, reports, kind: 'task' }
}

/** A task that only a log knows: the latest report that holds a stack tells most. */
function loggedActor(
  reports: readonly Report[],
  index: number,
  waits: WaitTable,
): readonly Actor[] {
  const told =
    reports.findLast(({ stack }) => stack !== null && stack.frames.length > 0) ?? reports[0]
  if (!told) return []
  const task = taskOfReport(told)
  const wait = waits(task, task.stack)
  return [
    toActor(task, { key: keyOf(task, index), wait, progress: reportedProgress(reports), reports }),
  ]
}

/** An event is no wait; a report that no longer holds is one that is over. */
function reportActor(report: Report, kind: 'event' | 'history', waits: WaitTable): Actor {
  const task = taskOfReport(report)
  return {
    key: `${kind}:${report.from.file}:${report.from.line}`,
    task,
    wait: kind === 'event' ? null : waits(task, task.stack),
    exiting: false,
    blocked: false,
    progress: null,
    isUnreapable: false,
    reports: [report],
    kind,
  }
}

/** A task of which nothing is known yet. */
const NOTHING_KNOWN: Omit<Task, 'from' | 'origin'> = {
  tgid: null,
  tid: null,
  comm: null,
  state: null,
  ppid: null,
  tracerPid: null,
  nsPids: [],
  pidNamespace: null,
  mountNamespace: null,
  taskPending: [],
  groupPending: [],
  blockedSignals: [],
  fdSize: null,
  threads: null,
  switches: null,
  startTicks: null,
  kthread: null,
  exitingFlag: null,
  stack: null,
  stackFrom: null,
  wchan: null,
  syscall: null,
  cgroup: null,
  fds: [],
  unreadable: [],
  marks: [],
}

/** The task that a report tells of, with everything a log cannot know left out. */
function taskOfReport(report: Report): Task {
  const { tgid, tid, comm, state, ppid, kthread, exitingFlag, stack, stackFrom, from } = report
  return {
    ...NOTHING_KNOWN,
    tgid,
    tid,
    comm,
    state,
    ppid,
    kthread,
    exitingFlag,
    stack,
    stackFrom,
    from,
    origin: 'log',
  }
}

/** A goroutine's functions stand in for frames, without their package paths. */
function goroutineActor(goroutine: Goroutine): Actor {
  const frames = goroutine.functions.map((name) => ({
    symbol: name.slice(name.lastIndexOf('/') + 1),
    offset: null,
    size: null,
    module: null,
    reliable: true,
  }))
  const lines = frames.map(() => goroutine.text)
  return {
    key: `goroutine:${goroutine.from.file}:${goroutine.from.line}`,
    task: {
      ...NOTHING_KNOWN,
      comm: `goroutine ${goroutine.id}`,
      stack: stackOf(
        frames,
        lines,
        frames.map(() => 0),
      ),
      stackFrom: goroutine.from,
      from: goroutine.from,
      origin: 'pasted',
    },
    wait: null,
    exiting: false,
    blocked: false,
    progress:
      goroutine.minutes === null ? null : { kind: 'reported', seconds: goroutine.minutes * 60 },
    isUnreapable: false,
    reports: [],
    kind: 'goroutine',
  }
}
