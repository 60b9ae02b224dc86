import { type Actor, nameOf } from '../situation/actor.ts'
import type { Situation } from '../situation/situation.ts'
import type { Draw, EdgeRule } from './graph.ts'

/** Classes of waits for a lock: such a task is a victim, and its stack does not name the owner. */
const LOCK_CLASSES: ReadonlySet<string> = new Set([
  'lock',
  'inode-lock',
  'dentry',
  'mmap-lock',
  'page-lock',
  'mount-lock',
  'writeback',
  'rtnl',
  'cgroup',
])

/** Ways in which a task waits for a lock that another holds. */
export const LOCK_EDGES: readonly EdgeRule[] = [
  {
    name: 'owner-by-kernel',
    draw({ actors, byTid }, draw) {
      for (const actor of actors) {
        for (const { owner } of actor.reports) {
          const holder = owner === null ? undefined : byTid.get(owner.tid)
          if (!holder || owner === null) continue
          draw({
            from: actor,
            to: holder,
            kind: 'lock-owner',
            evidence: `the kernel names ${nameOf(holder)} as likely owner of the ${owner.lock}`,
          })
        }
      }
    },
  },
  {
    name: 'owner-by-held-locks',
    draw({ actors }, draw) {
      for (const [address, all] of byHeldLock(actors)) {
        const [owner, second] = all.filter((actor) => !isLockWait(actor))
        if (owner === undefined || second !== undefined) continue
        const evidence = `the log lists lock ${address} for both, and only this one waits for something else`
        for (const from of all.filter(isLockWait)) {
          draw({ from, to: owner, kind: 'lock-owner', evidence })
        }
      }
    },
  },
  {
    name: 'file-lock',
    draw({ snapshot, leaders }, draw) {
      const holders = new Map(
        snapshot.fileLocks.filter(({ waiting }) => !waiting).map((lock) => [lock.id, lock]),
      )
      for (const lock of snapshot.fileLocks) {
        if (!lock.waiting) continue
        const [from, to] = [leaders.get(lock.tgid), leaders.get(holders.get(lock.id)?.tgid ?? -1)]
        if (!from || !to) continue
        draw({ from, to, kind: 'file-lock', evidence: `/proc/locks: ${lock.text}` })
      }
    },
  },
  { name: 'owner-by-frames', draw: drawInferredOwners },
]

/** Lockdep lists a lock both for who holds it and for who waits for it. */
function byHeldLock(actors: readonly Actor[]): ReadonlyMap<string, readonly Actor[]> {
  const byAddress = new Map<string, Actor[]>()
  for (const actor of actors) {
    for (const { address } of actor.reports.flatMap(({ locks }) => locks)) {
      if (address === null) continue
      const found = byAddress.get(address)
      if (found) found.push(actor)
      else byAddress.set(address, [actor])
    }
  }
  return byAddress
}

export function isLockWait({ blocked, wait }: Actor): boolean {
  return blocked && wait !== null && LOCK_CLASSES.has(wait.class)
}

/** More owners than this, and the frames have said nothing. */
const OWNERS_MAX = 6

/**
 * A waiter's stack does not name the owner of the lock; the one task of the group that stands in
 * the same place and waits for something else very likely is (as experts read such dumps).
 */
function drawInferredOwners({ notable }: Situation, draw: Draw): void {
  const waiters = notable.filter(isLockWait)
  if (waiters.length === 0) return
  const owners = notable.filter((actor) => actor.blocked && !isLockWait(actor) && !actor.exiting)
  for (const from of waiters) {
    for (const { to, evidence } of inferOwners(from, owners)) {
      draw({ from, to, kind: 'lock-owner-inferred', evidence })
    }
  }
}

/** By the first rule that leaves few enough. */
function inferOwners(
  waiter: Actor,
  owners: readonly Actor[],
): readonly { readonly to: Actor; readonly evidence: string }[] {
  for (const { fits, evidence } of OWNER_RULES) {
    const found = owners.filter((owner) => fits(waiter, owner))
    if (found.length > 0 && found.length <= OWNERS_MAX) return found.map((to) => ({ to, evidence }))
  }
  return []
}

type OwnerRule = {
  readonly evidence: string
  readonly fits: (waiter: Actor, owner: Actor) => boolean
}

