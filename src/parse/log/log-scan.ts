import { FAULTS_MAX, type Fault, FOUND_CHARS_MAX } from '../../model/parsed.ts'
import type { HeldLock, Report } from '../../model/report.ts'
import { type Draft, type Facts, newDraft } from './draft.ts'
import { KnownLines } from './known-lines.ts'
import type { FrameLine, LineKind } from './line-kind.ts'
import { LineReader } from './line-reader.ts'
import type { Times } from './prefix.ts'
import type { Label, Scan } from './shape.ts'
import { addToStack, beginsAnother } from './stack-lines.ts'
import { StackTable } from './stack-table.ts'

// A log of 21 MB holds 20,000 reports; more is no log of one boot.
export const REPORTS_MAX = 100_000
// A number alone on a line names the stack right below it, perhaps past a blank line.
const HEADING_LINES_MAX = 2
const HOLDERS_MAX = 10_000
const LOCKS_PER_HOLDER_MAX = 64

/** Locks that a list says a task holds, and where the list stands. */
export type Holder = {
  tid: number
  comm: string
  line: number
  prefix: string
  locks: Map<string, HeldLock>
}
export type Owner = { tid: number; line: number; owner: NonNullable<Report['owner']> }

/** Everything a log tells, while it is read. */
export class LogScan implements Scan {
  readonly file: string
  readonly reader: LineReader
  readonly lines = new KnownLines()
  readonly drafts: Draft[] = []
  readonly holders: Holder[] = []
  readonly owners: Owner[] = []
  readonly faults: Fault[] = []
  readonly clock: Scan['clock'] = { kernelRelease: null, bootedAt: null }
  current: Draft | null = null
  stall: Draft | null = null
  aside = false
  text = ''
  #table = new StackTable()
  #holder: Holder | null = null
  #labels: Label[] = []
  #heading: { readonly label: Label; readonly comm: string | null; readonly line: number } | null =
    null
  #dropped = 0
  /** The times last seen, of the lines that have some. */
  last: Times = { uptimeSeconds: null, at: null }

  constructor(text: string, file: string) {
    this.file = file
    this.reader = new LineReader(text)
  }

  get line(): number {
    return this.reader.number
  }

  get uptimeSeconds(): number | null {
    return this.reader.times.uptimeSeconds
  }

