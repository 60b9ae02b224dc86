import type { Parsed } from '../../model/parsed.ts'
import { TASK_STATES, type TaskState } from '../../model/task.ts'
import { BYTE, bytesOf, decimalIn, faultAt, isDigitAt } from '../bytes.ts'

/** What a stat file says of its task; `startTicks` is null where the line ends before. */
export type StatFields = {
  state: TaskState | null
  ppid: number | null
  /** PF_EXITING: it is on its way out, however it sleeps. */
  exitingFlag: boolean | null
  /** PF_KTHREAD. */
  kthread: boolean | null
  /** Ticks from boot to its start. */
  startTicks: number | null
}

/** A stat file by itself. */
export type Stat = Readonly<StatFields> & { readonly comm: string }

const PF_EXITING = 0x4 // include/linux/sched.h, unchanged since 2.6
const PF_KTHREAD = 0x200000 // since 2.6.27

const FIELD_PPID = 4
const FIELD_FLAGS = 9
const FIELD_START = 22

// A pid of seven digits, ` (`, and a kernel worker's name with its workqueue, up to 63 bytes; others
// have 15. Behind the name are only numbers.
const COMM_END_MAX = 80

/**
 * Reads `/proc/<pid>/task/<tid>/stat`: one line of fields, the name in parentheses.
 *
 *     7 (kworker/0:0-events) I 2 0 0 0 -1 69238880 ... 71 ...
 *
 * The name may hold blanks, parentheses and newlines: the last `)` ends it. An empty file gives null.
 *
 * Source: fs/proc/array.c, do_task_stat().
 */
export function parseStat(text: string, file: string): Parsed<Stat | null> {
  const bytes = bytesOf(text)
  const fields: StatFields = {
    state: null,
    ppid: null,
    exitingFlag: null,
    kthread: null,
    startTicks: null,
  }
  const close = readStat(bytes, 0, bytes.length, fields)
  if (close > 0) {
    const comm = bytes.toString('utf8', openIn(bytes, 0, bytes.length) + 1, close)
    return { value: { ...fields, comm }, faults: [] }
  }
  return { value: null, faults: text === '' ? [] : [faultAt(file, 1, STAT_EXPECTED, text)] }
}

export const STAT_EXPECTED = 'pid (comm) state ppid ...'

/**
 * The same from bytes, into `fields`; gives where the name ends (it begins behind the first
 * parenthesis), or -1 where the bytes are no stat line.
 */
export function readStat(bytes: Buffer, start: number, end: number, fields: StatFields): number {
  const close = closeIn(bytes, start, end)
  if (close < 0 || bytes[close + 1] !== BYTE.blank) return -1
  const state = STATE_OF[bytes[close + 2] ?? 0] ?? null
  const ppidAt = close + 4
  const flagsAt = fieldAfter(bytes, ppidAt, end, FIELD_FLAGS - FIELD_PPID)
  const ppid = fieldIn(bytes, ppidAt, end)
  const flags = fieldIn(bytes, flagsAt, end)
  if (state === null || ppid < 0 || flags < 0) return -1
  const startAt = fieldAfter(bytes, flagsAt, end, FIELD_START - FIELD_FLAGS)
  const startTicks = fieldIn(bytes, startAt, end)
  fields.state ??= state
  fields.ppid ??= ppid
  fields.exitingFlag = (flags & PF_EXITING) !== 0
  fields.kthread ??= (flags & PF_KTHREAD) !== 0
  fields.startTicks = startTicks < 0 ? null : startTicks
  return close
}

/** Start of the field that is `count` fields behind the one at `at`; `end` where the line ends before. */
function fieldAfter(bytes: Buffer, at: number, end: number, count: number): number {
  let left = count
  let next = at
  while (next < end && left > 0) {
    if (bytes[next] === BYTE.blank) left -= 1
    next += 1
  }
  return next
}

/** The number of the field at `at`; -1 for none, and where the file's end may have cut it. */
function fieldIn(bytes: Buffer, at: number, end: number): number {
  let stop = at
  while (stop < end && isDigitAt(bytes, stop)) stop += 1
  return bytes[stop] === BYTE.blank && stop < end ? decimalIn(bytes, at, stop) : -1
}

/** State letters by their byte. */
const STATE_OF: readonly (TaskState | undefined)[] = Array.from({ length: 128 }, (_, code) =>
  TASK_STATES.find((state) => state.charCodeAt(0) === code),
)

/** The parenthesis before the name, behind the pid; or where it ought to be. */
export function openIn(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + 12)
  let at = start
  while (at < limit && bytes[at] !== BYTE.open) at += 1
  return at
}

function closeIn(bytes: Buffer, start: number, end: number): number {
  for (let at = Math.min(end, start + COMM_END_MAX) - 1; at > start; at -= 1) {
    if (bytes[at] === BYTE.close) return at
  }
  return -1
}
