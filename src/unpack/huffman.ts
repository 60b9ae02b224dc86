import { Problem } from '../model/problem.ts'

/**
 * A decoding table: for the next bits of a deflate stream, what they mean. An entry is one number:
 * bits 0 to 3 say how many bits its code takes, bit 4 and up what it is (`ENTRY`), bits 8 to 11 how
 * many extra bits follow, the rest is its value. 0 stands where no code is.
 */
export type HuffmanTable = {
  /** Bits that are looked up at once; longer codes go on in tables behind the first. */
  readonly rootBits: number
  readonly entries: Int32Array
}

export const ENTRY = { literal: 0x10, base: 0x20, end: 0x40, table: 0x80 } as const

const CODE_BITS_MAX = 15

// The first table of 2^10 and, for the least even complete code of 286 symbols, 308 entries more.
const ENTRIES_MAX = 4096

export function createTable(rootBits: number): HuffmanTable {
  return { rootBits, entries: new Int32Array(ENTRIES_MAX) }
}

/**
 * Fills the table from the lengths of the codes of symbols 0 to `count - 1`; 0 is no code. Plain
 * loops: a large bundle has hundreds of blocks, each with codes of its own.
 *
 * @throws {Problem} archive-corrupt when no code has these lengths, or one that wastes bits; a
 * single code of one bit, or none at all, is let through, as zlib does for distances.
 */
export function fillTable(table: HuffmanTable, lengths: Uint8Array, entryOf: Int32Array): void {
  const { rootBits, entries } = table
  countLengths(lengths)
  entries.fill(0, 0, 1 << rootBits)
  placeSecondTables(table, lengths)
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol] ?? 0
    if (length === 0) continue
    const code = CODES[symbol] ?? 0
    const entry = entryOf[symbol] ?? 0
    if (length <= rootBits) {
      // Wherever the bits behind the code are none of its own.
      for (let at = code; at < 1 << rootBits; at += 1 << length) entries[at] = entry | length
    } else placeDeep(table, code, length, entry)
  }
}

/** Symbols of the largest code: 288 literals and lengths. */
const CODES = new Int32Array(288)
const COUNTS = new Int32Array(CODE_BITS_MAX + 1)
const FIRST = new Int32Array(CODE_BITS_MAX + 1)
const DEPTHS = new Uint8Array(1024)

/** Checks the lengths, and notes the first code of each. RFC 1951, section 3.2.2. */
function countLengths(lengths: Uint8Array): void {
  const symbols = count(lengths)
  let left = 1
  for (let bits = 1; bits <= CODE_BITS_MAX && left >= 0; bits += 1) {
    FIRST[bits] = ((FIRST[bits - 1] ?? 0) + (COUNTS[bits - 1] ?? 0)) << 1
    left = left * 2 - (COUNTS[bits] ?? 0)
  }
  const isLenient = symbols === 0 || (symbols === 1 && COUNTS[1] === 1)
  if (left < 0 || (left > 0 && !isLenient)) {
    throw new Problem('archive-corrupt', { what: 'the lengths of a deflate code' })
  }
}

/** Counts the symbols of each length, and in all. */
function count(lengths: Uint8Array): number {
  COUNTS.fill(0)
  for (let at = 0; at < lengths.length; at += 1) {
    const length = lengths[at] ?? 0
    COUNTS[length] = (COUNTS[length] ?? 0) + 1
  }
  const symbols = lengths.length - (COUNTS[0] ?? 0)
  COUNTS[0] = 0
  return symbols
}

/** Gives each symbol its code, and each first part of the long ones a table behind the first. */
function placeSecondTables({ rootBits, entries }: HuffmanTable, lengths: Uint8Array): void {
  const roots = 1 << rootBits
  if (!giveCodes(rootBits, lengths)) return
  let free = roots
  for (let root = 0; root < roots; root += 1) {
    const bits = DEPTHS[root] ?? 0
    if (bits === 0) continue
    entries[root] = rootBits | ENTRY.table | (bits << 8) | (free << 16)
    entries.fill(0, free, free + (1 << bits))
    free += 1 << bits
  }
}

/** Notes each symbol's code, and how many bits follow each root; false where none do. */
function giveCodes(rootBits: number, lengths: Uint8Array): boolean {
  DEPTHS.fill(0, 0, 1 << rootBits)
  let hasLong = false
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol] ?? 0
    if (length === 0) continue
    const code = reversed(FIRST[length] ?? 0, length)
    FIRST[length] = (FIRST[length] ?? 0) + 1
    CODES[symbol] = code
    if (length <= rootBits) continue
    const root = code & ((1 << rootBits) - 1)
    DEPTHS[root] = Math.max(DEPTHS[root] ?? 0, length - rootBits)
    hasLong = true
  }
  return hasLong
}

function placeDeep(table: HuffmanTable, code: number, length: number, entry: number): void {
  const { rootBits, entries } = table
  const root = entries[code & ((1 << rootBits) - 1)] ?? 0
  const start = root >>> 16
  const end = start + (1 << ((root >>> 8) & 15))
  const step = 1 << (length - rootBits)
  for (let at = start + (code >>> rootBits); at < end; at += step) {
    entries[at] = entry | (length - rootBits)
  }
}

/** Deflate sends codes from their highest bit, and everything else from the lowest. */
function reversed(code: number, length: number): number {
  let result = 0
  for (let bit = 0; bit < length; bit += 1) result = (result << 1) | ((code >>> bit) & 1)
  return result
}