  begin(facts: Partial<Facts> & { kind: Report['kind']; title: string }): Draft {
    if (facts.kind !== 'task') this.stall = null
    this.end()
    const draft = this.#keep(
      newDraft(facts, { line: this.line, prefix: this.reader.prefix, bare: false }),
    )
    this.current = draft
    if (facts.kind === 'rcu-stall') {
      this.stall = draft
      this.aside = false
    }
    return draft
  }

  note(facts: Partial<Facts> & { kind: Report['kind']; title: string }): void {
    this.#keep(newDraft(facts, { line: this.line, prefix: this.reader.prefix, bare: false }))
  }

  resume(draft: Draft): void {
    this.end()
    this.current = draft
  }

  end(): void {
    this.current = null
    this.#holder = null
  }

  /** Whose the next stacks are, in order; ends what went before. */
  label(labels: readonly Label[]): void {
    this.end()
    this.#labels = [...labels]
    this.#heading = null
  }

  /** Whose the stack is that begins on one of the next lines; without one, nothing was meant. */
  headed(label: Label, comm: string | null): void {
    this.#heading = { label, comm, line: this.line }
  }

  /** Takes a frame that stood behind something else on its line. */
  frame(text: string): void {
    const kind = this.lines.kindOf(text)
    if (kind) this.stackLine(kind)
  }

  holder(tid: number, comm: string): void {
    this.closeStack()
    this.#holder = { tid, comm, line: this.line, prefix: this.reader.prefix, locks: new Map() }
    if (this.holders.length < HOLDERS_MAX) this.holders.push(this.#holder)
  }

  lock(index: string, lock: HeldLock): void {
    const locks = this.#holder?.locks
    // With inlined frames shown a lock is printed several times: the last is the function itself.
    if (locks && locks.size < LOCKS_PER_HOLDER_MAX) locks.set(index, lock)
  }

  owner(tid: number, owner: NonNullable<Report['owner']>): void {
    if (this.owners.length < HOLDERS_MAX) this.owners.push({ tid, line: this.line, owner })
  }

  rip(frame: string): void {
    const draft = this.current ?? this.#beginBare()
    if (draft.hasRip && !draft.hasFrames) return
    if (draft.stackState === 'closed' || draft.stackState === 'muted') return
    const kind = this.lines.kindOf(frame)
    if (kind?.what !== 'frame') return
    if (!draft.hasFrames) draft.hasRip = true
    addToStack(draft, kind, { line: this.line, table: this.#table })
  }

  mute(): void {
    if (this.current) this.current.stackState = 'muted'
  }

  closeStack(): void {
    if (this.current?.hasFrames && this.current.stackState === 'open')
      this.current.stackState = 'closed'
  }

  blank(): void {
    if (this.current) this.current.sawBlank = true
  }

  /** Takes a line that belongs to a stack. */
  stackLine(kind: LineKind): void {
    if (kind.what === 'opener') this.#open(kind)
    else if (kind.what === 'frame') this.#frame(kind)
    else if (kind.what === 'section') this.#section(kind)
    else if (kind.what === 'end') this.closeStack()
    else if (kind.what === 'word') this.#word(kind.frame)
    else if (kind.what === 'module') this.#module()
    else if (kind.what === 'torn' && this.current?.stackState === 'open')
      this.#fault('symbol+offset/size')
  }

  #open(kind: Extract<LineKind, { what: 'opener' }>): void {
    const { current } = this
    const isTaken = current?.hasFrames === true && !isRipOnly(current)
    const draft = current === null || isTaken ? this.#beginAfter(current) : current
    if (!draft) return
    draft.announced = true
    if (draft.stackState !== 'open') draft.stackState = 'awaited'
    if (kind.frames.length > 0) {
      this.#frame({
        what: 'frame',
        frames: kind.frames,
        text: kind.text,
        caller: null,
        section: null,
        first: false,
      })
    }
  }

  // The stacks that a sanitizer or lockdep cites are announced too; they are no tasks.
  #beginAfter(current: Draft | null): Draft | null {
    return current?.stackState === 'muted' ? null : this.#beginBare()
  }

  #frame(kind: Extract<LineKind, { what: 'frame' }>): void {
    const { current } = this
    if (current?.stackState === 'muted') return
    const draft =
      current === null || this.#isHeaded() || beginsAnother(current, kind, this.line)
        ? this.#beginBare()
        : current
    addToStack(draft, kind, { line: this.line, table: this.#table })
  }

  // One word is a frame only in a trace that was announced and has no other frames.
  #word(kind: FrameLine): void {
    const draft = this.current
    if (!draft?.announced || draft.stackState === 'muted' || draft.stackState === 'closed') return
    if (!draft.hasFrames || draft.ofWords) {
      draft.ofWords = true
      this.#frame(kind)
    }
  }

  #module(): void {
    const last = this.current?.stackState === 'open' ? this.current.step : null
    if (
      !this.current ||
      !last?.above ||
      typeof last.line !== 'object' ||
      last.line?.what !== 'frame'
    )
      return
    const whole = this.lines.kindOf(`${last.line.text} ${this.reader.body}`)
    if (whole) this.current.step = this.#table.after(last.above, whole)
  }

  #isHeaded(): boolean {
    return this.#near() !== null && this.current?.bare === true
  }

  /** The heading right above this line. */
  #near() {
    return this.#heading && this.line - this.#heading.line <= HEADING_LINES_MAX
      ? this.#heading
      : null
  }

  #section(kind: Extract<LineKind, { what: 'section' }>): void {
    const draft = this.current
    if (draft && (draft.stackState === 'open' || draft.stackState === 'awaited')) {
      addToStack(draft, kind, { line: this.line, table: this.#table })
    }
  }

  #beginBare(): Draft {
    this.#holder = null
    const title = this.text || this.reader.body
    const draft = newDraft(
      { kind: 'task', title },
      { line: this.line, prefix: this.reader.prefix, bare: true },
    )
    this.#name(draft)
    this.current = this.#keep(draft)
    return draft
  }

  #name(draft: Draft): void {
    const heading = this.#near()
    draft.label = heading?.label ?? this.#labels.shift() ?? null
    draft.facts.comm ??= heading?.comm ?? null
    this.#heading = null
  }

  #keep(draft: Draft): Draft {
    if (this.drafts.length < REPORTS_MAX) this.drafts.push(draft)
    else if (this.#dropped === 0) this.#fault(`no more than ${REPORTS_MAX} reports`)
    if (this.drafts.length >= REPORTS_MAX) this.#dropped += 1
    return draft
  }

  #fault(expected: string): void {
    if (this.faults.length >= FAULTS_MAX) return
    const found = this.reader.body.slice(0, FOUND_CHARS_MAX)
    this.faults.push({ file: this.file, line: this.line, expected, found })
  }
}

function isRipOnly(draft: Draft): boolean {
  return draft.hasRip && !draft.announced && draft.stackState === 'open'
}
