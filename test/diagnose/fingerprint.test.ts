import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fingerprintOf } from '../../src/diagnose/waits/fingerprint.ts'
import { waitOf } from '../../src/diagnose/waits/waits.ts'
import type { Stack } from '../../src/model/stack.ts'
import { KILLED, KTHREAD, SYSCALL, shortStack, WORKER } from './short-stack.ts'

const NO_HINT = { state: null, kthread: null, comm: null, wchan: null }

function printOf(text: string | Stack): string {
  const stack = typeof text === 'string' ? shortStack(text) : text
  return fingerprintOf(stack, waitOf(stack, NO_HINT))
}

const NEW_SYSCALL = `x64_sys_call < ${SYSCALL}`
const ARM64 =
  'invoke_syscall < el0_svc_common < do_el0_svc < el0_svc < el0t_64_sync_handler < el0t_64_sync'

/** One shape, as different kernels, compilers and readers print it. */
const SAME: readonly (readonly [string, readonly string[]])[] = [
  [
    'the FUSE flush of an exiting task, from 3.x to 6.18, from dmesg and from /proc',
    [
      `request_wait_answer < fuse_simple_request < fuse_flush < filp_close < put_files_struct < ${KILLED}`,
      `request_wait_answer < __fuse_simple_request < fuse_flush < filp_flush < filp_close < put_files_struct.part.0 < ${KILLED}`,
      `__schedule < schedule < request_wait_answer < __fuse_simple_request < fuse_flush < filp_flush < filp_close < put_files_struct < exit_files < ${KILLED}`,
      'wait_answer_interruptible < __fuse_request_send < fuse_request_send < fuse_flush < filp_close < put_files_struct < exit_files < do_exit < do_group_exit < sys_exit_group < system_call_fastpath',
      `fuse_simple_request < fuse_flush < filp_close < put_files_struct < do_exit < do_group_exit < __arm64_sys_exit_group < ${ARM64}`,
    ],
  ],
  [
    'a FUSE getattr, with and without what the compiler folded',
    [
      `request_wait_answer < fuse_simple_request < fuse_do_getattr < fuse_update_get_attr < fuse_getattr < vfs_getattr_nosec < vfs_statx < ${SYSCALL}`,
      `request_wait_answer < __fuse_simple_request < fuse_do_getattr < vfs_statx < do_statx < __x64_sys_statx < ${NEW_SYSCALL}`,
    ],
  ],
  [
    'an fsync waiting for the journal',
    [
      `jbd2_log_wait_commit < ext4_sync_file < do_fsync < __x64_sys_fsync < ${SYSCALL}`,
      `__schedule < schedule < jbd2_log_wait_commit < jbd2_complete_transaction < ext4_sync_file < vfs_fsync_range < __x64_sys_fdatasync < ${NEW_SYSCALL}`,
      `jbd2_log_wait_commit < ext4_sync_file < vfs_fsync < ksys_fsync < __arm64_sys_fsync < ${ARM64}`,
    ],
  ],
  [
    'a flusher that cannot start a handle',
    [
      `wait_transaction_locked < add_transaction_credits < start_this_handle < jbd2__journal_start < ext4_writepages < do_writepages < ${WORKER}`,
      `__schedule < schedule < wait_transaction_locked < start_this_handle < jbd2__journal_start < ext4_writepages.isra.0 < do_writepages < ${WORKER} < ret_from_fork_asm`,
    ],
  ],
  [
    'an inode lock, with the lock frames and without them',
    [
      `__schedule < schedule < schedule_preempt_disabled < rwsem_down_write_slowpath < down_write < ext4_buffered_write_iter < new_sync_write < vfs_write < ksys_write < ${SYSCALL}`,
      `ext4_buffered_write_iter < vfs_write < ksys_write < ${NEW_SYSCALL}`,
    ],
  ],
  [
    'pages that became folios',
    [
      `__schedule < schedule < io_schedule < folio_wait_bit_common < folio_wait_writeback < __filemap_fdatawait_range < file_write_and_wait_range < ext4_sync_file < ${SYSCALL}`,
      `schedule < io_schedule < wait_on_page_bit_common < wait_on_page_writeback < __filemap_fdatawait_range < file_write_and_wait_range < ext4_sync_file < ${SYSCALL}`,
    ],
  ],
  [
    'a lock of a driver, with the lock frames and without them',
    [
      `__schedule < schedule < schedule_preempt_disabled < __mutex_lock < mutex_lock < acme_submit < acme_write < vfs_write < ${SYSCALL}`,
      `acme_submit < acme_write < vfs_write < ksys_write < ${NEW_SYSCALL}`,
    ],
  ],
  [
    'a pid namespace that cannot die',
    [
      `do_wait < kernel_wait4 < zap_pid_ns_processes < do_exit < do_group_exit < __x64_sys_exit_group < ${SYSCALL}`,
      'do_wait < SyS_wait4 < zap_pid_ns_processes < do_exit < do_group_exit < get_signal_to_deliver < do_signal < int_signal',
      `zap_pid_ns_processes < forget_original_parent < exit_notify < do_exit < ${KILLED}`,
    ],
  ],
]

