import type { Goroutine } from '../../model/goroutine.ts'
import type { Report } from '../../model/report.ts'
import type { Snapshot, TaskSample } from '../../model/snapshot.ts'
import { stackOf } from '../../model/stack.ts'
import type { Task } from '../../model/task.ts'
import type { Wait } from '../../model/wait.ts'
import type { Actor } from './actor.ts'
import type { Compare } from './earlier.ts'
import { JudgedStacks } from './judged-stacks.ts'
import { isOver, type Seen } from './over.ts'
import { Ages, progressOf, reportedProgress, samplesByTid } from './progress.ts'
import { type Told, tellApart, WAITING } from './told.ts'

/** What a bundle's tasks, reports and goroutines come to, before anything is joined between them. */
export type Cast = {
  /** Tasks of /proc and of texts, then tasks that only a kernel log knows. */
  readonly tasks: readonly Actor[]
  /** Events of the log, reports that no longer hold, and goroutines: no task of their own. */
  readonly others: readonly Actor[]
}

/** Joins the tasks of a snapshot with what the kernel log and other looks say of them. */
export function castOf(snapshot: Snapshot, compare: Compare): Cast {
  const scene = sceneOf(snapshot, compare)
  const { told } = scene
  const tasks = snapshot.tasks.map((task, index) => taskActor(task, index, scene))
  for (const reports of told.loggedOnly) {
    const actor = loggedActor(reports, tasks.length, scene)
    if (actor !== null) tasks.push(actor)
  }
  return {
    tasks,
    others: [
      ...told.events.map((report) => reportActor(report, 'event', scene)),
      ...told.history.map((report) => reportActor(report, 'history', scene)),
      ...snapshot.goroutines.map(goroutineActor),
    ],
  }
}

/** What a bundle says of its tasks as a whole. */
type Scene = {
  readonly stacks: JudgedStacks
  readonly told: Told
  readonly samples: ReadonlyMap<number, readonly TaskSample[]>
  readonly compare: Compare
  readonly ages: Ages
  /** Thread groups whose leader is a zombie, and other zombies. */
  readonly zombies: ReadonlySet<number>
  readonly seen: Seen
}

function sceneOf(snapshot: Snapshot, compare: Compare): Scene {
  const { tasks, reports, samples, uptimeSeconds } = snapshot
  const hasProc = tasks.some(({ origin }) => origin === 'proc')
  const stacks = new JudgedStacks()
  const zombies = new Set<number>()
  const byTid = new Map<number, Task>()
  for (const task of tasks) {
    if (task.tid === null) continue
    if (task.state === 'Z') zombies.add(task.tid)
    if (reports.length > 0) byTid.set(task.tid, task)
  }
  return {
    stacks,
    told: tellApart(reports, byTid, hasProc, stacks),
    samples: samplesByTid(samples),
    compare,
    ages: new Ages(uptimeSeconds),
    zombies,
    seen: { byTid, hasProc, uptimeSeconds },
  }
}

const NO_REPORTS: readonly Report[] = []
const NO_SAMPLES: readonly TaskSample[] = []

/** Of most tasks there is no report and no sample: such a one costs its actor and nothing else. */
function taskActor(task: Task, index: number, scene: Scene): Actor {
  const { tid } = task
  const reports = tid === null ? NO_REPORTS : (scene.told.current.get(tid) ?? NO_REPORTS)
  const samples = tid === null ? NO_SAMPLES : (scene.samples.get(tid) ?? NO_SAMPLES)
  const compared = scene.compare(task)
  const progress = progressOf(task, { reports, samples, compared, ages: scene.ages })
  return toActor(task, { key: keyOf(task, index), reports, progress }, scene)
}

/** How much a wait tells: a class, at least that it is a lock, or nothing. */
function telling(wait: Wait | null): number {
  if (wait === null) return 0
  return wait.class === 'unknown' ? 1 : wait.class === 'lock' ? 2 : 3
}

/** /proc leaves lock frames out; a report of the same wait shows them and may say more. */
function waitOfTask(task: Task, reports: readonly Report[], stacks: JudgedStacks): Wait | null {
  let best = stacks.waitOf(task, task.stack)
  for (const { stack } of reports) {
    const told = stack === null ? null : stacks.waitOf(task, stack)
    if (telling(told) > telling(best)) best = told
  }
  return best
}

function keyOf(task: Task, index: number): string {
  return task.tid === null ? `task:#${index}` : `task:${task.tid}`
}

type Known = Pick<Actor, 'key' | 'progress' | 'reports'>

function toActor(task: Task, { key, progress, reports }: Known, { stacks, zombies }: Scene): Actor {
  const wait = waitOfTask(task, reports, stacks)
  const exiting =
    task.exitingFlag === true ||
    stacks.isExiting(task.stack) ||
    reports.some(({ stack }) => stacks.isExiting(stack))
  const mayWait = task.state === null || WAITING.has(task.state)
  const blocked = mayWait && wait?.blocked === true
  const hasZombieLeader = task.tgid !== null && zombies.has(task.tgid)
  const isUnreapable = exiting && blocked && hasZombieLeader && progress?.kind !== 'moving'
  return {
    key,
    task,
    wait,
    exiting,
    blocked,
    progress,
    isUnreapable,
    reports,
    kind: 'task',
    isOver: false,
  }
}

/** A task that only a log knows: the latest report that holds a stack tells most. */
function loggedActor(reports: readonly Report[], index: number, scene: Scene): Actor | null {
  const told =
    reports.findLast(({ stack }) => stack !== null && stack.frames.length > 0) ?? reports[0]
  if (!told) return null
  const task = taskOfReport(told)
  const progress = reportedProgress(reports)
  return toActor(task, { key: keyOf(task, index), reports, progress }, scene)
}

/** An event is no wait; a report that no longer holds is one that is over. */
function reportActor(report: Report, kind: 'event' | 'history', { stacks, seen }: Scene): Actor {
  const task = taskOfReport(report)
  return {
    key: `${kind}:${report.from.file}:${report.from.line}`,
    task,
    wait: kind === 'event' ? null : stacks.waitOf(task, task.stack),
    exiting: false,
    blocked: false,
    progress: null,
    isUnreapable: false,
    reports: [report],
    kind,
    isOver: isOver(report, seen),
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
    isOver: false,
  }
}
