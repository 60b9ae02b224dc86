import { bitsOf } from './context.ts'
import { primitiveOf, rowOf } from './lookup.ts'
import { SCHEDULER } from './primitives.ts'
import { symbolsOf } from './table.ts'

/**
 * Names of one and the same step, across kernels and compilers: the first of a row is the one used in
 * fingerprints. A static function that some compilers fold into its caller stands with that caller.
 */
export const ALIASES: readonly { readonly source: string; readonly names: string }[] = [
  {
    source: 'fs/fuse/dir.c',
    names: 'fuse_do_getattr fuse_update_get_attr fuse_getattr fuse_update_attributes',
  },
  { source: 'fs/fuse/dir.c', names: 'fuse_lookup_name fuse_lookup' },
  { source: 'fs/fuse/dir.c', names: 'fuse_dentry_revalidate fuse_dentry_revalidate_iop' },
  { source: 'fs/fuse/dir.c', names: 'fuse_create_open fuse_atomic_open' },
  {
    source: 'fs/fuse/dir.c',
    names: 'fuse_create_new_entry create_new_entry fuse_create fuse_mkdir fuse_mknod',
  },
  { source: 'fs/fuse/dir.c', names: 'fuse_do_setattr fuse_setattr' },
  { source: 'fs/fuse/dir.c', names: 'fuse_access fuse_permission' },
  { source: 'fs/fuse/readdir.c', names: 'fuse_readdir fuse_readdir_uncached fuse_readdir_cached' },
  {
    source: 'fs/fuse/file.c',
    names: 'fuse_send_open fuse_file_open fuse_do_open fuse_open_common fuse_open fuse_dir_open',
  },
  {
    source: 'fs/fuse/file.c',
    names: 'fuse_perform_write fuse_send_write fuse_send_write_pages fuse_fill_write_pages',
  },
  {
    source: 'fs/fuse/file.c',
    names: 'fuse_direct_io fuse_send_read fuse_direct_read_iter fuse_direct_write_iter',
  },
  {
    source: 'fs/fuse/file.c',
    names: 'fuse_readpage fuse_read_folio fuse_do_readpage fuse_do_readfolio',
  },
  {
    source: 'fs/fuse/file.c',
    names: 'fuse_file_put fuse_release fuse_release_common fuse_sync_release fuse_dir_release',
  },
  { source: 'fs/fuse/file.c', names: 'fuse_fsync_common fuse_fsync fuse_dir_fsync' },
  { source: 'fs/fuse/file.c', names: 'fuse_wait_on_page_writeback fuse_wait_on_folio_writeback' },
  { source: 'fs/nfs/nfs4proc.c', names: 'nfs4_run_open_task nfs4_open_and_get_state nfs4_do_open' },
  {
    source: 'fs/nfs/inode.c, nfs4proc.c',
    names: 'nfs4_proc_getattr nfs_revalidate_inode nfs_getattr',
  },
  {
    source: 'fs/nfs/nfs4file.c, file.c',
    names: 'nfs_wb_all nfs_file_fsync nfs4_file_flush nfs_file_flush',
  },
  {
    source: 'fs/jbd2/transaction.c',
    names: 'wait_transaction_locked add_transaction_credits start_this_handle',
  },
  {
    source: 'fs/jbd2/journal.c',
    names: 'jbd2_log_wait_commit jbd2_complete_transaction log_wait_commit',
  },
  { source: 'fs/ext4/fsync.c', names: 'ext4_sync_file ext4_fsync_journal ext4_fc_commit' },
  {
    source: 'block/blk-mq-tag.c',
    names: 'blk_mq_get_tag blk_mq_get_request blk_mq_alloc_request blk_mq_alloc_requests',
  },
  {
    source: 'block/blk-mq.c',
    names:
      'blk_mq_freeze_queue_wait blk_freeze_queue blk_mq_freeze_queue blk_mq_freeze_queue_nomemsave',
  },
  { source: 'kernel/locking: rtnl', names: 'rtnl_lock rtnl_lock_killable' },
  {
    source: 'kernel/rcu/tree.c',
    names: 'synchronize_rcu synchronize_rcu_normal synchronize_sched synchronize_net',
  },
  { source: 'kernel/workqueue.c', names: 'flush_work flush_work_sync' },
  {
    source: 'kernel/workqueue.c',
    names: 'cancel_work_sync cancel_work_timer cancel_delayed_work_sync',
  },
  {
    source: 'kernel/futex',
    names: 'futex_wait futex_wait_queue futex_wait_queue_me futex_do_wait do_futex',
  },
  { source: 'kernel/time/hrtimer.c', names: 'do_nanosleep hrtimer_nanosleep common_nsleep' },
  { source: 'fs/select.c', names: 'do_sys_poll do_poll poll_schedule_timeout' },
  { source: 'fs/select.c', names: 'do_select core_sys_select' },
  { source: 'fs/eventpoll.c', names: 'ep_poll do_epoll_wait' },
  { source: 'fs/pipe.c', names: 'pipe_read anon_pipe_read pipe_wait pipe_wait_readable' },
  { source: 'fs/pipe.c', names: 'pipe_write anon_pipe_write pipe_wait_writable' },
  { source: 'kernel/exit.c', names: 'do_wait kernel_wait4 kernel_waitid' },
  { source: 'kernel/fork.c', names: 'kernel_clone do_fork wait_for_vfork_done do_sys_vfork' },
  { source: 'kernel/signal.c', names: 'do_freezer_trap get_signal' },
  { source: 'mm/vmscan.c', names: 'shrink_folio_list shrink_page_list shrink_inactive_list' },
  {
    source: 'mm/migrate.c',
    names: 'migrate_pages migrate_pages_batch migrate_pages_sync unmap_and_move',
  },
  {
    source: 'mm/filemap.c',
    names:
      'filemap_read filemap_get_pages filemap_update_page generic_file_buffered_read do_generic_file_read',
  },
  {
    source: 'mm/filemap.c',
    names:
      'filemap_write_and_wait_range filemap_fdatawait_range filemap_fdatawait filemap_write_and_wait file_write_and_wait_range',
  },
  { source: 'mm/mmap_lock.c', names: 'do_user_addr_fault lock_mm_and_find_vma do_page_fault' },
  { source: 'fs/namei.c', names: 'path_openat open_last_lookups do_last lookup_open' },
  { source: 'fs/namei.c', names: 'walk_component lookup_slow' },
  { source: 'fs/open.c', names: 'vfs_statx vfs_getattr_nosec vfs_getattr vfs_fstatat' },
  { source: 'fs/readdir.c', names: 'iterate_dir vfs_readdir' },
]