const HOLDS_MMAP_LOCK: ReadonlySet<string> = new Set([
  'handle_mm_fault',
  '__handle_mm_fault',
  'do_user_addr_fault',
  'do_page_fault',
  '__do_page_fault',
  'mmap_region',
  'do_mmap',
  'vm_mmap_pgoff',
  '__vm_munmap',
  'do_munmap',
  'mprotect_fixup',
  'do_mprotect_pkey',
  'populate_vma_page_range',
  '__get_user_pages',
  'exit_mmap',
  'dup_mmap',
  'move_page_tables',
  'do_madvise',
])

/** Functions that call a file system with the directory's inode locked. Source: fs/namei.c, fs/readdir.c. */
const HOLDS_DIRECTORY: ReadonlySet<string> = new Set([
  '__lookup_slow',
  'lookup_slow',
  'lookup_open',
  'open_last_lookups',
  'do_last',
  'path_openat',
  'lookup_one_len',
  'lookup_one_unlocked',
  'vfs_create',
  'vfs_mkdir',
  'vfs_rmdir',
  'vfs_unlink',
  'vfs_rename',
  'vfs_symlink',
  'vfs_link',
  'vfs_mknod',
  'iterate_dir',
  'atomic_open',
  'd_alloc_parallel',
])

/** What is left on a stack of /proc when the lock's own frames are not shown. */
const WAITS_FOR_DIRECTORY: ReadonlySet<string> = new Set([
  'path_openat',
  'walk_component',
  'lookup_slow',
  '__lookup_slow',
  'filename_create',
  'do_unlinkat',
  'do_rmdir',
  'do_renameat2',
  'lock_rename',
  'iterate_dir',
  'lookup_one_unlocked',
  'lookup_one_len',
  'open_last_lookups',
  'do_last',
  'd_alloc_parallel',
  'lookup_open',
  'vfs_unlink',
  'vfs_rename',
  'start_creating',
  'do_mkdirat',
  'filename_lookup',
])

const OWNER_RULES: readonly OwnerRule[] = [
  {
    evidence:
      'both share one address space, and this one waits inside a fault or mapping call, which holds mmap_lock',
    fits: (waiter, owner) =>
      waiter.wait?.class === 'mmap-lock' &&
      waiter.task.tgid !== null &&
      waiter.task.tgid === owner.task.tgid &&
      namesOf(owner).some((name) => HOLDS_MMAP_LOCK.has(name)),
  },
  {
    evidence:
      'both stand in the same function, where this one went on past the lock and waits for something else',
    fits: (waiter, owner) => {
      const names = lockingFunctions(waiter)
      return namesOf(owner).some((name) => names.has(name))
    },
  },
  {
    evidence: 'it waits inside a directory operation, which holds the lock of the directory',
    fits: (waiter, owner) =>
      waiter.wait?.class !== 'mmap-lock' &&
      namesOf(waiter)
        .slice(0, 6)
        .some((name) => WAITS_FOR_DIRECTORY.has(name)) &&
      namesOf(owner).some((name) => HOLDS_DIRECTORY.has(name)),
  },
]

function namesOf({ task }: Actor): readonly string[] {
  return task.stack?.names ?? []
}

/** Entry and VFS functions that any two tasks share, whatever they work on. */
const SHARED_BY_ALL =
  /^(?:vfs_|ksys_|do_sys|__do_sys|__x64_|__se_|__arm64_|__ia32_|sys_|do_syscall|entry_|el0|ret_|kthread|process_one_work|worker_thread|path_|do_filp|filename_|walk_|lookup_|__lookup|iterate_|do_user_addr|exc_|asm_|handle_mm|__handle_mm|proc_reg_|new_sync_|do_iter|filemap_|folio_|wait_on|__wait_on|bit_wait|io_schedule|schedule|__schedule|mutex_|__mutex|rwsem_|down_|__down|do_|x64_|syscall_|invoke_|call_|generic_|__generic_|sync_|wb_|writeback_|__writeback|submit_|blk_|jbd2_|ext4_|xfs_)/

/** The few functions on top of a waiter that are particular enough to tie it to an owner. */
function lockingFunctions(waiter: Actor): ReadonlySet<string> {
  const telling = namesOf(waiter).filter((name) => !SHARED_BY_ALL.test(name))
  return new Set(telling.slice(0, 3))
}
