import type { Event, Report } from '../../model/report.ts'
import type { Draft, Facts } from './draft.ts'

export type Groups = { readonly [name: string]: string | undefined }

/** Whose stack follows, as a shell prompt or a path beside it says. */
export type Label = { readonly tgid: number | null; readonly tid: number | null }

/** What the reader of a line may do to the scan of the log. */
export type Scan = {
  /** The report whose lines are being read. */
  readonly current: Draft | null
  /** All reports so far. */
  readonly drafts: readonly Draft[]
  /** An RCU stall whose stalled task has not been dumped yet. */
  readonly stall: Draft | null
  /** Line being read, from 1. */
  readonly line: number
  readonly text: string
  /** Ends the current report and begins another. */
  begin(facts: Partial<Facts> & { kind: Report['kind']; title: string }): Draft
  /** A report of one line, which interrupts no other. */
  note(facts: Partial<Facts> & { kind: Event; title: string }): void
  /** Makes an unfinished stall the current report again. */
  resume(draft: Draft): void
  end(): void
  /** The next dump is not of the stalled task. */
  aside: boolean
  /** Locks listed from here on are held by this task. */
  holder(tid: number, comm: string): void
  lock(index: string, lock: { name: string; at: string | null; address: string | null }): void
  owner(tid: number, owner: NonNullable<Report['owner']>): void
  /** A kernel frame that stands outside of the trace: `RIP: 0010:f+0x1/0x2`. */
  rip(symbolPart: string): void
  /** Frames that come are of no interest until the report's own trace is announced. */
  mute(): void
  closeStack(): void
  readonly file: string
  readonly clock: { kernelRelease: string | null; bootedAt: string | null }
  readonly uptimeSeconds: number | null
}

/** One kind of line: what it begins with, what it looks like, what it tells. */
export type Shape = {
  readonly name: string
  /** Lines of any other beginning are not tried. */
  readonly starts: readonly string[]
  readonly example: string
  readonly shape: RegExp
  /** True where mail programs break such lines: the lines that follow are tried as its rest. */
  readonly wraps?: true
  /** The shape as far as it stands on one line, where mail programs break the rest off. */
  readonly lax?: RegExp
  /** False lets the rows below try the line too. */
  readonly read: (groups: Groups, scan: Scan) => boolean | undefined
}

export function numberOf(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits)
}
