import type { PsRow } from '../../model/snapshot.ts'
import type { Mark } from '../../model/task.ts'

/** A line of a status file, and where it stands. */
export type StatusLine = { readonly line: number; readonly text: string }

/** What a text tells of one task beside its stack. */
export type PastedFact = {
  /** Null for a row of a tree that shows no number. */
  readonly tid: number | null
  /** Line of the text that first names the task. */
  readonly line: number
  tgid: number | null
  comm: string | null
  wchan: string | null
  syscall: string | null
  /** True for a row `[name] <defunct>`. */
  isDefunct: boolean
  /** Its row of a listing, the first. */
  row: PsRow | null
  readonly status: StatusLine[]
  readonly marks: Mark[]
}

export function newFact(tid: number | null, line: number): PastedFact {
  return {
    tid,
    line,
    tgid: null,
    comm: null,
    wchan: null,
    syscall: null,
    isDefunct: false,
    row: null,
    status: [],
    marks: [],
  }
}

const STATUS_LINES_MAX = 64
const STATUS_FIELD = /^(?<field>[A-Z][A-Za-z]{2,14}|[a-z]+_ctxt_switches):(?:[ \t]|$)/

/** The lines of status that evidence quotes. */
const MARKS: Readonly<Record<string, Mark['what']>> = {
  State: 'state',
  SigPnd: 'sigPnd',
  ShdPnd: 'shdPnd',
  NSpid: 'nsPid',
  Threads: 'threads',
  FDSize: 'fdSize',
}

/** Name of the status field that a line is of; null for other lines. */
export function statusField(line: string): string | null {
  return STATUS_FIELD.exec(line)?.groups?.['field'] ?? null
}

/** Keeps a line of a task's status; false when it is none. */
export function keepStatus(fact: PastedFact, { line, text }: StatusLine, file: string): boolean {
  const field = statusField(text)
  if (field === null) return false
  if (field === 'Tgid') fact.tgid ??= Number(/\d{1,9}$/.exec(text)?.[0] ?? 0)
  if (fact.status.length >= STATUS_LINES_MAX) return true
  fact.status.push({ line, text })
  const what = MARKS[field]
  if (what) fact.marks.push({ what, file, line, text })
  return true
}
