import type { HeldLock, Report } from '../../model/report.ts'
import type { FrameLine } from './line-kind.ts'
import { timesOf } from './prefix.ts'
import type { Label } from './shape.ts'
import type { StackUse } from './stack-choice.ts'
import type { StackStep } from './stack-table.ts'
import { stackAt } from './stack-table.ts'

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** What the head of a report tells; its stack and place are kept beside. */
export type Facts = Writable<
  Omit<Report, 'from' | 'stack' | 'stackFrom' | 'uptimeSeconds' | 'at' | 'locks'>
> & { locks: HeldLock[] }

/**
 * Where the stack of a report is. awaited: its first frame has not come. open: frames belong to it.
 * closed: a frame that comes is another stack's. muted: the frames are of other stacks that the
 * report cites, until the opener of its own.
 */
type StackState = 'awaited' | 'open' | 'closed' | 'muted'

/** A report while its lines are read. */
export type Draft = {
  readonly facts: Facts
  readonly line: number
  readonly prefix: string
  /** True for a head that anyone may have written, until a trace follows. */
  isDoubtful: boolean
  /** True for a stack without any head. */
  readonly bare: boolean
  /** True once a line such as `Call Trace:` has announced the stack. */
  announced: boolean
  stackState: StackState
  step: StackStep | null
  /** First line of the stack, and the line of what was read last of it. */
  stackLine: number
  lastLine: number
  hasFrames: boolean
  /** The frame of the program counter, which stands above the trace; null without. */
  rip: FrameLine | null
  /** True when its frames are names without offsets, as changelogs quote them. */
  ofWords: boolean
  /** True when the last frame is one that stands at the bottom of stacks. */
  atBottom: boolean
  sawBlank: boolean
  /** Whose it is, by what stands before a stack without head. */
  label: Label | null
}

const NOTHING: Omit<Facts, 'kind' | 'title' | 'locks'> = {
  cpu: null,
  comm: null,
  tid: null,
  tgid: null,
  ppid: null,
  state: null,
  exitingFlag: null,
  kthread: null,
  seconds: null,
  owner: null,
  kernelRelease: null,
  object: null,
}

const TITLE_CHARS_MAX = 240

export function newDraft(
  facts: Partial<Facts> & { kind: Facts['kind']; title: string },
  place: { line: number; prefix: string; bare: boolean },
): Draft {
  return {
    ...place,
    facts: { ...NOTHING, locks: [], ...facts, title: facts.title.slice(0, TITLE_CHARS_MAX) },
    isDoubtful: false,
    announced: false,
    stackState: 'awaited',
    step: null,
    stackLine: 0,
    lastLine: 0,
    hasFrames: false,
    rip: null,
    ofWords: false,
    atBottom: false,
    sawBlank: false,
    label: null,
  }
}

/** The task's own frames for a dump of a task, the whole way to the event for an event. */
function useOf(kind: Facts['kind']): StackUse {
  return kind === 'task' || kind === 'hung-task' || kind === 'rcu-stall' ? 'task' : 'trace'
}

/** The report that a draft has become. */
export function toReport(draft: Draft, file: string): Report {
  const { facts, step } = draft
  const made = step && draft.hasFrames ? stackAt(step, useOf(facts.kind)) : null
  const times = timesOf(draft.prefix)
  return {
    ...facts,
    uptimeSeconds: times.uptimeSeconds,
    at: times.at,
    kthread: facts.kthread ?? isKthread(facts, made?.stack.names ?? []),
    from: { file, line: draft.line },
    stack: made?.stack ?? null,
    stackFrom: made ? { file, line: draft.stackLine + made.offset } : null,
  }
}

/** Double faults and the like come from anywhere and have a stack of their own, so their entry tells nothing. */
const USER_ENTRY =
  /^(?:entry_SYSCALL|entry_INT80|entry_SYSENTER|system_call|ret_fast_syscall|el0t?_|ia32_|asm_exc_(?!double_fault|nmi|machine_check)|sysenter)/

/** By the bottom of its stack and its parent: kthreadd is task 2 of every kernel since 2.6.24. */
function isKthread({ ppid, tid }: Facts, names: readonly string[]): boolean | null {
  if (ppid === 2 || (tid === 2 && ppid === 0)) return true
  const bottom = names.slice(-3)
  if (bottom.some((name) => USER_ENTRY.test(name))) return false
  if (bottom.includes('kthread') || bottom.includes('worker_thread')) return true
  return null
}
