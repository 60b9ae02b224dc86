import { plainSymbol } from '../../model/frame.ts'
import type { Stack } from '../../model/stack.ts'
import type { TaskState } from '../../model/task.ts'
import type { Wait, WaitClass, WaitContext } from '../../model/wait.ts'
import { BITS, bitsOf } from './context.ts'
import { type Meaning, meaningOf, type Sleep, sleepOf } from './meaning.ts'
import type { WaitKind } from './table.ts'

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
 * The frames are read from the innermost outwards: past the scheduler to the primitive the task sleeps
 * in, past the primitives to the first function with a meaning, and from there, where that function
 * waits for whoever called it, to the caller that says for what.
 */
export function waitOf(stack: Stack, hint: WaitHint): Wait | null {
  const names = stack.names.length > 0 ? stack.names : wchanNames(hint.wchan)
  const innermost = names[0]
  if (innermost === undefined) return null
  const sleep = sleepOf(names)
  const context = contextOf(names, hint)
  const meaning = meaningOf(names, sleep, stack)
  const judged = judge(meaning, { names, sleep, context, hint })
  return {
    class: judged.class,
    function: names[meaning.at] ?? innermost,
    primitive: names[sleep.primitive] ?? innermost,
    context,
    blocked: judged.blocked,
  }
}

/** True when the task is on its way out: no signal reaches it any more. */
export function isExiting(stack: Stack): boolean {
  return stack.names.some((name) => (bitsOf(name) & BITS.exit) !== 0)
}

/** The kernel prints `0` for a task that does not sleep, and a bare number where names are hidden. */
function wchanNames(wchan: string | null): readonly string[] {
  if (wchan === null || wchan === '' || wchan === '-' || wchan === '?') return []
  const first = wchan.charCodeAt(0)
  return first >= DIGIT_0 && first <= DIGIT_9 ? [] : [plainSymbol(wchan)]
}

const DIGIT_0 = 48
const DIGIT_9 = 57

/** On whose behalf the task waits: the strongest claim of any of its frames. */
function contextOf(names: readonly string[], hint: WaitHint): WaitContext {
  let bits = 0
  for (const name of names) bits |= bitsOf(name)
  if (bits & BITS.exit) return 'exit'
  if (bits & BITS.exec) return 'exec'
  if (bits & BITS.uring) return 'syscall'
  if (bits & BITS.kthread || hint.kthread === true) return 'kthread'
  if (bits & BITS.close) return 'close'
  if (bits & BITS.syscall) return 'syscall'
  if (bits & BITS.fault) return 'fault'
  return bits & BITS.start ? 'kthread' : 'unknown'
}

type Scene = {
  readonly names: readonly string[]
  readonly sleep: Sleep
  readonly context: WaitContext
  readonly hint: WaitHint
}
type Judged = { readonly class: WaitClass; readonly blocked: boolean }

const LOCK_KINDS: readonly WaitKind[] = ['mutex', 'rwsem', 'percpu-rwsem', 'semaphore', 'spin']

/** Whether the task is stuck in what it waits for, or at rest there. */
function judge(meaning: Meaning, scene: Scene): Judged {
  const { state } = scene.hint
  if (isMainLoop(meaning, scene)) return { class: 'kthread-idle', blocked: false }
  const { row } = meaning
  if (meaning.class === null) return judgeUnknown(scene)
  if (row?.rests && isAtRest(row.rests, scene)) {
    if (state === 'T' && row.class === 'freezer') return { class: 'signal', blocked: false }
    const idle = scene.context === 'kthread' && row.rests === 'always' && row.class !== 'freezer'
    return { class: idle ? 'kthread-idle' : meaning.class, blocked: false }
  }
  // A running, stopped or traced task waits for nothing, whatever it did when its stack was read.
  return { class: meaning.class, blocked: state !== 'R' && state !== 'T' && state !== 't' }
}

/** Nobody rests on a lock, nor while dying; interruptible waits rest when they are seen to be so. */
function isAtRest(rests: 'always' | 'interruptible', { sleep, context, hint }: Scene): boolean {
  if (LOCK_KINDS.includes(sleep.kind)) return false
  if (context === 'exit') return false
  return rests === 'always' || hint.state === 'S'
}

/** A kernel thread that sleeps in its own main function has nothing to do. */
function isMainLoop(meaning: Meaning, { names, sleep, hint }: Scene): boolean {
  if (sleep.means !== null) return false
  // A thread may count its work with a semaphore, but then it sleeps interruptibly.
  if (LOCK_KINDS.includes(sleep.kind) && (sleep.kind !== 'semaphore' || hint.state !== 'S'))
    return false
  if (sleep.kind === 'completion' && hint.state === 'D') return false
  // A function of the tables that does not rest is at work, even where its thread's loop was folded away.
  const { row } = meaning
  if (row !== null && row.symbols !== '' && !row.rests) return false
  if ((bitsOf(names[sleep.first] ?? '') & BITS.boundary) !== 0) return false
  const caller = names[sleep.first + 1]
  if (caller !== undefined) return (bitsOf(caller) & (BITS.kthread | BITS.start)) !== 0
  return hint.kthread === true && meaning.class === null && hint.state !== 'D'
}

/** No table knows the function: what remains is how the task sleeps. */
function judgeUnknown(scene: Scene): Judged {
  const { state } = scene.hint
  if (LOCK_KINDS.includes(scene.sleep.kind)) return { class: 'lock', blocked: state !== 'R' }
  if (state === 'R') return { class: 'running', blocked: false }
  if (isUnstarted(scene)) return { class: 'kthread-idle', blocked: false }
  if (isBare(scene) && state !== 'D') return { class: 'running', blocked: false }
  if (state === 'I' || (scene.context === 'kthread' && state === 'S')) {
    return { class: 'kthread-idle', blocked: false }
  }
  return { class: 'unknown', blocked: state === null || state === 'D' }
}

/** True when a stack is nothing but entry code. */
function isBare({ names, sleep }: Scene): boolean {
  const name = names[sleep.first]
  return sleep.kind === 'none' && (name === undefined || (bitsOf(name) & BITS.boundary) !== 0)
}

/** kthread() asleep: a kernel thread that was made and never started. */
function isUnstarted(scene: Scene): boolean {
  return isBare(scene) && scene.context === 'kthread' && scene.sleep.first > 0
}
