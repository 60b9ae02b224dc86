import { Problem } from '../model/problem.ts'
import { createTable, ENTRY, fillTable } from './huffman.ts'

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
/** Bytes of the largest block header: 14 bits, 19 lengths of 3 bits, 320 lengths of up to 14 bits. */
const HEADER_INPUT_BYTES = 600

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
  readonly #literals = createTable(10)
  readonly #distances = createTable(9)
  readonly #lengthCodes = createTable(7)
  #state: State = 'block'
  #isLastBlock = false
  #storedBytes = 0
  /** Where the next byte goes. */
  #at = HISTORY_BYTES
  /** From where bytes have not been handed over. */
  #emitted = HISTORY_BYTES
  /** The oldest byte that a copy may reach. */
  #floor = HISTORY_BYTES
  /** Bits taken from the input and not yet used, the next one lowest. */
  #hold = 0
  #bits = 0
  #input: Buffer = EMPTY
  /** Next byte of the input. */
  #next = 0

  constructor(emit: Emit) {
    this.#emit = emit
  }

  /** True when the stream's last block has been decoded. */
  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** Begins a new stream. */
  reset(): void {
    this.#state = 'block'
    this.#isLastBlock = false
    this.#floor = this.#at
    this.#hold = 0
    this.#bits = 0
  }

  /**
   * Decodes the input from `start`, and gives where it stopped: behind the stream, or where too few
   * bytes are left to be sure that the next step has all it needs (`INPUT_MARGIN` always suffice).
   *
   * @throws {Problem} archive-corrupt
   */
  decode(input: Buffer, start: number, end: number): number {
    this.#input = input
    this.#next = start
    while (this.#state !== 'done') {
      if (!this.#step(end)) break
    }
    this.#flush()
    this.#giveBack()
    this.#input = EMPTY
    return this.#next
  }

  #step(end: number): boolean {
    switch (this.#state) {
      case 'block':
        if (end - this.#next < INPUT_MARGIN) return false
        this.#readBlock()
        return true
      case 'stored':
        return this.#copyStored(end)
      default:
        return this.#readSymbols(end - SYMBOL_INPUT_BYTES)
    }
  }

  #readBlock(): void {
    this.#isLastBlock = this.#take(1) === 1
    const type = this.#take(2)
    if (type === 0) this.#readStored()
    else if (type === 1) this.#useFixedCodes()
    else if (type === 2) this.#readCodes()
    else throw corrupt('a deflate block of no type')
  }

  #endBlock(): void {
    this.#state = this.#isLastBlock ? 'done' : 'block'
  }

  #readStored(): void {
    this.#giveBack()
    this.#hold = 0
    this.#bits = 0
    const length = this.#take(16)
    if ((this.#take(16) ^ 0xffff) !== length) throw corrupt('the length of a stored block')
    this.#giveBack()
    this.#storedBytes = length
    this.#state = 'stored'
  }

  #copyStored(end: number): boolean {
    const bytes = Math.min(this.#storedBytes, end - this.#next, CHUNK_END - this.#at)
    this.#input.copy(this.#window, this.#at, this.#next, this.#next + bytes)
    this.#at += bytes
    this.#next += bytes
    this.#storedBytes -= bytes
    if (this.#at >= CHUNK_END) this.#flush()
    if (this.#storedBytes === 0) this.#endBlock()
    return this.#storedBytes === 0 || this.#next < end
  }

  #useFixedCodes(): void {
    fillTable(this.#literals, FIXED_LITERALS, LITERAL_ENTRIES)
    fillTable(this.#distances, FIXED_DISTANCES, DISTANCE_ENTRIES)
    this.#state = 'symbols'
  }

  /** Reads the codes of a block: their lengths, run-length coded, by a code of their own. */
  #readCodes(): void {
    const literals = this.#take(5) + 257
    const distances = this.#take(5) + 1
    const lengthCodes = this.#take(4) + 4
    if (literals > 286 || distances > 30) throw corrupt('a deflate block of too many codes')
    const order = new Uint8Array(LENGTH_CODES.length)
    for (const code of LENGTH_CODES.slice(0, lengthCodes)) order[code] = this.#take(3)
    fillTable(this.#lengthCodes, order, PLAIN_ENTRIES)
    const lengths = this.#readLengths(literals + distances)
    if (lengths[END_OF_BLOCK] === 0) throw corrupt('a deflate block without an end')
    fillTable(this.#literals, lengths.subarray(0, literals), LITERAL_ENTRIES)
    fillTable(this.#distances, lengths.subarray(literals), DISTANCE_ENTRIES)
    this.#state = 'symbols'
  }

  #readLengths(count: number): Uint8Array {
    const lengths = new Uint8Array(count)
    let at = 0
    while (at < count) {
      const symbol = this.#takeLengthSymbol()
      if (symbol === REPEAT && at === 0) throw corrupt('a repeated length before the first')
      const value = symbol < REPEAT ? symbol : symbol === REPEAT ? (lengths[at - 1] ?? 0) : 0
      const run = this.#takeRun(symbol)
      if (at + run > count) throw corrupt('more lengths than codes')
      lengths.fill(value, at, at + run)
      at += run
    }
    return lengths
  }

  /** How often the length of this symbol stands: once, or as bits behind it say. */
  #takeRun(symbol: number): number {
    if (symbol < REPEAT) return 1
    if (symbol === REPEAT) return 3 + this.#take(2)
    return symbol === ZEROS ? 3 + this.#take(3) : 11 + this.#take(7)
  }

  #takeLengthSymbol(): number {
    this.#fill(7)
    const entry = this.#lengthCodes.entries[this.#hold & 127] ?? 0
    if ((entry & 15) === 0) throw corrupt('a length of no code')
    this.#hold >>>= entry & 15
    this.#bits -= entry & 15
    return entry >>> 16
  }

  /** Makes sure of `count` bits, at most 24. */
  #fill(count: number): void {
    while (this.#bits < count) {
      this.#hold |= (this.#input[this.#next] ?? 0) << this.#bits
      this.#next += 1
      this.#bits += 8
    }
  }

  #take(count: number): number {
    this.#fill(count)
    const value = this.#hold & ((1 << count) - 1)
    this.#hold >>>= count
    this.#bits -= count
    return value
  }

  /** Bytes that were taken and not used are the input's again: less than eight bits stay. */
  #giveBack(): void {
    this.#next -= this.#bits >>> 3
    this.#bits &= 7
    this.#hold &= (1 << this.#bits) - 1
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
    const input = this.#input
    const window = this.#window
    const view = this.#view
    const literals = this.#literals.entries
    const distances = this.#distances.entries
    let hold = this.#hold
    let bits = this.#bits
    let next = this.#next
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
        window.fill(window[from] ?? 0, at, stop)
      } else {
        for (; at < stop; at += 1, from += 1) window[at] = window[from] ?? 0
      }
      at = stop
    }
    this.#hold = hold
    this.#bits = bits
    this.#next = next
    this.#at = at
    if (at >= CHUNK_END) this.#flush()
    if (isEnd) this.#endBlock()
    return isEnd || next <= safeEnd
  }
}

