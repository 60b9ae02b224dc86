import { type FileKind, TASK_FILES, type TaskFile } from '../model/entry.ts'
import type { Task } from '../model/task.ts'
import { NO_SIGNALS } from './proc/signals.ts'
import type { StatusLines } from './proc/status.ts'

/** A task whose files are still being read. */
export type TaskDraft = { -readonly [Key in keyof Task]: Task[Key] }

/** The bit of a file in `seen`; 0 for a file that no task has. */
export function bitOf(kind: FileKind): number {
  return BITS[kind] ?? 0
}

const BITS: Readonly<Partial<Record<FileKind, number>>> = Object.fromEntries(
  TASK_FILES.map((kind, index) => [kind, 1 << index]),
)

/** From the bits of a task's own files to those of its group, which stand for the leader. */
export const GROUP_SHIFT = 8

/**
 * Every task of a bundle, in the order its first file came. What is needed only until all files
 * are read stands beside the tasks, so that a draft is the task that comes out of it.
 */
export class TaskTable {
  readonly tasks: TaskDraft[] = []
  /** By index: bits of the files that were met. */
  readonly seen: number[] = []
  /** By index: line of the stack's first frame. */
  readonly stackLines: number[] = []
  /** By index: whether a task of this stack is at rest. */
  readonly restful: boolean[] = []
  /** By index: where in the status stands what may be quoted; undefined without a status. */
  readonly statusLines: (StatusLines | undefined)[] = []
  readonly #indexOf = new Map<number, number>()
  /** Tasks with the tid of another, in another group: only a made-up bundle has one. */
  readonly #oddIndexOf = new Map<string, number>()
  /** The files of a task mostly follow each other. */
  #lastIndex = 0

  /** Index of this task, which is added where it is new. */
  indexOf(tgid: number, tid: number): number {
    const last = this.tasks[this.#lastIndex]
    if (last !== undefined && last.tid === tid && last.tgid === tgid) return this.#lastIndex
    const known = this.#indexOf.get(tid)
    if (known === undefined) {
      const index = this.#add(tgid, tid)
      this.#indexOf.set(tid, index)
      return index
    }
    this.#lastIndex = this.tasks[known]?.tgid === tgid ? known : this.#oddIndex(tgid, tid)
    return this.#lastIndex
  }

  /** True when the bundle has this file of the task. */
  hasFile(index: number, kind: TaskFile): boolean {
    return (this.seenOf(index) & bitOf(kind)) !== 0
  }

  /** Bits of the task's files, its own and those of its group that stand for them. */
  seenOf(index: number): number {
    const seen = this.seen[index] ?? 0
    return seen | (seen >>> GROUP_SHIFT)
  }

  /** How many tasks have this file. */
  count(kind: TaskFile): number {
    let count = 0
    for (let index = 0; index < this.seen.length; index += 1) {
      if (this.hasFile(index, kind)) count += 1
    }
    return count
  }

  /** Path of the file that the task's `kind` was read from. */
  pathOf(index: number, kind: TaskFile): string {
    const { tgid, tid } = this.tasks[index] ?? { tgid: 0, tid: 0 }
    const isOwn = ((this.seen[index] ?? 0) & bitOf(kind)) !== 0
    return pathOfTask(tgid ?? 0, isOwn ? (tid ?? 0) : 0, kind)
  }

  /** Indices of all tasks, by thread group and task. */
  ordered(): Uint32Array {
    // Numbers sort without a function of ours: a pid has seven digits, so two fit in one double.
    const { tasks } = this
    const keys = new Float64Array(tasks.length)
    for (let index = 0; index < tasks.length; index += 1) {
      keys[index] = (tasks[index]?.tgid ?? 0) * PIDS_END + (tasks[index]?.tid ?? 0)
    }
    keys.sort()
    const indices = new Uint32Array(tasks.length)
    for (let at = 0; at < keys.length; at += 1) {
      const key = keys[at] ?? 0
      indices[at] = this.indexOf(Math.floor(key / PIDS_END), key % PIDS_END)
    }
    return indices
  }

  #oddIndex(tgid: number, tid: number): number {
    const key = `${tgid}/${tid}`
    const known = this.#oddIndexOf.get(key)
    if (known !== undefined) return known
    const index = this.#add(tgid, tid)
    this.#oddIndexOf.set(key, index)
    return index
  }

  #add(tgid: number, tid: number): number {
    this.#lastIndex = this.tasks.length
    this.tasks.push(newTask(tgid, tid))
    this.seen.push(0)
    this.stackLines.push(1)
    this.restful.push(false)
    this.statusLines.push(undefined)
    return this.#lastIndex
  }
}

/** One more than the largest number that a path in a bundle gives. */
const PIDS_END = 10_000_000

const NONE: readonly never[] = []

/** A task of which nothing is known yet. */
export function newTask(tgid: number, tid: number): TaskDraft {
  return {
    tgid,
    tid,
    comm: null,
    state: null,
    ppid: null,
    tracerPid: null,
    nsPids: NONE,
    pidNamespace: null,
    mountNamespace: null,
    taskPending: NO_SIGNALS,
    groupPending: NO_SIGNALS,
    blockedSignals: NO_SIGNALS,
    fdSize: null,
    threads: null,
    switches: null,
    kthread: null,
    startTicks: null,
    exitingFlag: null,
    stack: null,
    stackFrom: null,
    wchan: null,
    syscall: null,
    cgroup: null,
    fds: NONE,
    unreadable: NONE,
    marks: NONE,
    from: NOWHERE,
    origin: 'proc',
  }
}

const NOWHERE = { file: '', line: 1 }

/**
 * Writes paths of /proc into one memory and makes one string of each: joined texts would keep every
 * part of every path.
 */
const PATH = Buffer.from(`proc/${' '.repeat(64)}`)
const PROC_BYTES = 5
const TASK = Buffer.from('/task/')

/** `proc/<tgid>/task/<tid>/<kind>`, without the task where `tid` is 0. */
function pathOfTask(tgid: number, tid: number, kind: TaskFile): string {
  let end = writeNumber(tgid, PROC_BYTES)
  if (tid > 0) end = writeNumber(tid, writeBytes(TASK, end))
  end = writeBytes(NAMES[kind], end)
  return PATH.toString('latin1', 0, end)
}

const NAMES: Readonly<Record<TaskFile, Buffer>> = {
  comm: Buffer.from('/comm'),
  status: Buffer.from('/status'),
  stat: Buffer.from('/stat'),
  stack: Buffer.from('/stack'),
  wchan: Buffer.from('/wchan'),
  syscall: Buffer.from('/syscall'),
}

function writeBytes(bytes: Buffer, at: number): number {
  for (let index = 0; index < bytes.length; index += 1) PATH[at + index] = bytes[index] ?? 0
  return at + bytes.length
}

function writeNumber(value: number, at: number): number {
  let digits = 1
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1
  let rest = value
  for (let index = at + digits - 1; index >= at; index -= 1) {
    PATH[index] = 0x30 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  return at + digits
}
