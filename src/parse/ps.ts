import type { Fault, Parsed } from '../model/parsed.ts'
import type { PsRow } from '../model/snapshot.ts'
import { faultAt } from './bytes.ts'

const ROWS_MAX = 500_000

/**
 * Reads a listing of `ps` with a header line, of whatever columns.
 *
 *         PID    PPID     LWP STAT WCHAN                  PIDNS ELAPSED COMMAND
 *           1       0       1 Ss   do_epoll_wait     4026531836     119 systemd
 *
 * Lines before a header are passed over; a file without one gives no rows. Commands may hold
 * blanks, and the art of `ps f`.
 */
export function parsePs(text: string, file: string): Parsed<readonly PsRow[]> {
  const rows: PsRow[] = []
  const faults: Fault[] = []
  let header: Header | null = null
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || rows.length >= ROWS_MAX) continue
    const found = headerOf(line)
    if (found) header = found
    if (found || !header) continue
    const row = rowOf(header, line, { file, line: index + 1 })
    if (row) rows.push(row)
    else faults.push(faultAt(file, index + 1, 'a row of the columns above', line))
  }
  return { value: rows, faults }
}

type Column =
  | 'tgid'
  | 'tid'
  | 'ppid'
  | 'stat'
  | 'wchan'
  | 'pidNamespace'
  | 'elapsed'
  | 'started'
  | 'command'
  | 'other'

type Header = {
  /** Columns before the first command. */
  readonly before: readonly Column[]
  /** Columns behind the last command. */
  readonly after: readonly Column[]
  /** Characters of the first of two commands, the name; 0 where there is one. */
  readonly nameChars: number
}

/** What ps calls its columns. Source: procps, src/ps/output.c. */
const COLUMN_OF: Readonly<Record<string, Column>> = {
  PID: 'tgid',
  TGID: 'tgid',
  LWP: 'tid',
  SPID: 'tid',
  TID: 'tid',
  PPID: 'ppid',
  STAT: 'stat',
  S: 'stat',
  WCHAN: 'wchan',
  PIDNS: 'pidNamespace',
  ELAPSED: 'elapsed',
  STARTED: 'started',
  COMMAND: 'command',
  CMD: 'command',
  ARGS: 'command',
}

function headerOf(line: string): Header | null {
  const names = line.trim().split(/\s+/)
  if (!names.includes('PID') && !names.includes('TGID')) return null
  if (names.some((name) => !/^[A-Z%][A-Z\d_%]*$/.test(name))) return null
  const columns = names.map((name) => COLUMN_OF[name] ?? 'other')
  const first = columns.indexOf('command')
  const last = columns.lastIndexOf('command')
  if (first < 0) return { before: columns, after: [], nameChars: 0 }
  return {
    before: columns.slice(0, first),
    after: columns.slice(last + 1),
    nameChars: last > first ? gapOf(line, names[first] ?? '') : 0,
  }
}

/** From the start of one command's column to the start of the next. */
function gapOf(line: string, name: string): number {
  const first = line.indexOf(name)
  const rest = line.slice(first + name.length)
  return name.length + rest.length - rest.trimStart().length
}

type Values = Partial<Record<Column, string>>

function rowOf(header: Header, line: string, from: PsRow['from']): PsRow | null {
  const values: Values = {}
  let rest = takeColumns(header.before, line, values)
  if (rest === null) return null
  if (header.after.length > 0) rest = takeFromEnd(header.after, rest, values)
  if (values.tgid === undefined || !/^\d{1,9}$/.test(values.tgid)) return null
  return {
    tgid: Number(values.tgid),
    tid: numberOf(values.tid),
    ppid: numberOf(values.ppid),
    stat: known(values.stat),
    wchan: known(values.wchan),
    pidNamespace: known(values.pidNamespace),
    elapsedSeconds: secondsOf(values.elapsed),
    command: commandOf(rest, header.nameChars),
    from,
  }
}

/** Takes a value for each column off the front; gives what is left, null where one is missing. */
function takeColumns(columns: readonly Column[], line: string, values: Values): string | null {
  let rest = line.trimStart()
  for (const [index, column] of columns.entries()) {
    const value = VALUE.exec(rest)?.[0] ?? ''
    const isDate = column === 'started' && WEEKDAY.test(value)
    const taken = isDate ? (LONG_DATE.exec(rest)?.[0] ?? value) : value
    if (taken === '') return null
    values[column] ??= taken
    const isLast = index === columns.length - 1
    // Behind the last column every blank but one may be the art of the command.
    rest = isLast ? rest.slice(taken.length + 1) : rest.slice(taken.length).trimStart()
  }
  return rest
}

function takeFromEnd(columns: readonly Column[], line: string, values: Values): string {
  let rest = line.trimEnd()
  for (const column of columns.toReversed()) {
    const blank = rest.lastIndexOf(' ')
    values[column] ??= rest.slice(blank + 1)
    rest = rest.slice(0, Math.max(blank, 0)).trimEnd()
  }
  return rest
}

const VALUE = /^\S+/
const WEEKDAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/
const LONG_DATE = /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/

function known(value: string | undefined): string | null {
  return value === undefined || value === '-' ? null : value
}

function numberOf(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null
}

/** `119`, `02:05`, `1-00:02:05`. */
function secondsOf(value: string | undefined): number | null {
  if (value === undefined) return null
  const found = /^(?:(?:(\d{1,6})-)?(\d{1,2}):)?(\d{1,2}):(\d\d)$/.exec(value)
  if (!found) return numberOf(value)
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = found
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
}

const ART = /^[ |]*\\_ /
const COMMAND_CHARS_MAX = 256

function commandOf(rest: string, nameChars: number): string | null {
  const shown = nameChars > 0 ? rest.slice(0, nameChars) : rest.replace(ART, '')
  const command = shown.trim().slice(0, COMMAND_CHARS_MAX)
  return command === '' ? null : command
}
