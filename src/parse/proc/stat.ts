import type { Fault, Parsed } from '../../model/parsed.ts'
import { TASK_STATES, type TaskState } from '../../model/task.ts'
import { BYTE, bytesOf, decimalIn, faultAt, isDigitAt } from '../bytes.ts'

/** What a stat file says of its task. */
export type Stat = {
  readonly comm: string
  readonly state: TaskState | null
  readonly ppid: number
  /** PF_EXITING: it is on its way out, however it sleeps. */
  readonly isExiting: boolean
  /** PF_KTHREAD. */
  readonly isKthread: boolean
  /** Ticks from boot to its start; null where the line ends before. */
  readonly startTicks: number | null
}

const PF_EXITING = 0x4 // include/linux/sched.h, unchanged since 2.6
const PF_KTHREAD = 0x200000 // since 2.6.27

const FIELD_PPID = 4
const FIELD_FLAGS = 9
const FIELD_START = 22

// A name has 15 bytes, a kernel worker's with its workqueue up to 63. Behind it are only numbers.
const COMM_END_MAX = 128

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
  const value = statIn(bytes, 0, bytes.length)
  const faults: Fault[] = []
  if (value === null && text !== '')
    faults.push(faultAt(file, 1, 'pid (comm) state ppid ...', text))
  return { value, faults }
}

/** The same from bytes; null where they are no stat line. */
export function statIn(bytes: Buffer, start: number, end: number): Stat | null {
  const open = openIn(bytes, start, end)
  const close = closeIn(bytes, start, end)
  if (open < 0 || close < open || bytes[close + 1] !== BYTE.blank) return null
  const state = STATE_OF[bytes[close + 2] ?? 0] ?? null
  const ppidAt = close + 4
  const flagsAt = fieldAfter(bytes, ppidAt, end, FIELD_FLAGS - FIELD_PPID)
  const startAt = fieldAfter(bytes, flagsAt, end, FIELD_START - FIELD_FLAGS)
  const ppid = fieldIn(bytes, ppidAt, end)
  const flags = fieldIn(bytes, flagsAt, end)
  const startTicks = fieldIn(bytes, startAt, end)
  if (state === null || ppid < 0 || flags < 0) return null
  return {
    comm: bytes.toString('utf8', open + 1, close),
    state,
    ppid,
    isExiting: (flags & PF_EXITING) !== 0,
    isKthread: (flags & PF_KTHREAD) !== 0,
    startTicks: startTicks < 0 ? null : startTicks,
  }
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

function openIn(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + 12)
  for (let at = start; at < limit; at += 1) if (bytes[at] === BYTE.open) return at
  return -1
}

function closeIn(bytes: Buffer, start: number, end: number): number {
  for (let at = Math.min(end, start + COMM_END_MAX) - 1; at > start; at -= 1) {
    if (bytes[at] === BYTE.close) return at
  }
  return -1
}
