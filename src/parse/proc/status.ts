import type { Fault, Parsed } from '../../model/parsed.ts'
import { type Switches, TASK_STATES, type TaskState } from '../../model/task.ts'
import { ByteTable } from '../byte-table.ts'
import { BYTE, bytesOf, decimalIn, faultAt, isDigitAt, lineEnd } from '../bytes.ts'
import { createSignalSets, NO_SIGNALS, type SignalSet, type SignalSets } from './signals.ts'

/** What a status file says of its task; null where it has no such line. */
export type Status = {
  readonly comm: string | null
  readonly state: TaskState | null
  /** The value of State, e.g. `D (disk sleep)`. */
  readonly stateText: string
  readonly tgid: number | null
  readonly tid: number | null
  readonly ppid: number | null
  readonly tracerPid: number | null
  readonly fdSize: number | null
  readonly nsPids: readonly number[]
  readonly kthread: boolean | null
  readonly threads: number | null
  readonly taskPending: SignalSet
  readonly groupPending: SignalSet
  readonly blockedSignals: SignalSet
  readonly switches: Switches | null
  /** On which lines stands what evidence may quote; the same object for files of the same layout. */
  readonly lines: StatusLines
}

/** What is known of a task whose status is not in the bundle. */
export const NO_STATUS: Status = {
  comm: null,
  state: null,
  stateText: '',
  tgid: null,
  tid: null,
  ppid: null,
  tracerPid: null,
  fdSize: null,
  nsPids: [],
  kthread: null,
  threads: null,
  taskPending: NO_SIGNALS,
  groupPending: NO_SIGNALS,
  blockedSignals: NO_SIGNALS,
  switches: null,
  lines: { state: 0, fdSize: 0, nsPid: 0, threads: 0, sigPnd: 0, shdPnd: 0 },
}

/** Line numbers from 1; 0 where there is no such line. */
export type StatusLines = {
  readonly state: number
  readonly fdSize: number
  readonly nsPid: number
  readonly threads: number
  readonly sigPnd: number
  readonly shdPnd: number
}

/**
 * Reads `/proc/<pid>/task/<tid>/status`, lines of a name, a colon and a value.
 *
 *     State:	D (disk sleep)
 *
 * A file that is empty or has no such lines gives nulls. Lines of other names are passed over.
 *
 * Source: fs/proc/array.c, proc_pid_status().
 */
export function parseStatus(text: string, file: string): Parsed<Status> {
  const bytes = bytesOf(text)
  const reader = new StatusReader()
  const faults: Fault[] = []
  const value = reader.read(bytes, 0, bytes.length, (line, expected, found) => {
    faults.push(faultAt(file, line, expected, found))
  })
  return { value, faults }
}

/** Is told of a value that is not as the format has it. */
export type Complain = (line: number, expected: string, found: string) => void

/** Reads one status after another, and shares between them what many have in common. */
export class StatusReader {
  readonly #comms: ByteTable<string>
  readonly #signalSets: SignalSets = createSignalSets()
  readonly #states = new ByteTable(4096, stateIn)
  #lines: StatusLines = NO_STATUS.lines
  // The values of the file in hand.
  #comm: string | null = null
  #state = NO_STATE
  #nsPids: readonly number[] = NO_PIDS
  readonly #masks = { sigPnd: NO_SIGNALS, shdPnd: NO_SIGNALS, sigBlk: NO_SIGNALS }
  /** By `Field`; -1 where there is no such line. */
  readonly #numbers = new Float64Array(FIELDS.length)
  /** By `Field`; 0 where there is no such line. */
  readonly #lineOf = new Int32Array(FIELDS.length)

  constructor(comms: ByteTable<string> = new ByteTable(4096, textIn)) {
    this.#comms = comms
  }