/** VFS glue that says nothing a context does not, and that compilers fold at will. */
const GLUE = `
  filp_close filp_flush close_fd __close_fd file_close_fd put_files_struct close_files exit_files task_work_run __fput
  ____fput do_close_on_exec vfs_read vfs_write new_sync_read new_sync_write __vfs_read __vfs_write do_sync_read do_sync_write
  do_iter_read do_iter_write vfs_iter_write call_write_iter call_read_iter vfs_ioctl do_vfs_ioctl vfs_fsync vfs_fsync_range
  do_fsync do_filp_open do_sys_open do_sys_openat2 do_dentry_open vfs_open do_open filename_lookup path_lookupat link_path_walk
  vfs_statx vfs_fstatat vfs_getattr vfs_getattr_nosec do_statx vfs_statx_fd user_path_at_empty handle_mm_fault
  __handle_mm_fault do_fault __do_fault handle_pte_fault do_read_fault do_shared_fault
  genl_family_rcv_msg genl_family_rcv_msg_doit sock_sendmsg __sock_sendmsg sock_sendmsg_nosec ____sys_sendmsg
  ___sys_sendmsg __sys_sendmsg netlink_unicast_kernel sysfs_kf_write dev_attr_store kernfs_fop_write_iter kernfs_fop_write
`

const SCHEDULER_SYMBOLS = new Set(symbolsOf(SCHEDULER))
const GLUE_SYMBOLS = new Set(symbolsOf(GLUE))

const CANONICAL = new Map(
  ALIASES.flatMap(({ names }) => {
    const symbols = symbolsOf(names)
    return symbols.map((symbol) => [symbol, symbols[0] ?? symbol] as const)
  }),
)

/** A function by the name all kernels know it by. */
export function canonicalName(name: string): string {
  let start = 0
  while (name.charCodeAt(start) === UNDERSCORE) start += 1
  const bare = start === name.length ? name : name.slice(start)
  const known = CANONICAL.get(bare)
  if (known !== undefined) return known
  // Functions were renamed one for one as pages became folios, from 5.16 on.
  return bare.includes('folio') ? bare.replaceAll('folio', 'page') : bare
}

const UNDERSCORE = 95

/** Plumbing, entry code and VFS glue: not part of a shape. */
export function isGlue(name: string): boolean {
  if (SCHEDULER_SYMBOLS.has(name) || GLUE_SYMBOLS.has(name) || bitsOf(name) !== 0) return true
  return primitiveOf(name) !== undefined || rowOf(name, 'queue')?.role === 'through'
}
