import type { Report } from '../model/report.ts'
import type { Snapshot, TaskSample } from '../model/snapshot.ts'
import type { Stack } from '../model/stack.ts'
import type { Task, TaskState } from '../model/task.ts'
import type { Wait } from '../model/wait.ts'
import type { Actor, Progress } from './actor.ts'
import { isExiting, waitOf } from './waits.ts'

/** What a bundle's tasks and reports come to, before anything is joined between them. */
export type Cast = {
  /** Tasks of /proc and of texts, then tasks that only a kernel log knows. */
  readonly actors: readonly Actor[]
  /** Reports of events (oops, lockup, panic...), each its own. */
  readonly events: readonly Report[]
  /** Hung-task reports of tasks that the same bundle shows gone, other, or moved on. */
  readonly history: readonly Report[]
}

/** Ticks a second of `stat` field 22: USER_HZ, 100 on every architecture Linux runs servers on. */
const TICKS_PER_SECOND = 100

/** A task this young may just be slow: real teardowns and flushes take seconds. */
const YOUNG_SECONDS = 10

/** Clock skew between a log's stamp and a task's start that still means the same task. */
const START_SLACK_SECONDS = 1

/** States in which a task waits for something; the others run, idle, are stopped or are dead. */
const WAITING: ReadonlySet<TaskState> = new Set(['S', 'D', 'K', 'W', 'P'])

/** Joins the tasks of a snapshot with what the kernel log and later samples say of them. */
export function castOf(snapshot: Snapshot): Cast {
  const hasProc = snapshot.tasks.some(({ origin }) => origin === 'proc')
  const waits = createWaitTable()
  const byTid = new Map<number, Task>()
  for (const task of snapshot.tasks) if (task.tid !== null) byTid.set(task.tid, task)

  const sorted = sortReports(snapshot.reports, byTid, hasProc, waits)
  const samples = samplesByTid(snapshot.samples)
  const actors = snapshot.tasks.map((task, index) => {
    const reports = task.tid === null ? [] : (sorted.current.get(task.tid) ?? [])
    const wait = waitWithReports(task, reports, waits)
    const progress =
      reportedProgress(reports) ??
      sampledProgress(task, task.tid === null ? undefined : samples.get(task.tid)) ??
      agedProgress(task, snapshot.uptimeSeconds)
    return toActor(task, { key: keyOf(task, index), wait, progress, reports })
  })
  const logged = [...sorted.loggedOnly.values()].map((reports, index) =>
    loggedActor(reports, snapshot.tasks.length + index, waits),
  )
  return { actors: [...actors, ...logged], events: sorted.events, history: sorted.history }
}

type WaitTable = (task: Task, stack: Stack | null) => Wait | null

/** A wait is worked out once for each distinct stack, not once for each task. */
function createWaitTable(): WaitTable {
  const known = new Map<Stack, Map<string, Wait | null>>()
  return (task, stack) => {
    const hint = { state: task.state, kthread: task.kthread, comm: task.comm, wchan: task.wchan }
    if (stack === null || stack.frames.length === 0) {
      return task.wchan === null ? null : waitOf(stack ?? NO_STACK, hint)
    }
    const named = task.kthread === true ? (task.comm ?? '') : ''
    const key = `${task.state}${task.kthread}${named}`
    let ofStack = known.get(stack)
    if (!ofStack) known.set(stack, (ofStack = new Map()))
    let wait = ofStack.get(key)
    if (wait === undefined) ofStack.set(key, (wait = waitOf(stack, hint)))
    return wait
  }
}

const NO_STACK: Stack = { frames: [], names: [], text: [], lineOffsets: [] }

type SortedReports = {
  readonly current: Map<number, Report[]>
  readonly loggedOnly: Map<string, Report[]>
  readonly events: Report[]
  readonly history: Report[]
}

function sortReports(
  reports: readonly Report[],
  byTid: ReadonlyMap<number, Task>,
  hasProc: boolean,
  waits: WaitTable,
): SortedReports {
  const sorted: SortedReports = {
    current: new Map(),
    loggedOnly: new Map(),
    events: [],
    history: [],
  }
  for (const report of reports) {
    if (report.kind !== 'hung-task' && report.kind !== 'task') {
      sorted.events.push(report)
      continue
    }
    const task = report.tid === null ? undefined : byTid.get(report.tid)
    if (task && isSameTask(task, report)) {
      if (!hasProc || stillStands(task, report, waits)) push(sorted.current, task.tid ?? 0, report)
      else if (report.kind === 'hung-task') sorted.history.push(report)
    } else if (!hasProc) push(sorted.loggedOnly, loggedKey(report), report)
    else if (report.kind === 'hung-task') sorted.history.push(report)
  }
  return sorted
}

