import type { PsRow } from '../../model/snapshot.ts'
import type { LogScan } from '../log/log-scan.ts'
import { parsePs } from '../ps.ts'
import { headingOf, isPrompt, loneName, type ProcPath, pathsIn } from './labels.ts'
import { LooseStatus } from './loose-status.ts'
import { keepStatus, newFact, type PastedFact, statusField } from './pasted-fact.ts'
import { StatusOrder } from './status-order.ts'

const TASKS_MAX = 20_000

const LISTING = /\bls\b[^|;]{0,40}\/proc\/(?<tgid>\d{1,9})\/task\b(?!\/\d)/
const DEFUNCT_ROW = /\[(?<comm>[^\]]{1,64})\] ?<defunct> *$/

/** Reads the lines around pasted stacks: prompts, paths, fields of status, listings. */
export class PastedFacts {
  readonly #file: string
  /** By tid; what shows no tid stands in `#nameless`. */
  readonly #tasks = new Map<number, PastedFact>()
  readonly #nameless: PastedFact[] = []
  readonly rows: PsRow[] = []
  /** The file whose lines follow, and whose it is. */
  #open: { readonly kind: string; readonly fact: PastedFact } | null = null
  /** Thread group whose tids follow. */
  #listed: number | null = null
  /** Lines of a ps listing, from its header on. */
  #listing: { readonly from: number; readonly lines: string[] } | null = null
  readonly #loose = new LooseStatus()
  /** Path of the last `path:line`. */
  #lastPath = ''

  readonly #order = new StatusOrder()
  readonly #hasNamesAbove: boolean

  /** `hasNamesAbove`: a word alone above a stack is its task's name. */
  constructor(file: string, hasNamesAbove = false) {
    this.#file = file
    this.#hasNamesAbove = hasNamesAbove
  }

  /** All tasks that something was told of. */
  get all(): readonly PastedFact[] {
    return [...this.#tasks.values(), ...this.#nameless]
  }

  /** Lines of status whose task nothing names. */
  get looseStatus(): LooseStatus['blocks'] {
    return this.#loose.blocks
  }

  /** What was told of a task, or null. */
  find(tid: number | null): PastedFact | null {
    return tid === null ? null : (this.#tasks.get(tid) ?? null)
  }

  /** Takes a line that is nothing of a log; true when it was something. */
  read(line: string, scan: LogScan): boolean {
    // A record of a kernel log is no line of a shell, whatever it looks like.
    if (scan.uptimeSeconds !== null) return false
    const paths = pathsIn(line)
    if (paths.length > 0) return this.#takePaths(paths, scan)
    if (this.#takeListing(line, scan) || this.#takeTids(line, scan)) return true
    if (isPrompt(line)) return this.#takePrompt(scan)
    return this.#takeRow(line, scan) || this.#takeValue(line, scan) || this.#takeHeading(line, scan)
  }

  /** Joins what was collected; called after the last line. */
  finish(): void {
    this.#loose.end()
    this.#endListing()
    for (const row of this.rows) {
      const fact = this.#tasks.get(row.tid ?? row.tgid)
      if (fact) fact.row ??= row
    }
  }

  #takePaths(paths: readonly ProcPath[], scan: LogScan): boolean {
    this.#close()
    const [first] = paths
    if (first?.value !== null && first !== undefined) return this.#takeGrepped(first, scan)
    const stacks = paths.filter(({ kind }) => kind === 'stack')
    for (const { tgid, tid } of paths) if (tid !== null) this.#of(tid, scan.line, tgid)
    scan.label(stacks)
    const other = paths.find(({ kind }) => kind !== 'stack')
    if (other?.tid !== null && other !== undefined) {
      this.#open = { kind: other.kind, fact: this.#of(other.tid, scan.line, other.tgid) }
    }
    return true
  }

  /** `/proc/12/stack:[<0>] f+0x1/0x2`, `/proc/12/status:State:	D (disk sleep)`. */
  #takeGrepped({ tgid, tid, kind, value }: ProcPath, scan: LogScan): boolean {
    const path = `${tgid}/${tid}/${kind}`
    const fact = tid === null ? null : this.#of(tid, scan.line, tgid)
    if (kind === 'stack') {
      if (path !== this.#lastPath) scan.label([{ tgid, tid }])
      scan.frame((value ?? '').trim())
    } else if (fact) {
      this.#keep(fact, kind, (value ?? '').trim(), scan)
    }
    this.#lastPath = path
    return true
  }

  #takePrompt(scan: LogScan): boolean {
    this.#close()
    scan.label([])
    return true
  }

  /** `# ls /proc/1544450/task`, and the tids on the lines that follow. */
  #takeListing(line: string, scan: LogScan): boolean {
    const tgid = LISTING.exec(line)?.groups?.['tgid']
    if (tgid === undefined) return false
    this.#close()
    scan.label([])
    this.#listed = Number(tgid)
    return true
  }

