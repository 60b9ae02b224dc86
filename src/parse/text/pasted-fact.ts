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
