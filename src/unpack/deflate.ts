import { Problem } from '../model/problem.ts'
import { BitInput } from './bit-input.ts'
import {
  createCodes,
  DISTANCE_BITS,
  LITERAL_BITS,
  readCodes,
  useFixedCodes,
} from './deflate-codes.ts'
import { ENTRY } from './huffman.ts'

/**
 * Decodes deflate streams into one window that is used again and again. Node's decoder makes a new
 * buffer for every chunk and goes through a thread for each; for a bundle, which inflates thirty
 * times, both cost more than the decoding. RFC 1951.
 */

/** How far back a copy may reach. */
const HISTORY_BYTES = 32 * 1024
/** What is handed over at once. With the history it stays in a processor's second cache. */
const CHUNK_BYTES = 256 * 1024
/** The longest copy, and what a copy by words may write past its end. */
const SLACK_BYTES = 258 + 8
const WINDOW_BYTES = HISTORY_BYTES + CHUNK_BYTES + SLACK_BYTES
const CHUNK_END = HISTORY_BYTES + CHUNK_BYTES

/** Bytes that one step of the inner loop may read. */
const SYMBOL_INPUT_BYTES = 16
/** Bytes that any step may read: the largest header of a block, with 320 lengths of 14 bits. */
export const INPUT_MARGIN = 600

export type Emit = (bytes: Buffer, start: number, end: number) => void

/**
 * What comes next: a block's header, bytes of a stored block, symbols of a coded one, or what
 * stands behind the stream.
 */
type State = 'block' | 'stored' | 'symbols' | 'done'

export class Deflate {
  readonly #emit: Emit
  readonly #window = Buffer.alloc(WINDOW_BYTES)
  readonly #view = new DataView(this.#window.buffer, this.#window.byteOffset, WINDOW_BYTES)
  readonly #codes = createCodes()
  readonly #input = new BitInput()
  #state: State = 'block'
  #isLastBlock = false
  #storedBytes = 0
  /** Where the next byte goes. */
  #at = HISTORY_BYTES
  /** From where bytes have not been handed over. */
  #emitted = HISTORY_BYTES
  /** The oldest byte that a copy may reach. */
  #floor = HISTORY_BYTES

  constructor(emit: Emit) {
    this.#emit = emit
  }

  /** True when the stream's last block has been decoded. */
  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** How far the input has been looked at: past its end only where the stream was cut. */
  get position(): number {
    return this.#input.next
  }

  /** Begins a new stream. */
  reset(): void {
    this.#state = 'block'
    this.#isLastBlock = false
    this.#floor = this.#at
    this.#input.align()
  }

  /**
   * Decodes the input from `start`, and gives where it stopped: behind the stream, or where too few
   * bytes are left to be sure that the next step has all it needs (`INPUT_MARGIN` always suffice).
   *
   * @throws {Problem} archive-corrupt
   */
  decode(bytes: Buffer, start: number, end: number): number {
    const input = this.#input
    input.bytes = bytes
    input.next = start
    while (this.#state !== 'done') {
      if (!this.#step(end)) break
    }
    this.#flush()
    input.giveBack()
    input.bytes = EMPTY
    return input.next
  }

  #step(end: number): boolean {
    switch (this.#state) {
      case 'block':
        if (end - this.#input.next < INPUT_MARGIN) return false
        this.#readBlock()
        return true
      case 'stored':
        return this.#copyStored(end)
      default:
        return this.#readSymbols(end - SYMBOL_INPUT_BYTES)
    }
  }

  #readBlock(): void {
    const input = this.#input
    this.#isLastBlock = input.take(1) === 1
    const type = input.take(2)
    if (type === 0) {
      this.#readStored()
      return
    }
    if (type === 1) useFixedCodes(this.#codes)
    else if (type === 2) readCodes(input, this.#codes)
    else throw corrupt('a deflate block of no type')
    this.#state = 'symbols'
  }

  #endBlock(): void {
    this.#state = this.#isLastBlock ? 'done' : 'block'
  }

  #readStored(): void {
    const input = this.#input
    input.align()
    const length = input.take(16)
    if ((input.take(16) ^ 0xffff) !== length) throw corrupt('the length of a stored block')
    input.align()
    this.#storedBytes = length
    this.#state = 'stored'
  }