  #takeTids(line: string, scan: LogScan): boolean {
    if (this.#listed === null) return false
    if (!/^\.{0,2}\d{1,9}(?:\s+\d{1,9})*$/.test(line)) return false
    for (const tid of line.split(/\s+/)) this.#of(Number(tid), scan.line, this.#listed)
    return true
  }

  /** A header of ps and the rows below it; a row without header where it tells of a zombie or a state. */
  #takeRow(line: string, scan: LogScan): boolean {
    if (PS_HEADER.test(line)) {
      this.#close()
      this.#listing = { from: scan.line, lines: [line] }
      return true
    }
    const isRow = this.#listing !== null && /^\S+\s+\S/.test(line) && /\b\d/.test(line)
    if (this.#listing && isRow) {
      this.#listing.lines.push(line)
      // Listings may leave lines out between: their place must stay right.
      while (this.#listing.lines.length < scan.line - this.#listing.from + 1)
        this.#listing.lines.splice(-1, 0, '')
    }
    return this.#takeBareRow(line, scan) || isRow
  }

  /** `2716 pts/2    D+     0:00 cat`, `| \_ [ndrive] <defunct>`. */
  #takeBareRow(line: string, scan: LogScan): boolean {
    const row = PS_ROW.exec(line)?.groups
    const defunct = DEFUNCT_ROW.exec(line)?.groups?.['comm']
    if (!row && defunct === undefined) return false
    if (this.#listing && !row) return true
    const fact = row ? this.#of(Number(row['pid']), scan.line, null) : this.#addNameless(scan.line)
    fact.comm ??= defunct ?? row?.['comm'] ?? null
    fact.isDefunct ||= defunct !== undefined
    if (row) fact.status.push({ line: scan.line, text: `State: ${row['state']}` })
    return true
  }

  /** The lines of the file that the last command printed. */
  #takeValue(line: string, scan: LogScan): boolean {
    // Another file of status, printed by the same command.
    if (line.startsWith('Name:') && (this.#open?.fact.status.length ?? 0) > 0) this.#open = null
    if (this.#open === null && statusField(line) !== null) return this.#takeLoose(line, scan)
    if (!this.#open) return false
    return this.#keep(this.#open.fact, this.#open.kind, line, scan)
  }

  /** A status pasted without its command may say whose it is. */
  #takeLoose(text: string, scan: LogScan): boolean {
    const named = this.#loose.take({ line: scan.line, text })
    if (!named) return false
    const fact = this.#of(named.tid, named.lines[0]?.line ?? scan.line, null)
    for (const line of named.lines) keepStatus(fact, line, this.#file)
    this.#open = { kind: 'status', fact }
    this.#order.join(named.tid, scan)
    return true
  }

  #keep(fact: PastedFact, kind: string, text: string, scan: LogScan): boolean {
    if (kind === 'comm') fact.comm ??= text.slice(0, 64)
    else if (kind === 'wchan') fact.wchan ??= /^[A-Za-z_][\w.]{0,100}/.exec(text)?.[0] ?? null
    else if (kind === 'syscall') fact.syscall ??= text.slice(0, 200)
    else return kind === 'status' && keepStatus(fact, { line: scan.line, text }, this.#file)
    this.#open = null
    return true
  }

  #takeHeading(line: string, scan: LogScan): boolean {
    const heading = headingOf(line)
    const comm = heading || !this.#hasNamesAbove ? null : loneName(line)
    if (heading) scan.labels.head(heading.label, heading.comm, scan.line)
    else if (comm !== null) scan.labels.head(null, comm, scan.line)
    return heading !== null || comm !== null
  }

  #close(): void {
    this.#endListing()
    this.#open = null
    this.#listed = null
  }

  #endListing(): void {
    const { from = 0, lines = [] } = this.#listing ?? {}
    this.#listing = null
    if (lines.length < 2) return
    for (const row of parsePs(lines.join('\n'), this.#file).value) {
      if (this.rows.length < TASKS_MAX)
        this.rows.push({ ...row, from: { file: this.#file, line: row.from.line + from - 1 } })
    }
  }

  #of(tid: number, line: number, tgid: number | null): PastedFact {
    const known = this.#tasks.get(tid) ?? newFact(tid, line)
    if (this.#tasks.size < TASKS_MAX) this.#tasks.set(tid, known)
    known.tgid ??= tgid
    return known
  }

  #addNameless(line: number): PastedFact {
    const fact = newFact(null, line)
    if (this.#nameless.length < TASKS_MAX) this.#nameless.push(fact)
    return fact
  }
}

const PS_HEADER =
  /^(?=.*\b(?:PID|TGID|LWP|SPID|TID)\b)(?=.*\b(?:COMMAND|CMD|COMM|STAT|S|WCHAN|TTY)\b)[A-Z%][A-Z\d%_]*(?: +[A-Z%][A-Z\d%_]*)+$/
const PS_ROW =
  /^(?:\S{1,32} +)??(?<pid>\d{1,9}) +(?:\S{1,16} +){0,9}?(?<state>[RSDTtZXI])[<NLsl+]{0,5} +(?:\S{1,16} +)?\d{1,5}:\d\d +(?:\\_ )?(?<comm>\S.*)$/
