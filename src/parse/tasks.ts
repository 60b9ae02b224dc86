import type { TaskFile } from '../model/entry.ts'
import type { Mount, PsRow } from '../model/snapshot.ts'
import { type Mark, TASK_STATES, type Task, type TaskState } from '../model/task.ts'
import { decidingFiles, type Group, type Groups, remotePoints } from './groups.ts'
import { NO_LINES } from './proc/status.ts'
import type { TaskFiles } from './task-files.ts'
import { newTask, type TaskDraft, type TaskTable } from './task-table.ts'
import type { Unreadable } from './unreadable.ts'

/** What tasks are joined from. */
export type TaskParts = {
  readonly files: TaskFiles
  readonly groups: Groups
  readonly mounts: readonly Mount[]
  readonly ps: readonly PsRow[]
  readonly unreadable: Unreadable
}

/** Joins the files of each task; then come tasks that only a ps listing shows. */
export function tasksOf(parts: TaskParts): Task[] {
  const { table } = parts.files
  const around: Around = {
    points: remotePoints(parts.mounts),
    rows: new Map(parts.ps.map((row) => [row.tid ?? row.tgid, row])),
    hasKthreadd: table.tasks.some(({ tid, comm }) => tid === 2 && comm === 'kthreadd'),
  }
  const tasks: Task[] = []
  for (const index of table.ordered()) tasks.push(joined(index, parts, around))
  for (const task of listedTasks(table.tasks, parts.ps)) tasks.push(task)
  return tasks
}

/** What is the same for all tasks. */
type Around = {
  readonly points: readonly string[]
  readonly rows: ReadonlyMap<number, PsRow>
  readonly hasKthreadd: boolean
}

function joined(index: number, parts: TaskParts, { points, rows, hasKthreadd }: Around): Task {
  const { table } = parts.files
  const task = table.tasks[index] ?? newTask(0, 0)
  const group = parts.groups.find(task.tgid ?? 0)
  if (group) joinGroup(task, group, points)
  if (rows.size > 0) joinRow(task, rows.get(task.tid ?? 0), table.hasFile(index, 'wchan'))
  if (task.kthread === null && hasKthreadd && task.ppid !== null) {
    task.kthread = task.tgid === 2 || task.ppid === 2
  }
  joinPlaces(task, index, parts)
  return task
}

function joinGroup(task: TaskDraft, group: Group, points: readonly string[]): void {
  task.pidNamespace = group.pidNamespace
  task.mountNamespace = group.mountNamespace
  task.cgroup = group.cgroup
  if (group.files.length > 0) task.fds = decidingFiles(group.files, points)
}

/** A listing tells where the task's own files do not. */
function joinRow(task: TaskDraft, row: PsRow | undefined, hasWchan: boolean): void {
  if (row === undefined) return
  task.pidNamespace ??= row.pidNamespace
  if (!hasWchan) task.wchan = row.wchan
}

function joinPlaces(task: TaskDraft, index: number, { files, unreadable }: TaskParts): void {
  const { table } = files
  if (task.stack === null) {
    task.from = { file: table.pathOf(index, firstFile(table, index)), line: 1 }
  } else {
    task.stackFrom = { file: table.pathOf(index, 'stack'), line: table.stackLines[index] ?? 1 }
    task.from = task.stackFrom
  }
  const unread = unreadable.of(index)
  if (unread.length > 0) task.unreadable = unread
  if (unread.length > 0 || !isAtRest(task, table.restful[index] ?? false))
    task.marks = marksOf(task, index, files)
}

function firstFile(table: TaskTable, index: number): TaskFile {
  for (const kind of FIRST_FILES) if (table.hasFile(index, kind)) return kind
  return 'status'
}

const FIRST_FILES: readonly TaskFile[] = ['status', 'stat', 'comm', 'stack', 'wchan', 'syscall']

function isAtRest(task: Task, isResting: boolean): boolean {
  const { state, fdSize, taskPending, groupPending, exitingFlag, stack } = task
  if (state !== null && state !== 'S' && state !== 'I' && state !== 'R') return false
  if (taskPending.length > 0 || groupPending.length > 0) return false
  if (fdSize === 0 || exitingFlag === true) return false
  return stack === null || state === 'R' || isResting
}

/** The lines as the kernel prints them: they are known by their values. */
function marksOf(task: Task, index: number, { table, statuses }: TaskFiles): Mark[] {
  const lines = table.statusLines[index] ?? NO_LINES
  const mask = (signals: readonly number[]) => statuses.signals.textOf(signals)
  const rows: readonly (readonly [Mark['what'], TaskFile, number, string])[] = [
    ['state', 'status', lines.state, `State:\t${task.state} (${STATE_WORDS[task.state ?? 'W']})`],
    ['sigPnd', 'status', lines.sigPnd, `SigPnd:\t${mask(task.taskPending)}`],
    ['shdPnd', 'status', lines.shdPnd, `ShdPnd:\t${mask(task.groupPending)}`],
    ['nsPid', 'status', lines.nsPid, `NSpid:\t${task.nsPids.join('\t')}`],
    ['threads', 'status', lines.threads, `Threads:\t${task.threads}`],
    ['fdSize', 'status', lines.fdSize, `FDSize:\t${task.fdSize}`],
    [
      'wchan',
      'wchan',
      table.hasFile(index, 'wchan') && task.wchan !== null ? 1 : 0,
      `${task.wchan}`,
    ],
    ['syscall', 'syscall', task.syscall === null ? 0 : 1, `${task.syscall}`],
  ]
  return rows
    .filter(([, , line]) => line > 0)
    .map(([what, kind, line, text]) => {
      return { what, file: table.pathOf(index, kind), line, text }
    })
}

/** Source: fs/proc/array.c, task_state_array[]; W and K of kernels before 4.14. */
const STATE_WORDS: Readonly<Record<TaskState, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'disk sleep',
  T: 'stopped',
  t: 'tracing stop',
  X: 'dead',
  Z: 'zombie',
  P: 'parked',
  I: 'idle',
  W: 'waking',
  K: 'wakekill',
}

/** Tasks of a listing that have no folder in the bundle: unreadable, or gone before or after. */
function listedTasks(known: readonly Task[], ps: readonly PsRow[]): Task[] {
  if (ps.length === 0) return []
  const groups = new Set(known.map(({ tgid }) => tgid))
  const tasks = new Set(known.map(({ tid }) => tid))
  const listed: Task[] = []
  for (const row of ps) {
    const tid = row.tid ?? row.tgid
    if (tasks.has(tid) || (row.tid === null && groups.has(row.tgid))) continue
    tasks.add(tid)
    listed.push(listedTask(row))
  }
  return listed
}

function listedTask(row: PsRow): Task {
  const letter = row.stat?.slice(0, 1)
  return {
    ...newTask(row.tgid, row.tid ?? row.tgid),
    comm: row.command,
    state: TASK_STATES.find((state) => state === letter) ?? null,
    ppid: row.ppid,
    pidNamespace: row.pidNamespace,
    wchan: row.wchan,
    from: row.from,
    origin: 'ps',
  }
}
