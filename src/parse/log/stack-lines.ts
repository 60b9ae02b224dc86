import { plainSymbol } from '../../model/frame.ts'
import type { Draft } from './draft.ts'
import type { FrameLine, LineKind } from './line-kind.ts'
import type { StackTable } from './stack-table.ts'

// Where stacks end: the entry from user space, or the start of a thread.
const BOTTOM =
  /^(?:entry_(?:SYSCALL|INT80|SYSENTER)\w*|ret_from_fork\w*|ret_from_kernel_thread\w*|ret_from_kernel_user_thread|start_kernel_thread|ret_fast_syscall|ret_to_user|el0_svc_naked|el0_sync\w*|el0t_\w+|system_call\w*|sysenter_\w+|ia32_sys\w+|syscall_call|stub_\w+|kernel_thread_helper|kernel_thread_starter|child_rip|ret_from_syscall|handle_exception|linux_sparc_syscall\w*)$/

// More lines than these between two frames, none of them known, and the second is another stack's.
const FOREIGN_LINES_MAX = 60

/** Where a line stands in the text. */
export type At = { readonly line: number; readonly table: StackTable }

/** True when a frame begins another stack than the one that `draft` has so far. */
export function beginsAnother(draft: Draft, kind: FrameLine, line: number): boolean {
  if (!draft.hasFrames) return false
  if (draft.stackState === 'closed') return true
  if (kind.first || line - draft.lastLine > FOREIGN_LINES_MAX) return true
  if (!draft.bare || !kind.frames.every(({ reliable }) => reliable)) return false
  if (draft.sawBlank && !draft.announced) return true
  return draft.atBottom && !isBottom(kind)
}

/** Adds a line to the stack of `draft`. */
export function addToStack(draft: Draft, kind: LineKind, { line, table }: At): void {
  if (draft.step === null) {
    draft.step = table.root
    draft.stackLine = line
  } else if (line - draft.lastLine > 1) {
    draft.step = table.after(draft.step, line - draft.lastLine - 1)
  }
  draft.step = table.after(draft.step, kind)
  draft.lastLine = line
  if (kind.what !== 'frame') return
  draft.hasFrames = true
  draft.stackState = 'open'
  draft.atBottom = draft.bare && isBottom(kind)
  draft.sawBlank = false
}

function isBottom({ frames }: FrameLine): boolean {
  return frames.some(({ symbol }) => BOTTOM.test(plainSymbol(symbol)))
}
