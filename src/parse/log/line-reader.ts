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
  /** Set when one line of the text holds two records, as terminals print them: where the second begins. */
  #isSplit = false
  /** Line of the text, from 1. */
  number = 0
  #body: string | null = null

  constructor(text: string) {
    this.#text = text
  }

  /** Goes to the next line; false after the last. */
  next(): boolean {
    if (this.#next > this.#text.length) return false
    if (!this.#isSplit) this.number += 1
    this.#start = this.#next
    const newline = this.#text.indexOf('\n', this.#start)
    this.#end = newline < 0 ? this.#text.length : newline
    this.#next = this.#end + 1
    this.#isSplit = this.#end - this.#start > SPLIT_CHARS_MIN && this.#split()
    this.#bodyStart = this.#findBody()
    this.#end = trimmedEnd(this.#text, this.#bodyStart, this.#end)
    this.#body = null
    return true
  }

  /** The message, without prefix and without blanks around it. */
  get body(): string {
    this.#body ??= this.#text.slice(this.#bodyStart, this.#end)
    return this.#body
  }

  get isBlank(): boolean {
    return this.#bodyStart >= this.#end
  }

  /** What the message is to a stack. */
  kind(lines: KnownLines): LineKind | null {
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
    const length =
      text.charCodeAt(start + 3) === COLON ? 3 : text.charCodeAt(start + 2) === COLON ? 2 : 0
    return (
      length > 0 &&
      text.charCodeAt(start + length + 1) === SPACE &&
      !text.startsWith('RIP', start) &&
      !text.startsWith('CPU', start)
    )
  }

  /** What stands before the message. */
  get prefix(): string {
    return this.#text.slice(this.#start, this.#bodyStart)
  }

  get hasPrefix(): boolean {
    return this.#bodyStart > this.#start && this.prefix.trim() !== ''
  }

  /** The times the prefix tells. */
  get times(): Times {
    return timesOf(this.prefix)
  }

  /** The message with the next `count` lines joined to it, as before a mail program broke it; null at the end. */
  joined(count: number): string | null {
    let joined = this.body
    let from = this.#next
    for (let taken = 0; taken < count; taken += 1) {
      if (from >= this.#text.length) return null
      const newline = this.#text.indexOf('\n', from)
      const end = newline < 0 ? this.#text.length : newline
      if (end - from > WRAPPED_CHARS_MAX) return null
      const start = messageStart(this.#text, from, end)
      joined += ` ${this.#text.slice(start, trimmedEnd(this.#text, start, end))}`
      from = end + 1
    }
    return joined
  }

  /** Leaves out the next `count` lines: they were read as part of this one. */
  skip(count: number): void {
    for (let taken = 0; taken < count; taken += 1) {
      const newline = this.#text.indexOf('\n', this.#next)
      this.#next = newline < 0 ? this.#text.length + 1 : newline + 1
      this.number += 1
    }
  }

  #findBody(): number {
    const start = messageStart(this.#text, this.#start, this.#end)
    if (start > this.#start || this.#end - this.#start > MIXED_CHARS_MAX) return start
    // A console: `host login: [   41.811462] message`.
    const stamp = this.#text.slice(start, this.#end).search(/\[ *\d{1,9}\.\d{6}\]/)
    return stamp <= 0 ? start : messageStart(this.#text, start + stamp, this.#end)
  }

  /** `text of one record          [ 8942.922410] text of the next`. */
  #split(): boolean {
    // Searched in the line alone: the rest of the text may hold no such place, again and again.
    const at = this.#text.slice(this.#start + 1, this.#end).search(/ {3}\[ *\d{1,9}\.\d{6}\]/)
    if (at < 0) return false
    this.#end = this.#start + 1 + at
    this.#next = this.#end
    return true
  }
}

const SPACE = 0x20
const COLON = 0x3a
const REGISTER_FIRST = 'RCDEFx'
const SPLIT_CHARS_MIN = 110
const WRAPPED_CHARS_MAX = 200
const MIXED_CHARS_MAX = 400

function trimmedEnd(text: string, start: number, end: number): number {
  let last = end
  while (last > start && text.charCodeAt(last - 1) <= SPACE) last -= 1
  return last
}
