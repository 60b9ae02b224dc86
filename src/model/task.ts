import type { Place } from './parsed.ts'
import type { Stack } from './stack.ts'

/** State letter of /proc/<pid>/status. Source: fs/proc/array.c, task_state_array[]. */
export type TaskState = 'R' | 'S' | 'D' | 'T' | 't' | 'Z' | 'X' | 'I' | 'W' | 'P' | 'K'

// biome-ignore format: one row
export const TASK_STATES: readonly TaskState[] = [
  'R', 'S', 'D', 'T', 't', 'Z', 'X', 'I', 'W', 'P', 'K',
]

/** A line of the bundle worth quoting as evidence, kept because its file is not. */
export type Mark = {
  readonly what:
    | 'state'
    | 'sigPnd'
    | 'shdPnd'
    | 'nsPid'
    | 'threads'
    | 'wchan'
    | 'syscall'
    | 'fdSize'
  readonly file: string
  readonly line: number
  readonly text: string
}

/** How often a task was switched out; unchanged counts mean that it did not run in between. */
export type Switches = { readonly voluntary: number; readonly nonvoluntary: number }

/** One task, joined from its files, or from a text that shows it. Null: not in the input. */
export type Task = {
  /** Thread group; null when only a `task/<tid>` or a log line is known. */
  readonly tgid: number | null
  /** Null for a stack pasted without any number. */
  readonly tid: number | null
  readonly comm: string | null
  readonly state: TaskState | null
  /** Thread group of the parent, as the reader's pid namespace sees it; 0 when outside. */
  readonly ppid: number | null
  /** Thread group of the tracer; 0 when there is none. */
  readonly tracerPid: number | null
  /** The tid in each pid namespace, outermost first; empty when unknown. */
  readonly nsPids: readonly number[]
  /** Inode of `ns/pid` as text; null when unknown. */
  readonly pidNamespace: string | null
  /** Inode of `ns/mnt` as text; null when unknown, and for every task past `exit_task_namespaces`. */
  readonly mountNamespace: string | null
  /** Signals pending for the task alone (SigPnd), ascending. */
  readonly taskPending: readonly number[]
  /** Signals pending for its thread group (ShdPnd), ascending. */
  readonly groupPending: readonly number[]
  /** Signals it blocks (SigBlk), ascending. */
  readonly blockedSignals: readonly number[]
  /** Slots of its file table; 0 once `exit_files` has let the table go. */
  readonly fdSize: number | null
  /** Tasks in its thread group, as status says. */
  readonly threads: number | null
  readonly switches: Switches | null
  /** Ticks from boot to its start (stat field 22); with pid and boot id, its identity. */
  readonly startTicks: number | null
  /** True for a kernel thread. */
  readonly kthread: boolean | null
  /** PF_EXITING (0x4) in the flags of stat field 9, or of a log's task line. */
  readonly exitingFlag: boolean | null
  /** Null: the bundle has no stack file of it. Zero frames: the file was empty. */
  readonly stack: Stack | null
  /** Where the stack was read; `line` is the line of its first frame. */
  readonly stackFrom: Place | null
  /** Function it sleeps in, by its wchan file or a ps column; null when unknown or not sleeping. */
  readonly wchan: string | null
  /** System call number and arguments as text (`0 0x3 ...`, `running`); null when unknown. */
  readonly syscall: string | null
  /** Path in the cgroup v2 tree, else the first line of its cgroup file. */
  readonly cgroup: string | null
  /** Link targets of fd/* by number, only of files that decide diagnoses (`/dev/fuse`, fuse mounts...). */
  readonly fds: readonly OpenFile[]
  /** Files of it that the collector could not read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[]
  /** Lines to quote, present for tasks that are not plainly at rest. */
  readonly marks: readonly Mark[]
  /** Where it was first seen. */
  readonly from: Place
  /** proc: files of /proc. pasted: a stack in a text. log: a kernel report. ps: a row of a listing, nothing else. */
  readonly origin: 'proc' | 'pasted' | 'log' | 'ps'
}

/** One row of fd/. `target` is a link's text: data of the host, never a path to follow. */
export type OpenFile = { readonly fd: number; readonly target: string }
