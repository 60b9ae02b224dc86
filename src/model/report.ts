import type { Place } from './parsed.ts'
import type { Stack } from './stack.ts'
import type { TaskState } from './task.ts'

/** What the contract lets a task's `event` be. */
// biome-ignore format: one row
export const EVENTS = [
  'oops', 'panic', 'bug', 'warning', 'gpf', 'kasan', 'soft-lockup', 'hard-lockup', 'rcu-stall',
  'lockdep', 'netdev-refcount', 'hung-task',
] as const
export type Event = (typeof EVENTS)[number]

/** A lock that a report says a task holds or waits for. */
export type HeldLock = {
  /** Lockdep's class name, e.g. `&sb->s_type->i_mutex_key#13`. */
  readonly name: string
  /** Function that took it; null where the line was cut. */
  readonly at: string | null
  /** Address of the lock, the same text in every holder and waiter; null where hidden. */
  readonly address: string | null
}

/** One report of a kernel log: an event, or one task of a sysrq, crash or drgn dump. */
export type Report = {
  /** `task` is a dump of a task that claims nothing by itself (sysrq-t, sysrq-w, crash `bt`, pasted). */
  readonly kind: Event | 'task'
  /** The line that made it a report, without its prefix. */
  readonly title: string
  readonly from: Place
  /** Seconds since boot, from the log's own prefix; null without. */
  readonly uptimeSeconds: number | null
  /** Wall clock, RFC 3339 UTC, where the prefix holds it; null otherwise. */
  readonly at: string | null
  readonly cpu: number | null
  readonly comm: string | null
  /** In the initial pid namespace. */
  readonly tid: number | null
  readonly tgid: number | null
  readonly ppid: number | null
  readonly state: TaskState | null
  /** PF_EXITING by `task_flags:`; null where the line has none. */
  readonly exitingFlag: boolean | null
  readonly kthread: boolean | null
  /** Seconds it was blocked or stuck, as the report says. */
  readonly seconds: number | null
  /** `... is blocked on a mutex likely owned by task B:2`: the kernel's own edge. */
  readonly owner: {
    readonly comm: string
    readonly tid: number
    readonly lock:
      | 'mutex'
      | 'semaphore'
      | 'rw-semaphore'
      | 'rw-semaphore-reader'
      | 'rw-semaphore-writer'
    readonly place: Place
    readonly text: string
  } | null
  /** Locks it holds, from `N locks held by` or `Showing all locks held in the system`. */
  readonly locks: readonly HeldLock[]
  readonly stack: Stack | null
  readonly stackFrom: Place | null
  /** Kernel release the report names (`Not tainted 5.15.35-...`, `Comm: x Not tainted 6.1.0`). */
  readonly kernelRelease: string | null
  /** netdev-refcount: the device. rcu-stall: the stalled CPUs or tasks. Else null. */
  readonly object: string | null
}
