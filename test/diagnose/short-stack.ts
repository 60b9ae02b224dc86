import type { Frame } from '../../src/model/frame.ts'
import { type Stack, stackOf } from '../../src/model/stack.ts'

/**
 * A stack from its short form, innermost first: `request_wait_answer < fuse_flush < do_exit`.
 * `?name` is a frame the kernel did not trust, `name[mod]` one of a module.
 */
export function shortStack(text: string): Stack {
  const frames = text
    .split('<')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(shortFrame)
  const lines = frames.map(({ symbol }) => `[<0>] ${symbol}+0x1/0x2`)
  return stackOf(
    frames,
    lines,
    frames.map((_, index) => index),
  )
}

function shortFrame(part: string): Frame {
  const [, doubt = '', symbol = '', module] = /^(\??)([^[\s]+)(?:\[(.+)\])?$/.exec(part) ?? []
  return { symbol, offset: 1, size: 2, module: module ?? null, reliable: doubt === '' }
}

/** What calls a system call on x86-64, from 4.17 to 6.3. */
export const SYSCALL = 'do_syscall_64 < entry_SYSCALL_64_after_hwframe'
/** The root of a kernel thread. */
export const KTHREAD = 'kthread < ret_from_fork'
/** The root of a work item. */
export const WORKER = `process_one_work < worker_thread < ${KTHREAD}`
/** A task killed by a signal. */
export const KILLED = `do_exit < do_group_exit < get_signal < arch_do_signal_or_restart < exit_to_user_mode_prepare < syscall_exit_to_user_mode < ${SYSCALL}`