  #copyStored(end: number): boolean {
    const input = this.#input
    const bytes = Math.min(this.#storedBytes, end - input.next, CHUNK_END - this.#at)
    input.bytes.copy(this.#window, this.#at, input.next, input.next + bytes)
    this.#at += bytes
    input.next += bytes
    this.#storedBytes -= bytes
    if (this.#at >= CHUNK_END) this.#flush()
    const isWhole = this.#storedBytes === 0
    if (isWhole) this.#endBlock()
    return isWhole || input.next < end
  }

  /** Hands over what is new, and makes room by keeping only the history. */
  #flush(): void {
    if (this.#at > this.#emitted) this.#emit(this.#window, this.#emitted, this.#at)
    this.#emitted = this.#at
    if (this.#at < CHUNK_END) return
    this.#window.copyWithin(0, this.#at - HISTORY_BYTES, this.#at)
    this.#floor = Math.max(0, this.#floor - (this.#at - HISTORY_BYTES))
    this.#at = HISTORY_BYTES
    this.#emitted = HISTORY_BYTES
  }

  /** Decodes symbols until the block ends (true), or the input is used up to `safeEnd` (false). */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the inner loop of all unpacking keeps its state in locals
  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: for the same reason
  #readSymbols(safeEnd: number): boolean {
    const source = this.#input
    const input = source.bytes
    const window = this.#window
    const view = this.#view
    const literals = this.#codes.literals.entries
    const distances = this.#codes.distances.entries
    let { hold, bits, next } = source
    let at = this.#at
    let isEnd = false
    while (next <= safeEnd && at < CHUNK_END) {
      // Every code and its extra bits fit in 16 and 16 bits: twice two bytes are enough for each.
      if (bits < 16) {
        hold |= ((input[next] ?? 0) | ((input[next + 1] ?? 0) << 8)) << bits
        next += 2
        bits += 16
      }
      let entry = literals[hold & LITERAL_MASK] ?? 0
      if ((entry & ENTRY.table) !== 0) {
        hold >>>= LITERAL_BITS
        bits -= LITERAL_BITS
        entry = literals[(entry >>> 16) + (hold & ((1 << ((entry >>> 8) & 15)) - 1))] ?? 0
      }
      hold >>>= entry & 15
      bits -= entry & 15
      if ((entry & ENTRY.literal) !== 0) {
        window[at] = entry >>> 16
        at += 1
        continue
      }
      if ((entry & ENTRY.base) === 0) {
        if ((entry & ENTRY.end) === 0) throw corrupt('a symbol of no code')
        isEnd = true
        break
      }
      if (bits < 16) {
        hold |= ((input[next] ?? 0) | ((input[next + 1] ?? 0) << 8)) << bits
        next += 2
        bits += 16
      }
      let extra = (entry >>> 8) & 15
      const stop = at + (entry >>> 16) + (hold & ((1 << extra) - 1))
      hold >>>= extra
      bits -= extra
      if (bits < 16) {
        hold |= ((input[next] ?? 0) | ((input[next + 1] ?? 0) << 8)) << bits
        next += 2
        bits += 16
      }
      entry = distances[hold & DISTANCE_MASK] ?? 0
      if ((entry & ENTRY.table) !== 0) {
        hold >>>= DISTANCE_BITS
        bits -= DISTANCE_BITS
        entry = distances[(entry >>> 16) + (hold & ((1 << ((entry >>> 8) & 15)) - 1))] ?? 0
      }
      hold >>>= entry & 15
      bits -= entry & 15
      if (bits < 16) {
        hold |= ((input[next] ?? 0) | ((input[next + 1] ?? 0) << 8)) << bits
        next += 2
        bits += 16
      }
      extra = (entry >>> 8) & 15
      const distance = (entry >>> 16) + (hold & ((1 << extra) - 1))
      hold >>>= extra
      bits -= extra
      let from = at - distance
      if ((entry & ENTRY.base) === 0 || from < this.#floor) throw corrupt('a copy of no bytes')
      if (distance >= 4) {
        // By words: what is written past the end is written again by what comes next.
        for (; at < stop; at += 4, from += 4) view.setInt32(at, view.getInt32(from, true), true)
      } else if (distance === 1) {
        const word = (window[from] ?? 0) * 0x01010101
        for (; at < stop; at += 4) view.setInt32(at, word, true)
      } else {
        for (; at < stop; at += 1, from += 1) window[at] = window[from] ?? 0
      }
      at = stop
    }
    source.hold = hold
    source.bits = bits
    source.next = next
    this.#at = at
    if (at >= CHUNK_END) this.#flush()
    if (isEnd) this.#endBlock()
    return isEnd || next <= safeEnd
  }
}

const EMPTY: Buffer = Buffer.alloc(0)
const LITERAL_MASK = (1 << LITERAL_BITS) - 1
const DISTANCE_MASK = (1 << DISTANCE_BITS) - 1

function corrupt(what: string): Problem {
  return new Problem('archive-corrupt', { what })
}
