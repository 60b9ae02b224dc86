import type { Report } from '../../model/report.ts'
import type { Task } from '../../model/task.ts'
import type { Wait } from '../../model/wait.ts'

/** Why a task is known not to move, or known to move; null when one look cannot tell. */
export type Progress =
  /** The kernel's own detector said so, for at least `seconds`. */
  | { readonly kind: 'reported'; readonly seconds: number | null }
  /**
   * Same stack and same switch counts in two looks at it; for at least `seconds`, and since the
   * first of these looks (RFC 3339), where the looks are snapshots with a date.
   */
  | { readonly kind: 'unmoved'; readonly seconds: number | null; readonly since: string | null }
  /** Ran between two samples, or started too recently to be called hung. */
  | { readonly kind: 'moving'; readonly why: string }

/** One task as the diagnosis sees it: what it waits for, and what is known of its progress. */
export type Actor = {
  /** Node id in the wait-for graph, e.g. `task:492`. */
  readonly key: string
  readonly task: Task
  readonly wait: Wait | null
  /** It is on its way out: `do_exit` on its stack, or PF_EXITING. */
  readonly exiting: boolean
  /** Waits, and not merely for work; false for a task that runs, idles, is stopped or is a zombie. */
  readonly blocked: boolean
  readonly progress: Progress | null
  /** Exiting and blocked on the way, with a zombie leader that cannot be reaped before it is gone. */
  readonly isUnreapable: boolean
  /** Kernel reports about this very task that still hold. */
  readonly reports: readonly Report[]
  /**
   * task: a task of the input. event: what a report tells, by itself. history: a hung-task report
   * of a task that the same bundle shows gone, other, or moved on. goroutine: one of a Go dump.
   */
  readonly kind: 'task' | 'event' | 'history' | 'goroutine'
  /** An event that lasts while it lasts (a lockup, a stall), and that the bundle shows to be over. */
  readonly isOver: boolean
}

/** True when the input alone proves that it does not move. */
export function isProvenStuck(actor: Actor): boolean {
  return actor.progress?.kind === 'reported' || actor.progress?.kind === 'unmoved'
}

export function isMoving(actor: Actor): boolean {
  return actor.progress?.kind === 'moving'
}

// Said at once, or never asked: it tells of rights, of haste, or of a task that is gone.
const REFUSAL = /^(?:permission|operation not permitted|vanished|no such|left out)/i
const BLOCKED = /^(?:blocked|timed out)/i

/** True when reading a file of it may have blocked: a refusal says nothing of the task. */
export function isUnreadable({ task }: Actor): boolean {
  return task.unreadable.some(({ why }) => !REFUSAL.test(why))
}

/** True when the collector says that reading its stack blocked. */
export function blocksReaders({ task }: Actor): boolean {
  return task.unreadable.some(({ path, why }) => path.endsWith('/stack') && BLOCKED.test(why))
}

/** `ndrive (tid 492)`, as sentences name a task. */
export function nameOf({ task }: Actor): string {
  const comm = task.comm ?? 'a task'
  return task.tid === null ? comm : `${comm} (tid ${task.tid})`
}
