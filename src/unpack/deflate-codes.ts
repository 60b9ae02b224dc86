import { Problem } from '../model/problem.ts'
import type { BitInput } from './bit-input.ts'
import { createTable, ENTRY, fillTable, type HuffmanTable } from './huffman.ts'

/** The two codes of a block: of literals and lengths, and of distances. */
export type Codes = { readonly literals: HuffmanTable; readonly distances: HuffmanTable }

export const LITERAL_BITS = 10
export const DISTANCE_BITS = 9

export function createCodes(): Codes {
  return { literals: createTable(LITERAL_BITS), distances: createTable(DISTANCE_BITS) }
}

/** Takes the codes that the format itself gives. RFC 1951, section 3.2.6. */
export function useFixedCodes({ literals, distances }: Codes): void {
  fillTable(literals, FIXED_LITERALS, LITERAL_ENTRIES)
  fillTable(distances, FIXED_DISTANCES, DISTANCE_ENTRIES)
}

/**
 * Reads the codes that a block brings: their lengths, run-length coded, by a code of their own.
 * RFC 1951, section 3.2.7.
 *
 * @throws {Problem} archive-corrupt
 */
export function readCodes(input: BitInput, { literals, distances }: Codes): void {
  const literalCount = input.take(5) + 257
  const distanceCount = input.take(5) + 1
  const lengthCount = input.take(4) + 4
  if (literalCount > 286 || distanceCount > 30) throw corrupt('a deflate block of too many codes')
  const order = new Uint8Array(LENGTH_CODES.length)
  for (const code of LENGTH_CODES.slice(0, lengthCount)) order[code] = input.take(3)
  fillTable(LENGTHS, order, PLAIN_ENTRIES)
  const lengths = readLengths(input, literalCount + distanceCount)
  if (lengths[END_OF_BLOCK] === 0) throw corrupt('a deflate block without an end')
  fillTable(literals, lengths.subarray(0, literalCount), LITERAL_ENTRIES)
  fillTable(distances, lengths.subarray(literalCount), DISTANCE_ENTRIES)
}

function readLengths(input: BitInput, count: number): Uint8Array {
  const lengths = new Uint8Array(count)
  let at = 0
  while (at < count) {
    const symbol = takeSymbol(input)
    if (symbol === REPEAT && at === 0) throw corrupt('a repeated length before the first')
    const value = symbol < REPEAT ? symbol : symbol === REPEAT ? (lengths[at - 1] ?? 0) : 0
    const run = takeRun(input, symbol)
    if (at + run > count) throw corrupt('more lengths than codes')
    lengths.fill(value, at, at + run)
    at += run
  }
  return lengths
}

function takeSymbol(input: BitInput): number {
  input.fill(LENGTH_BITS)
  const entry = LENGTHS.entries[input.hold & ((1 << LENGTH_BITS) - 1)] ?? 0
  if ((entry & 15) === 0) throw corrupt('a length of no code')
  input.drop(entry & 15)
  return entry >>> 16
}

/** How often the length of this symbol stands: once, or as bits behind it say. */
function takeRun(input: BitInput, symbol: number): number {
  if (symbol < REPEAT) return 1
  if (symbol === REPEAT) return 3 + input.take(2)
  return symbol === ZEROS ? 3 + input.take(3) : 11 + input.take(7)
}

const END_OF_BLOCK = 256
/** Symbols of the code of lengths: the last length again, a short run of zeros; then a long one. */
const REPEAT = 16
const ZEROS = 17
/** A code of lengths has seven bits at most. Its table is used up within one call, so one is enough. */
const LENGTH_BITS = 7
const LENGTHS = createTable(LENGTH_BITS)

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
