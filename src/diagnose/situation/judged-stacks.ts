import { EMPTY_STACK, type Stack } from '../../model/stack.ts'
import type { Task } from '../../model/task.ts'
import type { Wait } from '../../model/wait.ts'
import { isExiting, waitOf } from '../waits/waits.ts'

/** What is worked out of one stack. */
type Judged = {
  readonly isExiting: boolean
  /** By what else a wait depends on, see `keyOf`. */
  readonly waits: Map<string | null, Wait | null>
}

/** Judges each distinct stack once: twenty thousand tasks stand in a few hundred. */
export class JudgedStacks {
  readonly #judged = new Map<Stack, Judged>()

  /** What the task waits for by this stack, one of its own or one that a report shows of it. */
  waitOf(task: Task, stack: Stack | null): Wait | null {
    if (stack === null || stack.frames.length === 0) {
      return task.wchan === null ? null : waitOf(EMPTY_STACK, task)
    }
    const { waits } = this.#of(stack)
    const key = keyOf(task)
    const known = waits.get(key)
    if (known !== undefined) return known
    const wait = waitOf(stack, task)
    waits.set(key, wait)
    return wait
  }

  /** True when a task in this stack is on its way out. */
  isExiting(stack: Stack | null): boolean {
    return stack !== null && stack.frames.length > 0 && this.#of(stack).isExiting
  }

  #of(stack: Stack): Judged {
    const known = this.#judged.get(stack)
    if (known !== undefined) return known
    const judged = { isExiting: isExiting(stack), waits: new Map<string | null, Wait | null>() }
    this.#judged.set(stack, judged)
    return judged
  }
}

/** Of a kernel thread its name counts too. A task of user space, as most are, costs no new string. */
function keyOf({ state, kthread, comm }: Task): string | null {
  if (kthread === false) return state
  return kthread === null ? `${state}?` : `${state}:${comm ?? ''}`
}