/** Bytes past a place that any single step may read. */
export const INPUT_MARGIN = HEADER_INPUT_BYTES

const EMPTY = Buffer.alloc(0)
const LITERAL_BITS = 10
const DISTANCE_BITS = 9
const LITERAL_MASK = (1 << LITERAL_BITS) - 1
const DISTANCE_MASK = (1 << DISTANCE_BITS) - 1
const END_OF_BLOCK = 256
/** Symbols of the code of lengths: the last length again, a short run of zeros; then a long one. */
const REPEAT = 16
const ZEROS = 17

/** The order in which the lengths of the codes of lengths are sent. */
// biome-ignore format: one row
const LENGTH_CODES = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Entries of symbols that mean themselves. */
const PLAIN_ENTRIES = Int32Array.from({ length: 19 }, (_, symbol) => ENTRY.literal | (symbol << 16))

const LITERAL_ENTRIES = Int32Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < END_OF_BLOCK) return ENTRY.literal | (symbol << 16)
  if (symbol === END_OF_BLOCK) return ENTRY.end
  if (symbol > 285) return 0
  if (symbol === 285) return ENTRY.base | (258 << 16)
  return basedEntry(symbol - 257, 4, 3)
})

const DISTANCE_ENTRIES = Int32Array.from({ length: 32 }, (_, symbol) =>
  symbol > 29 ? 0 : basedEntry(symbol, 2, 1),
)

/** Bases grow by powers of two: `group` symbols share a number of extra bits. RFC 1951, 3.2.5. */
function basedEntry(symbol: number, group: number, least: number): number {
  const step = Math.floor(symbol / group)
  const extra = step < 2 ? 0 : step - 1
  const base = step < 2 ? symbol : (group + (symbol % group)) << (step - 1)
  return ENTRY.base | (extra << 8) | ((base + least) << 16)
}

const FIXED_LITERALS = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
)
const FIXED_DISTANCES = new Uint8Array(32).fill(5)

function corrupt(what: string): Problem {
  return new Problem('archive-corrupt', { what })
}
