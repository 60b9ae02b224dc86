import { SOFT_BREAK } from './clean-text.ts'
import type { KnownLines } from './known-lines.ts'
import type { LineKind } from './line-kind.ts'
import { messageStart, type Times, timesOf } from './prefix.ts'

/** Walks the lines of a text, without their prefixes; makes no string before it is asked for. */
export class LineReader {
  readonly #text: string
  #next = 0
  #start = 0
  #bodyStart = 0
  #end = 0
  #body: string | null = null
  /** Lines that were read as part of this one. */
  #joined = 0
  /** True when the rest of this line of the text is read as a line of its own. */
  #isSplit = false
  /** Time, host and tag of the last line that had a tag. */
  #tagged = ''
  /** Line of the text, from 1. */
  number = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Goes to the next line; false after the last. */
  next(): boolean {
    if (this.#next > this.#text.length) return false
    this.number += (this.#isSplit ? 0 : 1) + this.#joined
    this.#isSplit = false
    this.#joined = 0
    this.#body = null
    this.#start = this.#next
    const end = this.#lineEnd(this.#start)
    this.#next = end + 1
    this.#bodyStart = this.#findBody(end)
    if (this.#text.charCodeAt(end - 1) === SOFT_BREAK) this.#joinSoft(end)
    this.#end = trimmedEnd(this.#text, this.#bodyStart, end)
    return true
  }

  /** The message, without prefix and without blanks around it. */
  get body(): string {
    this.#body ??= this.#text.slice(this.#bodyStart, this.#end)
    return this.#body
  }

  startsWith(word: string): boolean {
    return this.#text.startsWith(word, this.#bodyStart)
  }

  get isBlank(): boolean {
    return this.#bodyStart >= this.#end
  }

  /** What the message is to a stack. */
  kind(lines: KnownLines): LineKind | null {
    if (this.#body !== null) return lines.kindOf(this.#body)
    return lines.kindAt(this.#text, this.#bodyStart, this.#end)
  }

  /**
   * True for `RAX: ffffffffffffffda RBX: ...`, `R10: `, `CR2: `, `x29: `: a third of the lines of a
   * dump, and of no use.
   */
  get isRegisters(): boolean {
    const text = this.#text
    const start = this.#bodyStart
    if (!REGISTER_FIRST.includes(text.charAt(start))) return false
    const length = text.charCodeAt(start + 3) === COLON ? 3 : 2
    if (text.charCodeAt(start + length) !== COLON) return false
    if (text.charCodeAt(start + length + 1) !== SPACE) return false
    return !text.startsWith('RIP', start) && !text.startsWith('CPU', start)
  }

  /** What stands before the message. */
  get prefix(): string {
    return this.#text.slice(this.#start, this.#bodyStart)
  }

  /** True behind `dockerd[812]: `: in a system log, a line that the kernel did not print. */
  get isOfDaemon(): boolean {
    const text = this.#text
    const end = this.#bodyStart - 1
    const isTagged =
      text.charCodeAt(end) === SPACE &&
      text.charCodeAt(end - 1) === COLON &&
      text.charCodeAt(end - 2) === BRACKET_END
    return isTagged && !/kernel\[\d+\]: $/.test(this.prefix) && /\w\[\d+\]: $/.test(this.prefix)
  }

  /** The times the prefix tells. */
  get times(): Times {
    return timesOf(this.prefix)
  }

  /**
   * The message with the next `count` lines joined to it, as before a mail program broke it; null
   * where the text ends, or the next line is a record of its own.
   */
  joined(count: number): string | null {
    let joined = this.body
    let from = this.#next
    for (let taken = 0; taken < count; taken += 1) {
      if (from >= this.#text.length) return null
      const end = this.#lineEnd(from)
      if (end - from > WRAPPED_CHARS_MAX) return null
      const start = messageStart(this.#text, from, end)
      if (isStamped(this.prefix) && isStamped(this.#text.slice(from, start))) return null
      joined += ` ${this.#text.slice(start, trimmedEnd(this.#text, start, end))}`
      from = end + 1
    }
    return joined
  }

  /** Leaves out the next `count` lines: they were read as part of this one. */
  skip(count: number): void {
    for (let taken = 0; taken < count && this.#next <= this.#text.length; taken += 1) {
      this.#next = this.#lineEnd(this.#next) + 1
      this.#joined += 1
    }
  }

  /**
   * Ends the line before a second time stamp, if it has one: terminals that pad and mail programs
   * that fill print `text [ 8942.922410] text of the next record`. True when it was so.
   */
  split(): boolean {
    if (this.#joined > 0) return false
    const at = this.body.search(STAMP_INSIDE)
    if (at <= 0) return false
    this.#next = this.#bodyStart + at
    this.#end = trimmedEnd(this.#text, this.#bodyStart, this.#next)
    this.#isSplit = true
    this.#body = null
    return true
  }

  #lineEnd(from: number): number {
    const newline = this.#text.indexOf('\n', from)
    return newline < 0 ? this.#text.length : newline
  }

  #findBody(end: number): number {
    const start = this.#messageStart(end)
    if (start > this.#start || end - this.#start > MIXED_CHARS_MAX) return start
    // A console: `host login: [   41.811462] message`.
    const stamp = this.#text.slice(start, end).search(STAMP_INSIDE)
    return stamp <= 0 ? start : messageStart(this.#text, start + stamp, end)
  }

  /** Most lines of a system log begin with the same second, host and tag as the line above. */
  #messageStart(end: number): number {
    const text = this.#text
    if (text.charCodeAt(this.#start) === BRACKET) return messageStart(text, this.#start, end)
    const known = this.#tagged !== '' && text.startsWith(this.#tagged, this.#start)
    if (known) return messageStart(text, this.#start + this.#tagged.length, end)
    const start = messageStart(text, this.#start, end)
    const prefix = text.slice(this.#start, start)
    this.#tagged = prefix.slice(0, prefix.lastIndexOf(': ') + 1)
    return start
  }

  /** Joins the lines that quoted-printable mail broke, without a blank between them. */
  #joinSoft(first: number): void {
    let end = first
    let body = this.#text.slice(this.#bodyStart, end - 1)
    for (
      let left = SOFT_BREAKS_MAX;
      left > 0 && this.#text.charCodeAt(end - 1) === SOFT_BREAK;
      left -= 1
    ) {
      const from = end + 1
      if (from > this.#text.length) break
      end = this.#lineEnd(from)
      body += this.#text.slice(from, end).replace(SOFT_BREAK_END, '')
      this.#joined += 1
    }
    this.#next = end + 1
    this.#body = body.trim()
  }
}

const SPACE = 0x20
const COLON = 0x3a
const BRACKET = 0x5b
const BRACKET_END = 0x5d
const REGISTER_FIRST = 'RCDEFx'
const WRAPPED_CHARS_MAX = 200
const MIXED_CHARS_MAX = 400
const SOFT_BREAKS_MAX = 8
const SOFT_BREAK_END = new RegExp(`${String.fromCharCode(SOFT_BREAK)}$`)
const STAMP_INSIDE = / \[ *\d{1,9}\.\d{6}\]/

/** True for the prefix of a record: it holds a time. */
function isStamped(prefix: string): boolean {
  return /\d/.test(prefix)
}

function trimmedEnd(text: string, start: number, end: number): number {
  let last = end
  while (last > start && text.charCodeAt(last - 1) <= SPACE) last -= 1
  return last
}