function push<Key>(map: Map<Key, Report[]>, key: Key, report: Report): void {
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
function isSameTask(task: Task, report: Report): boolean {
  if (report.comm !== null && task.comm !== null && !sameComm(task.comm, report.comm)) return false
  if (task.startTicks === null || report.uptimeSeconds === null) return true
  return task.startTicks / TICKS_PER_SECOND <= report.uptimeSeconds + START_SLACK_SECONDS
}

/** Workqueue workers carry their work in /proc's comm (`kworker/u4:3+loop0`) and not in the log. */
function sameComm(proc: string, logged: string): boolean {
  return (
    proc === logged ||
    proc.startsWith(`${logged}+`) ||
    proc.startsWith(`${logged}-`) ||
    logged.startsWith(`${proc}+`) ||
    logged.startsWith(`${proc}-`) ||
    proc.startsWith(logged)
  )
}

/** A report is about now when the task still waits, and waits for the same. */
function stillStands(task: Task, report: Report, waits: WaitTable): boolean {
  if (task.state !== null && !WAITING.has(task.state)) return false
  if (report.kind === 'task') return true
  const now = waits(task, task.stack)
  if (now !== null && !now.blocked) return false
  if (now === null || report.stack === null || task.stack === null) return true
  const names = new Set(report.stack.names)
  // The log shows scheduler and lock frames that /proc leaves out, never the other way round.
  return task.stack.names.slice(0, 3).every((name) => names.has(name))
}

/** /proc leaves lock frames out; a report of the same wait shows them and may say more. */
function waitWithReports(task: Task, reports: readonly Report[], waits: WaitTable): Wait | null {
  const own = waits(task, task.stack)
  if (own !== null && own.class !== 'unknown' && own.class !== 'lock') return own
  for (const { stack } of reports) {
    const told = stack === null ? null : waits(task, stack)
    if (told !== null && told.class !== 'unknown') return own && told.class === 'lock' ? own : told
  }
  return own
}

function reportedProgress(reports: readonly Report[]): Progress | null {
  let seconds: number | null = null
  let isReported = false
  for (const report of reports) {
    if (report.kind !== 'hung-task') continue
    isReported = true
    if (report.seconds !== null) seconds = Math.max(seconds ?? 0, report.seconds)
  }
  return isReported ? { kind: 'reported', seconds } : null
}

function samplesByTid(samples: readonly TaskSample[]): ReadonlyMap<number, readonly TaskSample[]> {
  const byTid = new Map<number, TaskSample[]>()
  for (const sample of samples) {
    const found = byTid.get(sample.tid)
    if (found) found.push(sample)
    else byTid.set(sample.tid, [sample])
  }
  return byTid
}

/** The kernel's own test of a hang: same stack, and not switched out in between. */
function sampledProgress(task: Task, samples: readonly TaskSample[] | undefined): Progress | null {
  if (!samples || task.switches === null) return null
  let compared = 0
  for (const sample of samples) {
    if (sample.startTicks !== null && sample.startTicks !== task.startTicks) {
      return { kind: 'moving', why: 'another task had its tid in a later sample' }
    }
    if (sample.switches === null) continue
    compared += 1
    const hasRun =
      sample.switches.voluntary !== task.switches.voluntary ||
      sample.switches.nonvoluntary !== task.switches.nonvoluntary
    if (hasRun || !sameStack(sample.stack, task.stack)) {
      return { kind: 'moving', why: 'it ran between two samples' }
    }
  }
  return compared > 0 ? { kind: 'unmoved', seconds: null } : null
}

function sameStack(one: Stack | null, other: Stack | null): boolean {
  if (one === null || other === null || one === other) return true
  return one.names.join('\n') === other.names.join('\n')
}

function agedProgress(task: Task, uptimeSeconds: number | null): Progress | null {
  if (task.startTicks === null || uptimeSeconds === null) return null
  const ageSeconds = uptimeSeconds - task.startTicks / TICKS_PER_SECOND
  if (ageSeconds < 0 || ageSeconds >= YOUNG_SECONDS) return null
  return {
    kind: 'moving',
    why: `it started ${ageSeconds.toFixed(1)} s before the bundle was taken`,
  }
}

function keyOf(task: Task, index: number): string {
  return task.tid === null ? `task:#${index}` : `task:${task.tid}`
}

type Known = Pick<Actor, 'key' | 'wait' | 'progress' | 'reports'>

function toActor(task: Task, { key, wait, progress, reports }: Known): Actor {
  const exiting =
    task.exitingFlag === true ||
    (task.stack !== null && isExiting(task.stack)) ||
    reports.some(({ stack }) => stack !== null && isExiting(stack))
  const waits = task.state === null || WAITING.has(task.state)
  return { key, task, wait, exiting, blocked: waits && wait?.blocked === true, progress, reports }
}

/** A task that only a log knows: the latest report that holds a stack tells most. */
function loggedActor(reports: readonly Report[], index: number, waits: WaitTable): Actor {
  const told =
    reports.findLast(({ stack }) => stack !== null && stack.frames.length > 0) ?? reports[0]
  const task = taskOfReport(told ?? NO_REPORT)
  return toActor(task, {
    key: keyOf(task, index),
    wait: waits(task, task.stack),
    progress: reportedProgress(reports),
    reports,
  })
}

const NO_REPORT: Report = {
  kind: 'task',
  title: '',
  from: { file: '', line: 1 },
  uptimeSeconds: null,
  at: null,
  cpu: null,
  comm: null,
  tid: null,
  tgid: null,
  ppid: null,
  state: null,
  exitingFlag: null,
  kthread: null,
  seconds: null,
  owner: null,
  locks: [],
  stack: null,
  stackFrom: null,
  kernelRelease: null,
  object: null,
}

/** The task that a report tells of, with everything a log cannot know left out. */
export function taskOfReport(report: Report): Task {
  return {
    tgid: report.tgid,
    tid: report.tid,
    comm: report.comm,
    state: report.state,
    ppid: report.ppid,
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
    kthread: report.kthread,
    exitingFlag: report.exitingFlag,
    stack: report.stack,
    stackFrom: report.stackFrom,
    wchan: null,
    syscall: null,
    cgroup: null,
    fds: [],
    unreadable: [],
    marks: [],
    from: report.from,
    origin: 'log',
  }
}
