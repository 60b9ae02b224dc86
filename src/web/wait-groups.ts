import type { WaitClass } from '../model/wait.ts'

/** Classes of waits that belong together, told by one colour. */
export type WaitGroup = { readonly name: string; readonly fill: string }

const GROUPS = {
  remote: { name: 'file system of a daemon or server', fill: 'fill-series-2' },
  disk: { name: 'local file system and disk', fill: 'fill-series-1' },
  memory: { name: 'memory', fill: 'fill-series-4' },
  kernel: { name: 'namespaces, network, kernel work', fill: 'fill-series-3' },
  lock: { name: 'lock', fill: 'fill-series-6' },
  idle: { name: 'events, sleep, idle', fill: 'fill-series-rest' },
  unknown: { name: 'not known', fill: 'fill-series-5' },
} as const satisfies Record<string, WaitGroup>

/** Every class and the group it belongs to; what a later diagnosis adds is `unknown`. */
// biome-ignore format: one row a group
const CLASSES: readonly (readonly [keyof typeof GROUPS, readonly WaitClass[]])[] = [
  ['remote', ['fuse', 'nfs', 'nfsd', 'cifs', 'ceph', '9p', 'afs', 'lustre', 'gluster', 'overlayfs', 'nbd']],
  ['disk', [
    'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'other-fs', 'block-io', 'blk-freeze', 'md-raid', 'dm', 'nvme', 'scsi', 'loop',
    'writeback', 'quota', 'fs-freeze',
  ]],
  ['memory', ['page-lock', 'mmap-lock', 'reclaim', 'compaction', 'memcg', 'swap']],
  ['kernel', [
    'cgroup', 'pidns', 'netns', 'rtnl', 'netdev-unregister', 'rcu', 'workqueue', 'cpu-hotplug', 'kthread-stop', 'module',
    'vfork', 'exit',
  ]],
  ['lock', ['lock', 'inode-lock', 'dentry', 'mount-lock']],
  ['idle', [
    'futex', 'pipe', 'socket', 'epoll', 'poll', 'timer', 'signal', 'wait-child', 'ptrace', 'tty', 'fanotify', 'io-uring',
    'aio', 'freezer', 'kthread-idle', 'idle', 'running',
  ]],
]

const GROUP_OF: ReadonlyMap<string, WaitGroup> = new Map(
  CLASSES.flatMap(([group, classes]) => classes.map((name) => [name, GROUPS[group]] as const)),
)

/** The group of a class of waits. */
export function waitGroupOf(waitClass: string | null): WaitGroup {
  return GROUP_OF.get(waitClass ?? '') ?? GROUPS.unknown
}
