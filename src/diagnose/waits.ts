import type { Stack } from '../model/stack.ts'
import type { TaskState } from '../model/task.ts'
import type { Wait, WaitClass, WaitContext } from '../model/wait.ts'
import {
  BOUNDARY,
  CLOSE,
  EXEC,
  EXITING,
  FAULT,
  KTHREAD,
  SYSCALL,
  SYSCALL_PREFIXES,
  THREAD_START,
  URING_WORKER,
  USER_RETURN,
} from './wait-context.ts'
import { moduleRowOf, primitiveOf, rowOf } from './wait-lookup.ts'
import { SCHEDULER } from './wait-primitives.ts'
import {
  FILE_SYSTEM_CLASSES,
  PAGE_CLAIMS,
  symbolsOf,
  type WaitGroup,
  type WaitKind,
} from './wait-table.ts'

/** What is known of a task beside its stack; each may be null. */
export type WaitHint = {
  readonly state: TaskState | null
  readonly kthread: boolean | null
  readonly comm: string | null
  readonly wchan: string | null
}

/**
 * What a stack waits for; null for an empty stack of which not even the wait channel is known.
 *
 * The frames are read from the innermost outwards: past the scheduler to the primitive the task sleeps in,
 * past the primitives to the first function with a meaning, and from there, where that function waits for
 * whoever called it, to the caller that says for what.
 */
export function waitOf(stack: Stack, hint: WaitHint): Wait | null {
  const names = stack.names.length > 0 ? stack.names : wchanNames(hint.wchan)
  if (names.length === 0) return null
  const sleep = sleepOf(names, stack)
  const context = contextOf(names, hint)
  const { row, at } = meaningOf(names, sleep, stack)
  const found = row ? { class: row.class, row } : guess(names, sleep, hint)
  const verdict = refine(found, { names, sleep, context, hint })
  return {
    class: verdict.class,
    function: names[at] ?? '',
    primitive: names[sleep.primitive] ?? '',
    context,
    blocked: verdict.blocked,
  }
}
