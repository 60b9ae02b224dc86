import type { WaitClass } from '../../model/wait.ts'
import type { Actor } from '../situation/actor.ts'
import type { EdgeRule } from './graph.ts'

/** What lies below what: a task that waits higher up may wait for one further down, never the other way. */
const DEPTH: { readonly [Name in WaitClass]?: number } = {
  nvme: 0,
  scsi: 0,
  nbd: 0,
  loop: 0,
  'block-io': 1,
  'blk-freeze': 1,
  'md-raid': 1,
  dm: 1,
  fuse: 1,
  nfs: 1,
  cifs: 1,
  ceph: 1,
  '9p': 1,
  afs: 1,
  lustre: 1,
  ext4: 2,
  xfs: 2,
  btrfs: 2,
  zfs: 2,
  f2fs: 2,
  'other-fs': 2,
  overlayfs: 3,
  'page-lock': 3,
  writeback: 3,
  reclaim: 3,
  compaction: 3,
  memcg: 3,
  swap: 3,
  quota: 3,
  'fs-freeze': 3,
  'inode-lock': 4,
  dentry: 4,
  'mount-lock': 4,
  'mmap-lock': 4,
  workqueue: 4,
  cgroup: 4,
  lock: 5,
}

/** What the functions of a file system begin with, by the class of waits in it. */
const PREFIX: { readonly [Name in WaitClass]?: readonly string[] } = {
  fuse: ['fuse_'],
  nfs: ['nfs_', 'nfs4_', 'nfs3_'],
  cifs: ['cifs_', 'smb2_'],
  ceph: ['ceph_'],
  '9p': ['v9fs_', 'p9_'],
  afs: ['afs_'],
  ext4: ['ext4_', 'jbd2_', 'ext3_', 'journal_'],
  xfs: ['xfs_', 'xlog_'],
  btrfs: ['btrfs_'],
  zfs: ['zfs_', 'zpl_', 'zil_', 'txg_', 'dmu_'],
  f2fs: ['f2fs_'],
}

/** More candidates than this, and the dump has said nothing. */
const BELOW_MAX = 8

/**
 * Where nothing better ties a task to what it waits for: the task that waits deeper in the same
 * file system, or, in a host with one stuck thing, that one thing. Drawn last, for tasks without
 * an edge of their own.
 */
export const LAYER_EDGES: readonly EdgeRule[] = [
  {
    name: 'layer',
    draw({ notable }, draw, graph) {
      const blocked = notable.filter(({ blocked }) => blocked)
      const alone = blocked.filter(
        ({ key, wait }) => !graph.out.has(key) && depthOf(wait?.class) > 0,
      )
      for (const from of alone) {
        const below = tiedBelow(from, blocked)
        if (below.length > BELOW_MAX) continue
        for (const to of below) {
          const evidence = `${to.wait?.class ?? 'it'} lies below ${from.wait?.class ?? 'it'}, and this task waits there`
          draw({ from, to, kind: 'may-wait-for', evidence })
        }
      }
    },
  },
]

/** Above everything, for classes that have no place among the layers. */
const NO_LAYER = -1

function depthOf(name: WaitClass | undefined): number {
  return name === undefined ? NO_LAYER : (DEPTH[name] ?? NO_LAYER)
}

function tiedBelow(from: Actor, blocked: readonly Actor[]): readonly Actor[] {
  const deeper = blocked.filter(({ wait }) => {
    const depth = depthOf(wait?.class)
    return depth !== NO_LAYER && depth < depthOf(from.wait?.class)
  })
  const same = deeper.filter((to) => shareFileSystem(from, to))
  if (same.length > 0) return deepest(same)
  const classes = new Set(deeper.map(({ wait }) => wait?.class))
  return classes.size === 1 ? deeper : []
}

/** Only the deepest of them: the others are victims of those too. */
function deepest(actors: readonly Actor[]): readonly Actor[] {
  const depth = Math.min(...actors.map(({ wait }) => depthOf(wait?.class)))
  return actors.filter(({ wait }) => depthOf(wait?.class) === depth)
}

function shareFileSystem(one: Actor, other: Actor): boolean {
  return Object.entries(PREFIX).some(
    ([name, prefixes]) => stands(one, name, prefixes) && stands(other, name, prefixes),
  )
}

function stands({ wait, task }: Actor, name: string, prefixes: readonly string[]): boolean {
  if (wait?.class === name) return true
  return (
    task.stack?.names.some((symbol) => prefixes.some((each) => symbol.startsWith(each))) ?? false
  )
}
