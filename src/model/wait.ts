/** What a task can be found to wait for. Public: rows are added, never renamed. */
// biome-ignore format: grouped as the contract groups them
export const WAIT_CLASSES = [
  'fuse', 'nfs', 'nfsd', 'cifs', 'ceph', '9p', 'afs', 'lustre', 'gluster', 'overlayfs',
  'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'other-fs',
  'block-io', 'blk-freeze', 'md-raid', 'dm', 'nbd', 'nvme', 'scsi', 'loop',
  'page-lock', 'writeback', 'inode-lock', 'dentry', 'mount-lock', 'fs-freeze', 'quota',
  'mmap-lock', 'reclaim', 'compaction', 'memcg', 'swap',
  'cgroup', 'pidns', 'netns', 'rtnl', 'netdev-unregister',
  'rcu', 'workqueue', 'cpu-hotplug', 'kthread-stop', 'module',
  'futex', 'pipe', 'socket', 'epoll', 'poll', 'timer', 'signal', 'wait-child', 'ptrace', 'tty',
  'fanotify', 'io-uring', 'aio',
  'vfork', 'exit',
  'freezer', 'kthread-idle', 'idle', 'running',
  'lock', 'unknown',
] as const
export type WaitClass = (typeof WAIT_CLASSES)[number]

/** On whose behalf the task waits; it decides whether a signal can end the wait. */
export const WAIT_CONTEXTS = [
  'exit',
  'exec',
  'close',
  'syscall',
  'fault',
  'kthread',
  'unknown',
] as const
export type WaitContext = (typeof WAIT_CONTEXTS)[number]

/** What one stack waits for. */
export type Wait = {
  readonly class: WaitClass
  /** The first function below the generic primitives that says what is waited for. */
  readonly function: string
  /** The innermost frame below the scheduler. */
  readonly primitive: string
  readonly context: WaitContext
  /** False for idle waits: a server in epoll, a shell in wait4, a kernel thread without work. */
  readonly blocked: boolean
}
