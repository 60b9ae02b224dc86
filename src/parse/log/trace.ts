import type { Draft } from './draft.ts'
import type { KnownLines } from './known-lines.ts'
import type { FrameLine, LineKind } from './line-kind.ts'
import { addToStack, beginsAnother } from './stack-lines.ts'
import { StackTable } from './stack-table.ts'

/** What the scan of a log lets its traces do. */
export type Reports = {
  readonly current: Draft | null
  readonly line: number
  /** Begins a report for a stack that has no head. */
  beginBare(): Draft
  /** True when the line right above names the task of a stack. */
  readonly isHeaded: boolean
  fault(expected: string): void
  /** The line in hand, without its prefix. */
  readonly body: string
}

/** Puts the lines of stacks to the reports they belong to. */
export class Trace {
  readonly #reports: Reports
  readonly #lines: KnownLines
  readonly #table = new StackTable()
  #lastRip: FrameLine | null = null

  constructor(reports: Reports, lines: KnownLines) {
    this.#reports = reports
    this.#lines = lines
  }

  take(kind: LineKind): void {
    if (kind.what === 'frame') this.#frame(kind)
    else if (kind.what === 'opener') this.#open(kind)
    else if (kind.what === 'section') this.#section(kind)
    else if (kind.what === 'word') this.#word(kind.frame)
    else if (kind.what === 'end') this.close()
    else if (kind.what === 'module') this.#module()
    else if (kind.what === 'torn' && this.#reports.current?.stackState === 'open') {
      this.#reports.fault('symbol+offset/size')
    }
  }

  /** A kernel frame that stands outside of the trace: `RIP: 0010:f+0x1/0x2`. */
  rip(frame: string): void {
    const kind = this.#lines.kindOf(frame)
    // Some kernels print it again below the trace, or below the end of the report.
    if (kind?.what !== 'frame') return
    if (kind === this.#lastRip && this.#reports.current?.hasFrames !== false) return
    const draft = this.#reports.current ?? this.#reports.beginBare()
    if (draft.stackState === 'closed' || draft.stackState === 'muted') return
    if (draft.rip && !draft.announced) return
    if (!draft.hasFrames) draft.rip = kind
    this.#lastRip = draft.rip
    this.#add(draft, kind)
  }

  close(): void {
    const { current } = this.#reports
    if (current?.hasFrames && current.stackState === 'open') current.stackState = 'closed'
  }

  #open(kind: Extract<LineKind, { what: 'opener' }>): void {
    const { current } = this.#reports
    const isTaken = current?.hasFrames === true && !isRipOnly(current)
    // The stacks that a sanitizer or lockdep cites are announced too; they are no tasks.
    if (isTaken && current.stackState === 'muted') return
    const draft = current === null || isTaken ? this.#reports.beginBare() : current
    draft.announced = true
    if (draft.stackState !== 'open') draft.stackState = 'awaited'
    if (kind.first) this.#frame(kind.first)
  }

  #frame(kind: FrameLine): void {
    const { current, isHeaded, line } = this.#reports
    if (current?.stackState === 'muted') return
    const isNew =
      current === null || (isHeaded && current.bare) || beginsAnother(current, kind, line)
    this.#add(isNew ? this.#reports.beginBare() : current, kind)
  }

  // One word is a frame only in a trace that was announced and has no other frames.
  #word(kind: FrameLine): void {
    const draft = this.#reports.current
    if (!draft?.announced || (draft.stackState !== 'open' && draft.stackState !== 'awaited')) return
    if (draft.hasFrames && !draft.ofWords && !isRipOnly(draft)) return
    draft.ofWords = true
    this.#frame(kind)
  }

  /** `[btrfs]`, which a mail program took from the end of the frame above. */
  #module(): void {
    const draft = this.#reports.current
    const { step, stackState } = draft ?? {}
    if (!draft || stackState !== 'open' || !step?.above || typeof step.line !== 'object') return
    if (step.line?.what !== 'frame') return
    const whole = this.#lines.kindOf(`${step.line.text} ${this.#reports.body}`)
    if (whole) draft.step = this.#table.after(step.above, whole)
  }

  #section(kind: LineKind): void {
    const draft = this.#reports.current
    if (draft && (draft.stackState === 'open' || draft.stackState === 'awaited')) {
      this.#add(draft, kind)
    }
  }

  #add(draft: Draft, kind: LineKind): void {
    addToStack(draft, kind, { line: this.#reports.line, table: this.#table })
  }
}

function isRipOnly({ rip, ofWords, step, announced }: Draft): boolean {
  return rip !== null && !ofWords && (!announced || step?.line === rip)
}