for (const [what, stacks] of SAME) {
  test(`one fingerprint: ${what}`, () => {
    const prints = stacks.map(printOf)
    assert.deepEqual(
      prints,
      prints.map(() => prints[0]),
    )
  })
}

const CLOSE = `filp_close < close_fd < __x64_sys_close < ${SYSCALL}`
const DIFFERENT: readonly (readonly [string, string, string])[] = [
  [
    'a flush of an exiting task and of a close',
    `request_wait_answer < fuse_simple_request < fuse_flush < filp_close < put_files_struct < ${KILLED}`,
    `request_wait_answer < fuse_simple_request < fuse_flush < ${CLOSE}`,
  ],
  [
    'a flush and a lookup',
    `request_wait_answer < fuse_simple_request < fuse_flush < ${CLOSE}`,
    `request_wait_answer < fuse_simple_request < fuse_lookup_name < fuse_lookup < ${CLOSE}`,
  ],
  [
    'two file systems',
    `request_wait_answer < fuse_simple_request < fuse_flush < ${CLOSE}`,
    `folio_wait_bit < folio_wait_writeback < filemap_write_and_wait < nfs_wb_all < ${CLOSE}`,
  ],
  [
    'a journal commit waited for by fsync and by a checkpoint',
    `jbd2_log_wait_commit < ext4_sync_file < do_fsync < ${SYSCALL}`,
    `jbd2_log_wait_commit < jbd2_log_do_checkpoint < __jbd2_log_wait_for_space < ${SYSCALL}`,
  ],
  [
    'two drivers behind a lock nobody knows',
    `mutex_lock < acme_ioctl < vfs_ioctl < ${SYSCALL}`,
    `mutex_lock < zeta_ioctl < vfs_ioctl < ${SYSCALL}`,
  ],
  [
    'two users of one wait on a driver',
    `acme_wait < acme_open < chrdev_open < ${SYSCALL}`,
    `acme_wait < acme_flush < filp_close < ${SYSCALL}`,
  ],
  [
    'a grace period for an umount and for a cgroup',
    `synchronize_rcu < namespace_unlock < path_umount < ${SYSCALL}`,
    `synchronize_rcu < rcu_sync_enter < percpu_down_write < cgroup_update_dfl_csses < ${SYSCALL}`,
  ],
  [
    'work cancelled by two file systems',
    `wait_for_completion < __flush_work < __cancel_work_timer < close_ctree < ${SYSCALL}`,
    `wait_for_completion < __flush_work < __cancel_work_timer < ext4_put_super < ${SYSCALL}`,
  ],
]

for (const [what, one, other] of DIFFERENT) {
  test(`two fingerprints: ${what}`, () => {
    assert.notEqual(printOf(one), printOf(other))
  })
}

test('a fingerprint is its version and sixteen hexadecimal digits', () => {
  assert.match(printOf(`fuse_flush < ${CLOSE}`), /^1:[0-9a-f]{16}$/)
})

test('a stack without a wait has the fingerprint of its telling frames', () => {
  const one = fingerprintOf(shortStack(`schedule < acme_wait < acme_thread < ${KTHREAD}`), null)
  const same = fingerprintOf(
    shortStack(`__schedule < schedule < acme_wait.constprop.0 < acme_thread < ${KTHREAD}`),
    null,
  )
  const other = fingerprintOf(shortStack(`schedule < acme_thread < ${KTHREAD}`), null)
  assert.equal(one, same)
  assert.notEqual(one, other)
  assert.match(fingerprintOf(shortStack(''), null), /^1:[0-9a-f]{16}$/)
})

test('offsets, sizes, modules and the bytes of the text change no fingerprint', () => {
  const stack = shortStack(`xfs_buf_lock < xfs_buf_find < xfs_read_agf < ${SYSCALL}`)
  const other: Stack = {
    ...stack,
    frames: stack.frames.map((frame) => ({ ...frame, offset: null, size: 77, module: 'xfs' })),
    text: [],
  }
  assert.equal(printOf(stack), printOf(other))
})

// Version 1 is in stores and links: if this fails, the rules changed and need a new version.
test('the fingerprints of version 1 stay what they are', () => {
  assert.equal(
    printOf(`request_wait_answer < fuse_simple_request < fuse_flush < ${CLOSE}`),
    '1:4bba67a4f07f06b4',
  )
  assert.equal(printOf(`mutex_lock < acme_ioctl < vfs_ioctl < ${SYSCALL}`), '1:295307e871686368')
})
