import type { EntrySink } from '../model/entry.ts'
import { Problem } from '../model/problem.ts'
import { PathReader } from './entry-path.ts'
import type { Limits } from './limits.ts'
import type { Tally } from './tally.ts'

const NEWLINE = 0x0a
const COLON = 0x3a
const SLASH = 0x2f

/**
 * Takes a `proc.lines` apart: what `grep -as '' FILES` prints, each line of each file behind the
 * file's path.
 *
 *     proc/1/task/1/status:Name:	systemd
 *
 * Lines of one path that follow each other are one file. A file without a line is not in it, so an
 * empty stack looks like a stack that was never read.
 */
export class ProcLines {
  readonly #sink: EntrySink
  readonly #limits: Limits
  readonly #tally: Tally
  readonly #paths: PathReader
  /** The path of the lines in `#text`, as printed. */
  #path: Buffer = Buffer.allocUnsafe(256)
  #pathBytes = 0
  #text: Buffer = Buffer.allocUnsafe(4096)
  #textBytes = 0
  /** A line whose end has not come yet. */
  #cut: Buffer = Buffer.allocUnsafe(4096)
  #cutBytes = 0

  /** `round`: n of the `resample/<n>/` that the lines lie in; 0 for the bundle's own. */
  constructor(sink: EntrySink, limits: Limits, tally: Tally, round = 0) {
    this.#sink = sink
    this.#limits = limits
    this.#tally = tally
    this.#paths = new PathReader(round)
  }

  push(bytes: Buffer, start: number, end: number): void {
    let at = start
    if (this.#cutBytes > 0) {
      const newline = indexOfByte(bytes, NEWLINE, at, end)
      const lineEnd = newline < 0 ? end : newline
      this.#keepCut(bytes, at, lineEnd)
      if (newline < 0) return
      const cutBytes = this.#cutBytes
      this.#cutBytes = 0
      this.#line(this.#cut, 0, cutBytes)
      at = newline + 1
    }
    for (;;) {
      const newline = indexOfByte(bytes, NEWLINE, at, end)
      if (newline < 0) break
      this.#line(bytes, at, newline)
      at = newline + 1
    }
    this.#keepCut(bytes, at, end)
  }

  end(): void {
    if (this.#cutBytes > 0) this.#line(this.#cut, 0, this.#cutBytes)
    this.#cutBytes = 0
    this.#give()
  }

  #line(bytes: Buffer, start: number, end: number): void {
    const pathEnd = start + this.#pathBytes
    const goesOn = this.#pathBytes > 0 && bytes[pathEnd] === COLON && pathEnd < end
    if (goesOn && this.#isSamePath(bytes, start)) {
      this.#append(bytes, pathEnd + 1, end)
      return
    }
    const colon = indexOfByte(bytes, COLON, start, end)
    this.#give()
    if (colon < 0 || colon - start > this.#limits.pathBytes) {
      this.#tally.unknown += 1
      return
    }
    this.#pathBytes = colon - start
    this.#path = withRoom(this.#path, 0, this.#pathBytes)
    bytes.copy(this.#path, 0, start, colon)
    this.#append(bytes, colon + 1, end)
  }

  #isSamePath(bytes: Buffer, start: number): boolean {
    // From the end: what differs from file to file of one task is the name.
    for (let at = this.#pathBytes - 1; at >= 0; at -= 1) {
      if (bytes[start + at] !== this.#path[at]) return false
    }
    return true
  }

  #append(bytes: Buffer, start: number, end: number): void {
    const length = end - start
    this.#bound(this.#textBytes + length + 1)
    this.#text = withRoom(this.#text, this.#textBytes, length + 1)
    bytes.copy(this.#text, this.#textBytes, start, end)
    this.#textBytes += length
    this.#text[this.#textBytes] = NEWLINE
    this.#textBytes += 1
  }

  /** Hands over the file whose lines have all been seen. */
  #give(): void {
    if (this.#pathBytes === 0) return
    const start = this.#path[0] === SLASH ? 1 : 0
    const entry = this.#paths.read(this.#path, start, this.#pathBytes)
    if (entry === null || entry.kind === 'proc-lines') this.#tally.unknown += 1
    else {
      this.#tally.file(entry, this.#textBytes)
      this.#sink.file(entry, this.#text, 0, this.#textBytes)
    }
    this.#pathBytes = 0
    this.#textBytes = 0
  }

  #keepCut(bytes: Buffer, start: number, end: number): void {
    if (end === start) return
    this.#bound(this.#cutBytes + end - start)
    this.#cut = withRoom(this.#cut, this.#cutBytes, end - start)
    bytes.copy(this.#cut, this.#cutBytes, start, end)
    this.#cutBytes += end - start
  }

  #bound(sizeBytes: number): void {
    const limitBytes = this.#limits.entryBytes
    if (sizeBytes <= limitBytes) return
    const entry = this.#path.toString('utf8', 0, Math.min(this.#pathBytes, 200))
    throw new Problem('entry-too-large', { entry: `proc.lines: ${entry}`, sizeBytes, limitBytes })
  }
}

/** Lines that tell whether a text is one of ours, and how much of it is looked at for them. */
const TELLING_LINES = 200
const TELLING_BYTES = 64 * 1024
const GREPPED = /^\/?(?:proc|sys|etc)\/[^\s:]{1,200}:/
const GREPPED_STATUS = /^\/?proc\/\d{1,7}\/(?:task\/\d{1,7}\/)?stat(?:us)?:/m
/** Besides, there may be a prompt, or what `kubectl debug` says of its pod. */
const GREPPED_SHARE = 0.9
/** `grep: /proc/1/stack: Operation not permitted`, where errors were not thrown away. */
const COMPLAINT = /^\w{1,20}: /

/**
 * True for a text that is a `proc.lines` by itself: its lines stand behind paths, and some are of a
 * task's `status` or `stat`. A few stacks behind their paths are a text that somebody pasted.
 */
export function isProcLines(bytes: Buffer): boolean {
  const lines = bytes.toString('latin1', 0, TELLING_BYTES).split('\n', TELLING_LINES)
  // The last may be cut.
  if (lines.length > 1) lines.pop()
  const told = lines.filter((line) => line !== '' && !COMPLAINT.test(line))
  const ours = told.filter((line) => GREPPED.test(line)).length
  return ours >= GREPPED_SHARE * told.length && GREPPED_STATUS.test(bytes.toString('latin1'))
}

/** `bytes`, or a larger copy, with room for `more` behind the first `used`. */
function withRoom(bytes: Buffer, used: number, more: number): Buffer {
  if (used + more <= bytes.length) return bytes
  const larger = Buffer.allocUnsafe(2 * (used + more))
  bytes.copy(larger, 0, 0, used)
  return larger
}

function indexOfByte(bytes: Buffer, wanted: number, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if (bytes[at] === wanted) return at
  return -1
}
