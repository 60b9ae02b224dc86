import type { WaitClass } from '../../model/wait.ts'

/** How a task sleeps: the generic plumbing between the scheduler and the code that waits. */
// biome-ignore format: one row
export const WAIT_KINDS = [
  'mutex', 'rwsem', 'percpu-rwsem', 'semaphore', 'completion', 'bit', 'page', 'buffer', 'queue',
  'sleep', 'spin', 'none',
] as const
export type WaitKind = (typeof WAIT_KINDS)[number]

/** A generic primitive; whoever calls it says what is waited for. */
export type PrimitiveGroup = {
  readonly kind: WaitKind
  /** What it means when no caller says more, e.g. `page-lock` for `__folio_lock`. */
  readonly class?: WaitClass
  readonly source: string
  /** Symbols, separated by white space. */
  readonly symbols: string
}

/**
 * What a function means that stands below the primitives.
 *
 * - `names`: it says what is waited for.
 * - `top`: the same, but only as the first function below the primitives; further out it means nothing,
 *   for any wait can happen below it.
 * - `through`: it gives the class, but its caller is the better name (`request_wait_answer` under
 *   `fuse_flush`): the function is the first caller of the same class that is not `through` itself.
 * - `asks`: shared code that waits for whoever called it; the nearest caller of a class in `claims` gives
 *   class and function, and without one its own class stands.
 */
export type WaitRole = 'names' | 'top' | 'through' | 'asks'

/** Waits of one meaning, of one corner of the kernel. */
export type WaitGroup = {
  readonly class: WaitClass
  readonly role: WaitRole
  /** Kernel sources of the functions. */
  readonly source: string
  /** Symbols without compiler suffixes, separated by white space. */
  readonly symbols: string
  /** Holds only for waits by these primitives; `none` is a wait that shows no primitive. */
  readonly on?: readonly WaitKind[]
  /** Classes whose functions further out take the wait over (`asks` and `through`). */
  readonly claims?: readonly WaitClass[]
  /**
   * `always`: the task is at rest there (a server in epoll). `interruptible`: at rest unless it sleeps
   * uninterruptibly or the state is unknown (a wait that users cause: file locks, flow control).
   */
  readonly rests?: 'always' | 'interruptible'
  /** Its work takes page waits over, though its class does not in general (a journal committing). */
  readonly claimsPages?: true
}

/** A name space of the kernel: all its functions belong to one class. */
export type PrefixGroup = {
  readonly class: WaitClass
  readonly source: string
  /** Starts of symbols, after leading underscores, separated by white space; each ends in `_`. */
  readonly prefixes: string
  /** Modules whose functions belong to it too, whatever they are called. */
  readonly modules?: string
}

/** Splits a table's white-space separated symbols. */
export function symbolsOf(text: string): string[] {
  return text.trim().split(/\s+/)
}

/** File systems whose pages come from, and go to, something that may never answer. */
// biome-ignore format: one row
export const REMOTE_CLASSES: readonly WaitClass[] = [
  'fuse', 'nfs', 'cifs', 'ceph', '9p', 'afs', 'lustre', 'gluster', 'zfs', 'btrfs', 'f2fs',
]

/** What makes a task clean pages up for somebody else. */
export const PRESSURE_CLASSES: readonly WaitClass[] = ['reclaim', 'compaction', 'memcg', 'swap']

/** Who takes over a wait for a page: it is named after the one who should end it. */
export const PAGE_CLAIMS: readonly WaitClass[] = [...REMOTE_CLASSES, ...PRESSURE_CLASSES]

/** All file systems: they take over waits for their own inodes. */
export const FILE_SYSTEM_CLASSES: readonly WaitClass[] = [
  ...REMOTE_CLASSES,
  'overlayfs',
  'ext4',
  'xfs',
  'other-fs',
]