  read(bytes: Buffer, start: number, end: number, complain: Complain): Status {
    this.#reset()
    let line = 0
    let at = start
    while (at < end) {
      line += 1
      const stop = lineEnd(bytes, at, end)
      const field = FIELD_OF.get(keyIn(bytes, at))
      if (field !== undefined && this.#readLine(field, bytes, at, stop)) {
        this.#lineOf[field] = line
      } else if (field !== undefined) {
        complain(line, EXPECTED[field] ?? '', textIn(bytes, at, stop))
      }
      // Forty lines of capabilities and masks stand between the signals and the last lines.
      at = field === SIG_BLK ? tailStart(bytes, stop, end) : stop + 1
    }
    return this.#status()
  }

  /** Reads one line of a name that we know; false where it is not as the format has it. */
  #readLine(field: number, bytes: Buffer, start: number, stop: number): boolean {
    const colon = start + (NAME_LENGTHS[field] ?? 0)
    if (bytes[colon] !== BYTE.colon) return false
    let from = colon + 1
    while (from < stop && (bytes[from] === BYTE.tab || bytes[from] === BYTE.blank)) from += 1
    switch (field) {
      case NAME:
        this.#comm = this.#comms.get(bytes, from, stop)
        return true
      case STATE:
        this.#state = this.#states.get(bytes, from, stop)
        return this.#state.state !== null
      case NS_PID:
        this.#nsPids = pidsIn(bytes, from, stop)
        return this.#nsPids.length > 0
      case SIG_PND:
      case SHD_PND:
      case SIG_BLK:
        return this.#readMask(field, bytes, from, stop)
      default:
        return this.#readNumber(field, bytes, from, stop)
    }
  }

  #readMask(field: number, bytes: Buffer, start: number, stop: number): boolean {
    const mask = this.#signalSets.get(bytes, start, stop)
    if (mask === null) return false
    if (field === SIG_PND) this.#masks.sigPnd = mask
    else if (field === SHD_PND) this.#masks.shdPnd = mask
    else this.#masks.sigBlk = mask
    return true
  }

  #readNumber(field: number, bytes: Buffer, start: number, stop: number): boolean {
    const value = decimalIn(bytes, start, stop)
    this.#numbers[field] = value
    return value >= 0
  }

  #reset(): void {
    this.#comm = null
    this.#state = NO_STATE
    this.#nsPids = NO_PIDS
    this.#masks.sigPnd = NO_SIGNALS
    this.#masks.shdPnd = NO_SIGNALS
    this.#masks.sigBlk = NO_SIGNALS
    this.#numbers.fill(-1)
    this.#lineOf.fill(0)
  }

  #status(): Status {
    const kthread = this.#number(KTHREAD)
    return {
      comm: this.#comm,
      state: this.#state.state,
      stateText: this.#state.text,
      tgid: this.#number(TGID),
      tid: this.#number(PID),
      ppid: this.#number(PPID),
      tracerPid: this.#number(TRACER_PID),
      fdSize: this.#number(FD_SIZE),
      nsPids: this.#nsPids,
      kthread: kthread === null ? null : kthread === 1,
      threads: this.#number(THREADS),
      taskPending: this.#masks.sigPnd,
      groupPending: this.#masks.shdPnd,
      blockedSignals: this.#masks.sigBlk,
      switches: this.#switches(),
      lines: this.#sharedLines(),
    }
  }

  #number(field: number): number | null {
    const value = this.#numbers[field] ?? -1
    return value < 0 ? null : value
  }

  #switches(): Switches | null {
    const voluntary = this.#number(VOLUNTARY)
    const nonvoluntary = this.#number(NONVOLUNTARY)
    return voluntary === null || nonvoluntary === null ? null : { voluntary, nonvoluntary }
  }

  /** Files of one kernel have a layout for kernel threads and one for others. */
  #sharedLines(): StatusLines {
    const last = this.#lines
    const at = this.#lineOf
    const isSame =
      last.state === at[STATE] &&
      last.fdSize === at[FD_SIZE] &&
      last.nsPid === at[NS_PID] &&
      last.threads === at[THREADS] &&
      last.sigPnd === at[SIG_PND] &&
      last.shdPnd === at[SHD_PND]
    if (isSame) return last
    this.#lines = {
      state: at[STATE] ?? 0,
      fdSize: at[FD_SIZE] ?? 0,
      nsPid: at[NS_PID] ?? 0,
      threads: at[THREADS] ?? 0,
      sigPnd: at[SIG_PND] ?? 0,
      shdPnd: at[SHD_PND] ?? 0,
    }
    return this.#lines
  }
}

