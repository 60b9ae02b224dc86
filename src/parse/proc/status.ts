import type { Fault, Parsed } from '../../model/parsed.ts'
import { type Switches, TASK_STATES, type TaskState } from '../../model/task.ts'
import { ByteTable } from '../byte-table.ts'
import { BYTE, bytesOf, decimalIn, faultAt, isDigitAt, lineEnd } from '../bytes.ts'
import { NO_SIGNALS, SignalSets } from './signals.ts'

/** What a status file says of its task; null and empty where it has no such line. */
export type StatusFields = {
  state: TaskState | null
  ppid: number | null
  tracerPid: number | null
  fdSize: number | null
  nsPids: readonly number[]
  kthread: boolean | null
  threads: number | null
  taskPending: readonly number[]
  groupPending: readonly number[]
  blockedSignals: readonly number[]
  switches: Switches | null
}

export const NO_STATUS: Readonly<StatusFields> = {
  state: null,
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
}

/** A status file by itself. */
export type Status = Readonly<StatusFields> & {
  readonly comm: string | null
  readonly lines: StatusLines
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
  const faults: Fault[] = []
  const reader = new StatusReader(new ByteTable(COMM_TABLE_BYTES, textIn), (...fault) => {
    faults.push(faultAt(file, ...fault))
  })
  const fields: StatusFields = { ...NO_STATUS }
  const lines = reader.read(bytes, 0, bytes.length, fields)
  return { value: { ...fields, comm: reader.comm, lines }, faults }
}

const COMM_TABLE_BYTES = 4096

/** Is told of a line that is not as the format has it. */
export type Complain = (line: number, expected: string, found: string) => void

/** Reads one status after another, and shares between them what many have in common. */
export class StatusReader {
  readonly #comms: ByteTable<string>
  readonly #complain: Complain
  readonly signals = new SignalSets()
  readonly #states = new ByteTable(STATE_TABLE_BYTES, stateIn)
  #lines = NO_LINES
  /** By field; -1 where the file in hand has no such line. */
  readonly #numbers = new Int32Array(FIELDS.length)
  // Counts that may outgrow 32 bits.
  #voluntary = -1
  #nonvoluntary = -1
  /** By field; 0 where the file in hand has no such line. */
  readonly #lineOf = new Int32Array(FIELDS.length)
  /** The name in the file read last; null without. */
  comm: string | null = null

  constructor(comms: ByteTable<string>, complain: Complain) {
    this.#comms = comms
    this.#complain = complain
  }

  /** Reads a file into `fields`, and gives where in it stands what may be quoted. */
  read(bytes: Buffer, start: number, end: number, fields: StatusFields): StatusLines {
    this.comm = null
    this.#numbers.fill(-1)
    this.#voluntary = -1
    this.#nonvoluntary = -1
    this.#lineOf.fill(0)
    let line = 0
    let at = start
    while (at < end) {
      line += 1
      const stop = lineEnd(bytes, at, end)
      const field = IS_FIRST[bytes[at] ?? 0] ? FIELD_OF.get(keyIn(bytes, at)) : undefined
      if (field !== undefined) {
        if (this.#readLine(field, bytes, at, stop, fields)) this.#lineOf[field] = line
        else this.#complain(line, EXPECTED[field] ?? '', textIn(bytes, at, stop))
      }
      // Forty lines of capabilities and masks stand between the signals and the last lines.
      at = field === SIG_BLK ? tailStart(bytes, stop, end) : stop + 1
    }
    this.#giveNumbers(fields)
    return this.#sharedLines()
  }

  /** Reads one line of a name that we know; false where it is not as the format has it. */
  #readLine(
    field: number,
    bytes: Buffer,
    start: number,
    stop: number,
    fields: StatusFields,
  ): boolean {
    const colon = start + (NAME_LENGTHS[field] ?? 0)
    if (bytes[colon] !== BYTE.colon) return false
    let from = colon + 1
    while (from < stop && (bytes[from] === BYTE.tab || bytes[from] === BYTE.blank)) from += 1
    switch (field) {
      case NAME:
        this.comm = this.#comms.get(bytes, from, stop)
        return true
      case STATE:
        return this.#readState(bytes, from, stop, fields)
      case NS_PID:
        fields.nsPids = pidsIn(bytes, from, stop)
        return fields.nsPids.length > 0
      case SIG_PND:
        return this.#readMask('taskPending', bytes, from, stop, fields)
      case SHD_PND:
        return this.#readMask('groupPending', bytes, from, stop, fields)
      case SIG_BLK:
        return this.#readMask('blockedSignals', bytes, from, stop, fields)
      default:
        return this.#readNumber(field, decimalIn(bytes, from, stop))
    }
  }

