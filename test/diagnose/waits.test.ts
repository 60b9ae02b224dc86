import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isExiting, type WaitHint, waitOf } from '../../src/diagnose/waits/waits.ts'
import type { TaskState } from '../../src/model/task.ts'
import { WAIT_CLASSES } from '../../src/model/wait.ts'
import { KILLED, KTHREAD, SYSCALL, shortStack, WORKER } from './short-stack.ts'
import { WAIT_CASES } from './wait-cases.ts'

const NO_HINT: WaitHint = { state: null, kthread: null, comm: null, wchan: null }

for (const [stack, waitClass, name, context, blocked, state] of WAIT_CASES) {
  test(`${waitClass}: ${stack.slice(0, 110)}`, () => {
    const wait = waitOf(shortStack(stack), { ...NO_HINT, state: state ?? null })
    assert.deepEqual(wait && [wait.class, wait.function, wait.context, wait.blocked], [
      waitClass,
      name,
      context,
      blocked,
    ])
  })
}

test('every class but gluster, which the kernel sees as FUSE, is met by some case', () => {
  const met = new Set(WAIT_CASES.map(([, waitClass]) => waitClass))
  assert.deepEqual(
    WAIT_CLASSES.filter((waitClass) => !met.has(waitClass)),
    ['gluster'],
  )
})

test('every context is met by some case', () => {
  const met = new Set(WAIT_CASES.map(([, , , context]) => context))
  assert.equal(met.size, 7)
})

test('the primitive is the innermost frame below the scheduler', () => {
  const stack = shortStack(
    `__schedule < schedule < schedule_timeout < __wait_for_common < __flush_work < cancel_work_sync < foo_remove < ${SYSCALL}`,
  )
  assert.equal(waitOf(stack, NO_HINT)?.primitive, '__wait_for_common')
})

test('an empty stack waits for what its wait channel says', () => {
  const hint: WaitHint = { state: 'D', kthread: null, comm: 'cat', wchan: 'rpc_wait_bit_killable' }
  const wait = waitOf(shortStack(''), hint)
  assert.equal(wait?.class, 'nfs')
  assert.equal(wait?.function, 'rpc_wait_bit_killable')
  assert.equal(wait?.context, 'unknown')
  assert.equal(wait?.blocked, true)
})

for (const wchan of [null, '', '0', '-', '?']) {
  test(`an empty stack with the wait channel ${JSON.stringify(wchan)} has no wait`, () => {
    assert.equal(waitOf(shortStack(''), { ...NO_HINT, state: 'S', wchan }), null)
  })
}

test('a wait channel with a compiler suffix is read by its plain name', () => {
  const wait = waitOf(shortStack(''), { ...NO_HINT, state: 'S', wchan: 'do_wait.isra.0' })
  assert.equal(wait?.function, 'do_wait')
  assert.equal(wait?.blocked, false)
})

test('a kernel thread known only by its wait channel is at rest in its loop', () => {
  const hint: WaitHint = { state: 'S', kthread: true, comm: 'foo', wchan: 'foo_thread' }
  const wait = waitOf(shortStack(''), hint)
  assert.equal(wait?.class, 'kthread-idle')
  assert.equal(wait?.context, 'kthread')
})

test('the same generic wait is at rest or stuck by its state', () => {
  const stack = shortStack(`locks_lock_inode_wait < __do_sys_flock < ${SYSCALL}`)
  const blocked = (state: TaskState | null) => waitOf(stack, { ...NO_HINT, state })?.blocked
  assert.equal(blocked('S'), false)
  assert.equal(blocked('D'), true)
  assert.equal(blocked(null), true)
})

test('a task that runs or is stopped waits for nothing', () => {
  const stack = shortStack(`jbd2_log_wait_commit < ext4_sync_file < do_fsync < ${SYSCALL}`)
  for (const state of ['R', 'T', 't'] as const) {
    assert.equal(waitOf(stack, { ...NO_HINT, state })?.blocked, false)
  }
  assert.equal(waitOf(stack, { ...NO_HINT, state: 'D' })?.blocked, true)
})

test('a stack of nothing but doubtful frames is still read', () => {
  const stack = shortStack(
    '?__schedule < ?schedule < ?io_schedule < ?sleep_on_page < ?__wait_on_bit < ?wait_on_page_bit < ?nfs_wb_page < ?nfs_file_fsync < ?sys_fsync',
  )
  const wait = waitOf(stack, NO_HINT)
  assert.equal(wait?.class, 'nfs')
})

test('doubtful frames of an otherwise sound stack do not count', () => {
  const stack = shortStack(
    `__schedule < schedule < ?do_exit < ?fuse_flush < xfs_buf_lock < xfs_read_agf < vfs_unlink < ${SYSCALL}`,
  )
  assert.equal(waitOf(stack, NO_HINT)?.class, 'xfs')
  assert.equal(isExiting(stack), false)
})

test('a module gives its class to functions whose names do not tell', () => {
  const stack = shortStack(`mutex_lock < stat_show[f2fs] < seq_read < vfs_read < ${SYSCALL}`)
  // seq_read has a row of its own, further out; the module of the waiting function is nearer.
  assert.equal(waitOf(stack, NO_HINT)?.class, 'f2fs')
})

const EXITING: readonly (readonly [string, boolean])[] = [
  [`fuse_flush < filp_close < put_files_struct < ${KILLED}`, true],
  [`exit_aio < mmput < do_exit < do_group_exit < ${SYSCALL}`, true],
  ['exit_mmap < mmput < exit_mm', true],
  [`fuse_flush < filp_close < close_fd < __x64_sys_close < ${SYSCALL}`, false],
  [`fuse_flush < filp_close < do_close_on_exec < begin_new_exec < ${SYSCALL}`, false],
  [`do_coredump < get_signal < arch_do_signal_or_restart < ${SYSCALL}`, false],
  [`get_signal < arch_do_signal_or_restart < exit_to_user_mode_prepare < ${SYSCALL}`, false],
  [`rewind_stack_and_make_dead < make_task_dead < oops_end`, true],
  [`kthread_exit < foo_thread < ${KTHREAD}`, true],
  [`io_wq_worker < ret_from_fork`, false],
  [`__cleanup_mnt < task_work_run < do_exit < io_wq_worker < ret_from_fork`, true],
  [`synchronize_rcu < foo_work < ${WORKER}`, false],
]
for (const [stack, exiting] of EXITING) {
  test(`${exiting ? 'exiting' : 'not exiting'}: ${stack.slice(0, 80)}`, () => {
    assert.equal(isExiting(shortStack(stack)), exiting)
  })
}

test('no stack of any symbols makes a wait throw or name a function it does not have', () => {
  const odd = [
    '',
    '_',
    '__',
    '____',
    'a',
    '_a_',
    '<',
    '\u0000',
    'x'.repeat(500),
    'schedule',
    'kthread',
  ]
  for (const one of odd) {
    for (const two of odd) {
      const frames = [one, two].map((symbol) => ({
        symbol,
        offset: null,
        size: null,
        module: null,
        reliable: true,
      }))
      const stack = { frames, names: [one, two], text: [], lineOffsets: [] }
      const wait = waitOf(stack, NO_HINT)
      assert.ok(wait && [one, two].includes(wait.function) && [one, two].includes(wait.primitive))
    }
  }
})
