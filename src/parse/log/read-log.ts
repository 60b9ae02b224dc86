import type { LineKind } from './line-kind.ts'
import { lockdepActor } from './lockdep.ts'
import { LogScan } from './log-scan.ts'
import { messageStart, type Times, timesOf } from './prefix.ts'
import type { Groups, Shape } from './shape.ts'
import { shapesFor } from './shapes.ts'
import { readOldTaskLine } from './task-line.ts'

// Nothing that heads a report is longer; what is, is data.
const HEAD_CHARS_MAX = 600
const WRAPS_MAX = 2

/** Tries a line that is nothing of a log; true when it was something. Pasted text has such lines. */
export type OtherLine = (line: string, scan: LogScan) => boolean

/** Reads every line of a log once. `other` sees the lines that no shape fits. */
export function readLog(text: string, file: string, other: OtherLine | null): LogScan {
  const scan = new LogScan(text, file)
  const { reader } = scan
  const isDoubleSpaced = hasBlanksBetween(text)
  let isGoroutine = false
  while (reader.next()) {
    scan.text = ''
    if (reader.isBlank) {
      isGoroutine = false
      if (!isDoubleSpaced) scan.blank()
      continue
    }
    // A dump of Go may be far larger than the log around it; it is read elsewhere.
    isGoroutine ||= reader.startsWith('goroutine ') && GOROUTINE.test(reader.body)
    if (!isGoroutine && !reader.isRegisters) readLine(scan, other)
  }
  scan.end()
  scan.last = lastTimes(text)
  return scan
}

const GOROUTINE = /^goroutine \d+ .{0,120}\[/

// Enough lines to tell the habit of whatever copied the text.
const SPACING_LINES = 60

/** True when every other line is blank, as some web pages and mail programs copy a text. */
function hasBlanksBetween(text: string): boolean {
  const lines = text.slice(0, 20_000).split('\n', SPACING_LINES)
  const blanks = lines.filter((line) => line.trim() === '').length
  const pairs = lines.filter(
    (line, index) => line.trim() !== '' && (lines[index + 1] ?? '').trim() !== '',
  ).length
  return blanks >= 3 && pairs <= blanks / 8
}

// The last lines may be a person's remark, or stand without a time stamp.
const LAST_LINES = 200

function lastTimes(text: string): Times {
  let times: Times = { uptimeSeconds: null, at: null }
  let end = text.length
  for (let left = LAST_LINES; left > 0 && end > 0; left -= 1) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const found = timesOf(text.slice(start, messageStart(text, start, end)))
    times = { uptimeSeconds: times.uptimeSeconds ?? found.uptimeSeconds, at: times.at ?? found.at }
    if (times.uptimeSeconds !== null && times.at !== null) break
    end = start - 1
  }
  return times
}

function readLine(scan: LogScan, other: OtherLine | null): void {
  // A daemon's words in a system log are not the kernel's, whatever they say.
  if (scan.reader.isOfDaemon) return
  let kind = kindOf(scan)
  if (kind === null && scan.reader.split()) kind = kindOf(scan)
  if (kind) scan.trace.take(kind)
  else if (scan.reader.body.length <= HEAD_CHARS_MAX) readHead(scan.reader.body, scan, other)
}

/** What the line is to a stack; a frame that a mail program broke in two is joined first. */
function kindOf(scan: LogScan): LineKind | null {
  const kind = scan.reader.kind(scan.lines)
  if (kind?.what !== 'wrapped') return kind
  const joined = scan.reader.joined(1)
  const whole = joined === null ? null : scan.lines.kindOf(joined)
  if (whole?.what !== 'frame') return null
  scan.reader.skip(1)
  return whole
}

function readHead(line: string, scan: LogScan, other: OtherLine | null): void {
  scan.text = line
  const shapes = shapesFor(line).filter(({ starts }) =>
    starts.some((word) => line.startsWith(word)),
  )
  if (shapes.length > 0 && readShape(shapes, scan)) return
  if (readOldTaskLine(line, scan) || readWrappedOldTaskLine(scan)) return
  if (other?.(line, scan)) return
  readActor(line, scan)
}

/** The line as it stands first; then with what a mail program broke off; then as far as it goes. */
function readShape(shapes: readonly Shape[], scan: LogScan): boolean {
  return (
    shapes.some((shape) => readWhole(shape, scan)) ||
    shapes.some((shape) => shape.wraps === true && readWrapped(shape, scan)) ||
    shapes.some((shape) => readLax(shape, scan))
  )
}

function readWhole({ shape, read }: Shape, scan: LogScan): boolean {
  const found = shape.exec(scan.text)
  return found !== null && read(found.groups ?? NO_GROUPS, scan) === true
}

function readWrapped({ shape, read }: Shape, scan: LogScan): boolean {
  for (let count = 1; count <= WRAPS_MAX; count += 1) {
    const joined = scan.reader.joined(count)
    const groups = joined === null ? undefined : shape.exec(joined)?.groups
    if (joined === null || !groups) continue
    scan.text = joined
    const isTaken = read(groups, scan) === true
    if (isTaken) scan.reader.skip(count)
    return isTaken
  }
  return false
}

function readLax({ lax, read }: Shape, scan: LogScan): boolean {
  const groups = lax?.exec(scan.text)?.groups
  return groups !== undefined && read(groups, scan) === true
}

const NO_GROUPS: Groups = {}

/** `rsync D` and `ffff880123456780     0  2214   2190 0x00000080` on the next line. */
function readWrappedOldTaskLine(scan: LogScan): boolean {
  if (!/ [RSDTtZXIWPK](?: |\d|$)/.test(scan.text)) return false
  const joined = scan.reader.joined(1)
  if (joined === null || !/0x[\da-f]{8}$/.test(joined) || !readOldTaskLine(joined, scan))
    return false
  scan.reader.skip(1)
  return true
}

function readActor(line: string, scan: LogScan): void {
  const { current } = scan
  if (current?.facts.kind !== 'lockdep' || current.facts.tid !== null) return
  Object.assign(current.facts, lockdepActor(line))
}
