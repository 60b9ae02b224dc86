import { FAULTS_MAX, type Fault, FOUND_CHARS_MAX } from '../../model/parsed.ts'
import type { HeldLock, Report } from '../../model/report.ts'
import { type Draft, type Facts, newDraft } from './draft.ts'
import { KnownLines } from './known-lines.ts'
import { LineReader } from './line-reader.ts'
import type { Times } from './prefix.ts'
import type { Label, Scan } from './shape.ts'
import { StackLabels } from './stack-labels.ts'
import { type Reports, Trace } from './trace.ts'

// A log of 21 MB holds 20,000 reports; more is no log of one boot.
export const REPORTS_MAX = 100_000
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
export class LogScan implements Scan, Reports {
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
  readonly labels = new StackLabels()
  readonly trace = new Trace(this, this.lines)
  #holder: Holder | null = null
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
    this.labels.expect(labels)
  }

  /** Takes a frame that stood behind something else on its line. */
  frame(text: string): void {
    const kind = this.lines.kindOf(text)
    if (kind) this.trace.take(kind)
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
    this.trace.rip(frame)
  }

  mute(): void {
    if (this.current) this.current.stackState = 'muted'
  }

  closeStack(): void {
    this.trace.close()
  }

  blank(): void {
    if (this.current) this.current.sawBlank = true
  }

  get body(): string {
    return this.reader.body
  }

  get isHeaded(): boolean {
    return this.labels.isHeaded(this.line)
  }

  beginBare(): Draft {
    this.#holder = null
    const title = this.text || this.reader.body
    const { prefix } = this.reader
    const draft = newDraft({ kind: 'task', title }, { line: this.line, prefix, bare: true })
    this.labels.name(draft, this.line)
    this.current = this.#keep(draft)
    return draft
  }

  fault(expected: string): void {
    if (this.faults.length >= FAULTS_MAX) return
    const found = this.reader.body.slice(0, FOUND_CHARS_MAX)
    this.faults.push({ file: this.file, line: this.line, expected, found })
  }

  #keep(draft: Draft): Draft {
    if (this.drafts.length < REPORTS_MAX) this.drafts.push(draft)
    else if (this.#dropped === 0) this.fault(`no more than ${REPORTS_MAX} reports`)
    if (this.drafts.length >= REPORTS_MAX) this.#dropped += 1
    return draft
  }
}