  #readNumber(field: number, value: number): boolean {
    if (field === VOLUNTARY) this.#voluntary = value
    else if (field === NONVOLUNTARY) this.#nonvoluntary = value
    else if (value <= INT32_MAX) this.#numbers[field] = value
    return value >= 0
  }

  #readState(bytes: Buffer, start: number, stop: number, fields: StatusFields): boolean {
    const state = this.#states.get(bytes, start, stop)
    if (state !== null) fields.state = state
    return state !== null
  }

  #readMask(
    name: 'taskPending' | 'groupPending' | 'blockedSignals',
    bytes: Buffer,
    start: number,
    stop: number,
    fields: StatusFields,
  ): boolean {
    const signals = this.signals.get(bytes, start, stop)
    if (signals !== null) fields[name] = signals
    return signals !== null
  }

  #giveNumbers(fields: StatusFields): void {
    fields.ppid = this.#number(PPID) ?? fields.ppid
    fields.tracerPid = this.#number(TRACER_PID)
    fields.fdSize = this.#number(FD_SIZE)
    fields.threads = this.#number(THREADS)
    const kthread = this.#number(KTHREAD)
    if (kthread !== null) fields.kthread = kthread === 1
    const voluntary = this.#voluntary
    const nonvoluntary = this.#nonvoluntary
    if (voluntary >= 0 && nonvoluntary >= 0) fields.switches = { voluntary, nonvoluntary }
  }

  #number(field: number): number | null {
    const value = this.#numbers[field] ?? -1
    return value < 0 ? null : value
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

export const NO_LINES: StatusLines = {
  state: 0,
  fdSize: 0,
  nsPid: 0,
  threads: 0,
  sigPnd: 0,
  shdPnd: 0,
}

/** The lines that are read, and what each must hold. */
const FIELDS: readonly { readonly name: string; readonly expected: string }[] = [
  { name: 'Name', expected: 'Name: comm' },
  { name: 'State', expected: 'State: letter (word)' },
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
const NAME = 0
const STATE = 1
const PPID = 2
const TRACER_PID = 3
const FD_SIZE = 4
const NS_PID = 5
const KTHREAD = 6
const THREADS = 7
const SIG_PND = 8
const SHD_PND = 9
const SIG_BLK = 10
const VOLUNTARY = 11
const NONVOLUNTARY = 12

/** Each line by its first four bytes, which no other line of a status file begins with. */
const FIELD_OF: ReadonlyMap<number, number> = new Map(
  FIELDS.map(({ name }, field) => [keyIn(bytesOf(`${name}:`), 0), field]),
)

/** By byte: whether a line of ours begins with it. Half of all lines are told by that. */
const IS_FIRST: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  FIELDS.some(({ name }) => name.charCodeAt(0) === byte),
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

function stateIn(bytes: Buffer, start: number, end: number): TaskState | null {
  const letter = bytes.toString('latin1', start, Math.min(end, start + 1))
  // `x (dead)` is how kernels before 3.14 print a task about to vanish.
  return STATE_OF.get(letter === 'x' ? 'X' : letter) ?? null
}

const INT32_MAX = 2 ** 31 - 1
const STATE_TABLE_BYTES = 4096

const NAMESPACES_MAX = 33 // MAX_PID_NS_LEVEL is 32, below the initial one

const NO_PIDS: readonly number[] = []

/** Numbers between tabs; none where anything else is among them. */
function pidsIn(bytes: Buffer, start: number, end: number): readonly number[] {
  const first = digitsEnd(bytes, start, end)
  const pid = decimalIn(bytes, start, first)
  if (pid < 0) return NO_PIDS
  // Nearly all tasks are in one namespace: an array of the one number is the smallest.
  if (first === end) return [pid]
  const inner = bytes[first] === BYTE.tab ? innerPids(bytes, first + 1, end) : NO_PIDS
  return inner.length === 0 ? NO_PIDS : [pid, ...inner]
}

function innerPids(bytes: Buffer, start: number, end: number): readonly number[] {
  const pids: number[] = []
  for (let at = start; at < end && pids.length < NAMESPACES_MAX; ) {
    const stop = digitsEnd(bytes, at, end)
    const pid = decimalIn(bytes, at, stop)
    if (pid < 0) return NO_PIDS
    pids.push(pid)
    at = stop + 1
  }
  return pids
}

function digitsEnd(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && isDigitAt(bytes, at)) at += 1
  return at
}