const NO_STATE: { readonly state: TaskState | null; readonly text: string } = {
  state: null,
  text: '',
}
const NO_PIDS: readonly number[] = []

/** The lines that are read, and what each must hold. */
const FIELDS: readonly { readonly name: string; readonly expected: string }[] = [
  { name: 'Name', expected: 'Name: comm' },
  { name: 'State', expected: 'State: letter (word)' },
  { name: 'Tgid', expected: 'Tgid: number' },
  { name: 'Pid', expected: 'Pid: number' },
  { name: 'PPid', expected: 'PPid: number' },
  { name: 'TracerPid', expected: 'TracerPid: number' },
  { name: 'FDSize', expected: 'FDSize: number' },
  { name: 'NSpid', expected: 'NSpid: numbers' },
  { name: 'Kthread', expected: 'Kthread: 0 or 1' },
  { name: 'Threads', expected: 'Threads: number' },
  { name: 'SigPnd', expected: 'SigPnd: mask' },
  { name: 'ShdPnd', expected: 'ShdPnd: mask' },
  { name: 'SigBlk', expected: 'SigBlk: mask' },
  { name: 'voluntary_ctxt_switches', expected: 'voluntary_ctxt_switches: number' },
  { name: 'nonvoluntary_ctxt_switches', expected: 'nonvoluntary_ctxt_switches: number' },
]
const EXPECTED = FIELDS.map(({ expected }) => expected)
const NAME_LENGTHS = FIELDS.map(({ name }) => name.length)
const [NAME, STATE, TGID, PID, PPID, TRACER_PID, FD_SIZE] = [0, 1, 2, 3, 4, 5, 6]
const [NS_PID, KTHREAD, THREADS, SIG_PND, SHD_PND, SIG_BLK] = [7, 8, 9, 10, 11, 12]
const [VOLUNTARY, NONVOLUNTARY] = [13, 14]

/** Each line by its first four bytes, which no other line of a status file begins with. */
const FIELD_OF: ReadonlyMap<number, number> = new Map(
  FIELDS.map(({ name }, field) => [keyIn(bytesOf(`${name}:`), 0), field]),
)

function keyIn(bytes: Buffer, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}

/** The counts of switches, and what x86 prints behind them, fit in here. */
const TAIL_BYTES = 192

/** Start of the first line that lies whole in the file's last bytes, but behind `stop`. */
function tailStart(bytes: Buffer, stop: number, end: number): number {
  const from = end - TAIL_BYTES
  return from <= stop ? stop + 1 : lineEnd(bytes, from, end) + 1
}

function textIn(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end)
}

const STATE_OF: ReadonlyMap<string, TaskState> = new Map(TASK_STATES.map((state) => [state, state]))

function stateIn(
  bytes: Buffer,
  start: number,
  end: number,
): { readonly state: TaskState | null; readonly text: string } {
  const text = textIn(bytes, start, end)
  // `x (dead)` is how kernels before 3.14 print a task about to vanish.
  const state = STATE_OF.get(text.slice(0, 1) === 'x' ? 'X' : text.slice(0, 1)) ?? null
  return { state, text }
}

const NAMESPACES_MAX = 33 // MAX_PID_NS_LEVEL is 32, below the initial one

/** Numbers between tabs; none where anything else is among them. */
function pidsIn(bytes: Buffer, start: number, end: number): readonly number[] {
  const pids: number[] = []
  for (let at = start; at < end && pids.length < NAMESPACES_MAX; ) {
    let stop = at
    while (stop < end && isDigitAt(bytes, stop)) stop += 1
    const pid = decimalIn(bytes, at, stop)
    if (pid < 0) return NO_PIDS
    pids.push(pid)
    at = stop + 1
  }
  return pids
}
