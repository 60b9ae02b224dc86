import type { Event } from '../../model/report.ts'
import { EMPTY_STACK, type Stack, stackOf } from '../../model/stack.ts'
import type { FrameLine, LineKind, Section } from './line-kind.ts'
import { chooseFrames, type StackUse } from './stack-choice.ts'

/** A frame of a stack, and how many lines below the stack's first line it stands. */
export type PlacedFrame = {
  readonly line: FrameLine
  readonly offset: number
  readonly section: Section
}

/**
 * A step on the way from the first line of a stack to its last. A log of 20,000 tasks holds some
 * 200 distinct stacks: each is a path through the same steps, so it is made once, and a line costs
 * one look-up.
 */
export type StackStep = {
  readonly above: StackStep | null
  /** The line it stands for; a number for as many lines that are no part of the stack. */
  readonly line: LineKind | number | null
  readonly depth: number
  /** The step taken last from here: most stacks go on as the one before did. */
  last: StackStep | null
  next: Map<LineKind | number, StackStep> | null
  /** The stacks that end here, once asked for. */
  readonly made: { [Use in StackUse]?: Made }
  /** What happened, as its frames alone tell; undefined until asked for. */
  event: Event | null | undefined
}

// Lines of the longest stacks seen (KASAN, inlined frames shown) are some 200; the rest is not kept.
const STACK_LINES_MAX = 1000

// All-distinct stacks of a hostile log must not grow the table without end; it starts anew then.
const STEPS_MAX = 300_000

/** All stacks of one text, each once. */
export class StackTable {
  #root = newStep(null, null, 0)
  #steps = 0

  /** Where each stack begins. */
  get root(): StackStep {
    if (this.#steps > STEPS_MAX) {
      this.#root = newStep(null, null, 0)
      this.#steps = 0
    }
    return this.#root
  }

  /** The step that `line` leads to. */
  after(step: StackStep, line: LineKind | number): StackStep {
    if (step.last?.line === line) return step.last
    const known = step.next?.get(line)
    if (known) {
      step.last = known
      return known
    }
    if (step.depth >= STACK_LINES_MAX) return step
    return this.#add(step, line)
  }

  #add(step: StackStep, line: LineKind | number): StackStep {
    const added = newStep(step, line, step.depth + 1)
    this.#steps += 1
    // The first way on needs no map.
    if (step.last) {
      step.next ??= new Map(step.last.line === null ? [] : [[step.last.line, step.last]])
      step.next.set(line, added)
    }
    step.last = added
    return added
  }
}

function newStep(
  above: StackStep | null,
  line: LineKind | number | null,
  depth: number,
): StackStep {
  return { above, line, depth, last: null, next: null, made: {}, event: undefined }
}

/** A stack, and how many lines below the first line of its report's trace its first frame stands. */
export type Made = { readonly stack: Stack; readonly offset: number }

/** The stack that ends with `step`, as `use` wants it; the same object each time. */
export function stackAt(step: StackStep, use: StackUse): Made {
  const made = step.made[use]
  if (made) return made
  const placed = chooseFrames(placedFrames(step), use)
  const fresh = { stack: toStack(placed), offset: placed[0]?.offset ?? 0 }
  step.made[use] = fresh
  return fresh
}

function placedFrames(last: StackStep): PlacedFrame[] {
  const steps: StackStep[] = []
  for (let step: StackStep | null = last; step?.above; step = step.above) steps.push(step)
  const placed: PlacedFrame[] = []
  let offset = 0
  let section: Section = 'task'
  for (const { line } of steps.reverse()) {
    if (line === null) continue
    if (typeof line !== 'number') section = place(line, { placed, offset, section })
    offset += typeof line === 'number' ? line : 1
  }
  return placed
}

/** Adds a frame; gives the section that what follows stands in. */
function place(
  line: LineKind,
  { placed, offset, section }: { placed: PlacedFrame[]; offset: number; section: Section },
): Section {
  if (line.what === 'section') return line.closes ? closed(placed, line.section) : line.section
  if (line.what !== 'frame') return section
  const own = line.section ?? section
  placed.push({ line, offset, section: own })
  return own
}

/** Moves all frames so far into `section`; what follows is the task's own. */
function closed(placed: PlacedFrame[], section: Section): Section {
  placed.splice(0, placed.length, ...placed.map((frame) => ({ ...frame, section })))
  return 'task'
}

function toStack(placed: readonly PlacedFrame[]): Stack {
  const start = placed[0]?.offset
  if (start === undefined) return EMPTY_STACK
  const rows = placed.flatMap(({ line, offset }, index) =>
    framesOf(line, index === placed.length - 1).map((frame) => ({ frame, line, offset })),
  )
  return stackOf(
    rows.map(({ frame }) => frame),
    rows.map(({ line }) => ownText(line.text)),
    rows.map(({ offset }) => offset - start),
  )
}

// arm32 names a frame on its own line and again, as the caller, on the line above: only the last caller is new.
function framesOf(line: FrameLine, isLast: boolean): readonly FrameLine['frames'][number][] {
  return isLast && line.caller ? [...line.frames, line.caller] : line.frames
}

/** A copy that does not keep the whole log in memory, as a slice of it does. */
function ownText(text: string): string {
  return ` ${text}`.slice(1)
}
