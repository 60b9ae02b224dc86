import type { Mark } from '../../model/task.ts'
import type { Label, Scan } from '../log/shape.ts'

/** What a text tells of one task beside its stack. */
export type PastedFact = {
  tgid: number | null
  readonly tid: number
  comm: string | null
  state: string | null
  ppid: number | null
  nsPids: number[]
  taskPending: number[]
  groupPending: number[]
  wchan: string | null
  readonly marks: Mark[]
  readonly line: number
}

const TASKS_MAX = 20_000

/** Reads the lines around pasted stacks: prompts, paths, status fields, listings. */
export class PastedFacts {
  readonly #file: string
  readonly tasks = new Map<number, PastedFact>()
  #listed: number | null = null
  /** Task whose status lines follow. */
  #subject: Label | null = null

  constructor(file: string) {
    this.#file = file
  }

  /** Takes a line that is nothing of a log; true when it was something. */
  read(line: string, scan: Scan): boolean {
    return (
      this.#path(line, scan) ||
      this.#list(line, scan) ||
      this.#status(line, scan) ||
      this.#ps(line, scan)
    )
  }

  #path(line: string, scan: Scan): boolean {
    const found = PATH.exec(line)?.groups
    if (!found) {
      if (!LISTING.test(line)) return false
      this.#listed = Number(LISTING.exec(line)?.[1])
      scan.label(null)
      return true
    }
    this.#listed = null
    const tgid = found['task'] === undefined ? null : numberOrNull(found['pid'])
    const tid = numberOrNull(found['task'] ?? found['pid'])
    this.#subject = { tgid, tid }
    scan.label(this.#subject)
    if (tid !== null && tgid !== null) this.of(tid, scan.line).tgid = tgid
    return true
  }

  #list(line: string, scan: Scan): boolean {
    if (this.#listed === null) return false
    if (!/^\d+(?:\s+\d+)*$/.test(line)) return false
    for (const tid of line.split(/\s+/)) this.of(Number(tid), scan.line).tgid = this.#listed
    return true
  }

  #status(line: string, scan: Scan): boolean {
    const found = STATUS.exec(line)?.groups
    const tid = this.#subject?.tid
    if (!found || tid === undefined || tid === null) return false
    const fact = this.of(tid, scan.line)
    const value = (found['value'] ?? '').trim()
    const field = FIELDS[found['field'] ?? '']
    field?.(fact, value)
    const what = MARKS[found['field'] ?? '']
    if (what && fact.marks.length < 16)
      fact.marks.push({ what, file: this.#file, line: scan.line, text: line })
    return true
  }

  #ps(line: string, scan: Scan): boolean {
    const found = PS_ROW.exec(line)?.groups
    if (!found) return false
    const fact = this.of(Number(found['pid']), scan.line)
    fact.state ??= found['state'] ?? null
    fact.comm ??= found['comm'] ?? null
    return true
  }

  of(tid: number, line: number): PastedFact {
    const known = this.tasks.get(tid)
    if (known) return known
    const fact = newFact(tid, line)
    if (this.tasks.size < TASKS_MAX) this.tasks.set(tid, fact)
    return fact
  }
}

export function newFact(tid: number, line: number): PastedFact {
  return {
    tgid: null,
    tid,
    comm: null,
    state: null,
    ppid: null,
    nsPids: [],
    taskPending: [],
    groupPending: [],
    wchan: null,
    marks: [],
    line,
  }
}

const PATH =
  /\/?proc\/(?<pid>\d+|self|\$\w+)(?:\/task\/(?<task>\d+))?\/(?<file>stack|status|wchan|comm|stat|syscall)\b/
const LISTING = /\bls\b.{0,40}\/proc\/(\d+)\/task\b/
const STATUS =
  /^(?<field>Name|State|Tgid|Pid|PPid|NSpid|SigPnd|ShdPnd|SigBlk|Threads|FDSize):\s*(?<value>.*)$/
const PS_ROW = /^(?<pid>\d+)\s+\S+\s+(?<state>[RSDTtZXI])[<NLsl+]*\s+\d+:\d\d\s+(?<comm>.+)$/

const FIELDS: Readonly<Record<string, (fact: PastedFact, value: string) => void>> = {
  Name: (fact, value) => {
    fact.comm = value
  },
  State: (fact, value) => {
    fact.state = value.charAt(0)
  },
  Tgid: (fact, value) => {
    fact.tgid = numberOrNull(value)
  },
  PPid: (fact, value) => {
    fact.ppid = numberOrNull(value)
  },
  NSpid: (fact, value) => {
    fact.nsPids = value.split(/\s+/).map(Number).filter(Number.isSafeInteger)
  },
  SigPnd: (fact, value) => {
    fact.taskPending = signalsOf(value)
  },
  ShdPnd: (fact, value) => {
    fact.groupPending = signalsOf(value)
  },
}

const MARKS: Readonly<Record<string, Mark['what']>> = {
  State: 'state',
  SigPnd: 'sigPnd',
  ShdPnd: 'shdPnd',
  NSpid: 'nsPid',
  Threads: 'threads',
  FDSize: 'fdSize',
}

/** Signals of a mask such as `0000000000000100`: bit n - 1 is signal n. */
function signalsOf(mask: string): number[] {
  if (!/^[\da-f]{1,32}$/i.test(mask)) return []
  const bits = BigInt(`0x${mask}`)
  return Array.from({ length: 128 }, (_, index) => index + 1).filter(
    (signal) => (bits >> BigInt(signal - 1)) & 1n,
  )
}

function numberOrNull(digits: string | undefined): number | null {
  return digits !== undefined && /^\d+$/.test(digits) ? Number(digits) : null
}
