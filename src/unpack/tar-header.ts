/** Type flags of a tar header. Source: POSIX pax, ustar interchange format; GNU tar's tar.h. */
export const TYPE = {
  file: 0x30,
  fileOld: 0,
  hardLink: 0x31,
  symbolicLink: 0x32,
  characterDevice: 0x33,
  blockDevice: 0x34,
  folder: 0x35,
  fifo: 0x36,
  fileContiguous: 0x37,
  pax: 0x78,
  paxGlobal: 0x67,
  gnuLongPath: 0x4c,
  gnuLongLink: 0x4b,
  gnuSparse: 0x53,
} as const

export const BLOCK_BYTES = 512

const NAME_BYTES = 100
const SIZE_AT = 124
const SUM_AT = 148
const TYPE_AT = 156
const LINK_AT = 157
const MAGIC_AT = 257
const PREFIX_AT = 345
const PREFIX_BYTES = 155

export function typeOf(bytes: Buffer, at: number): number {
  return bytes[at + TYPE_AT] ?? 0
}

/**
 * True when the header's bytes add up to the sum it states, its own eight bytes taken as blanks.
 * Two bytes are added in one step: 512 bytes of 255 do not overflow a half of a 32-bit number.
 */
export function hasSum(bytes: Buffer, at: number): boolean {
  const view = viewOf(bytes)
  const start = bytes.byteOffset + at
  let even = 0
  let odd = 0
  for (let word = start; word < start + BLOCK_BYTES; word += 4) {
    const value = view.getUint32(word, true)
    even += value & 0x00ff00ff
    odd += (value >>> 8) & 0x00ff00ff
  }
  let sum = (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16)
  for (let byte = at + SUM_AT; byte < at + SUM_AT + 8; byte += 1) sum += 0x20 - (bytes[byte] ?? 0)
  return sum === octalIn(bytes, at + SUM_AT, 8)
}

/** A view of the memory under the chunk, kept from call to call since a chunk has many headers. */
function viewOf(bytes: Buffer): DataView {
  if (lastView.buffer !== bytes.buffer) lastView = new DataView(bytes.buffer)
  return lastView
}

let lastView: DataView = new DataView(new ArrayBuffer(0))

/** Bytes of data behind the header, or -1 where the field is no number. */
export function sizeIn(bytes: Buffer, at: number): number {
  const first = bytes[at + SIZE_AT] ?? 0
  if (first === 0x80) return binaryIn(bytes, at + SIZE_AT + 1, 11)
  return octalIn(bytes, at + SIZE_AT, 12)
}

/** GNU's form for sizes over 8 GiB: bytes, the first of them the largest. */
function binaryIn(bytes: Buffer, at: number, length: number): number {
  let value = 0
  for (let index = at; index < at + length; index += 1) value = value * 256 + (bytes[index] ?? 0)
  return Number.isSafeInteger(value) ? value : -1
}

/** Octal digits, between blanks or zero bytes; -1 for anything else. */
function octalIn(bytes: Buffer, at: number, length: number): number {
  let value = 0
  let index = at
  const end = at + length
  while (index < end && bytes[index] === 0x20) index += 1
  for (; index < end; index += 1) {
    const digit = (bytes[index] ?? 0) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  if (index === end) return value
  const stop = bytes[index]
  return stop === 0 || stop === 0x20 ? value : -1
}

/** Where the name ends that starts at `at`: at its zero byte, or after its hundred bytes. */
export function nameEnd(bytes: Buffer, at: number): number {
  return fieldEnd(bytes, at, NAME_BYTES)
}

/** Where the target of a symbolic link starts. */
export function linkStart(at: number): number {
  return at + LINK_AT
}

/** Where the target of a symbolic link ends. */
export function linkEnd(bytes: Buffer, at: number): number {
  return fieldEnd(bytes, at + LINK_AT, NAME_BYTES)
}

/** True when the path has a second part in the prefix field. GNU's own format keeps times there. */
export function hasPrefix(bytes: Buffer, at: number): boolean {
  const magicEnd = at + MAGIC_AT + 5
  return bytes[at + PREFIX_AT] !== 0 && bytes[magicEnd] === 0 && bytes[magicEnd - 1] === LETTER_R
}

/** The path of a header whose path has two parts. */
export function prefixedPath(bytes: Buffer, at: number): Buffer {
  const prefix = bytes.subarray(at + PREFIX_AT, fieldEnd(bytes, at + PREFIX_AT, PREFIX_BYTES))
  return Buffer.concat([prefix, Buffer.from('/'), bytes.subarray(at, nameEnd(bytes, at))])
}

const LETTER_R = 0x72 // the last letter of `ustar`

function fieldEnd(bytes: Buffer, at: number, length: number): number {
  const end = at + length
  let index = at
  while (index < end && bytes[index] !== 0) index += 1
  return index
}

export function isZeroBlock(bytes: Buffer, at: number): boolean {
  for (let index = at; index < at + BLOCK_BYTES; index += 1) if (bytes[index] !== 0) return false
  return true
}

/** True when the block is one that a tar could begin with. */
export function isHeader(bytes: Buffer, at: number): boolean {
  if (bytes.length - at < BLOCK_BYTES) return false
  return bytes[at] === 0 ? isZeroBlock(bytes, at) : hasSum(bytes, at)
}

/** True for a GNU sparse header, or an extension of it, behind which another extension follows. */
export function isExtended(bytes: Buffer, at: number, isExtension: boolean): boolean {
  return bytes[at + (isExtension ? 504 : 482)] === 1
}

/** Data of this size with the padding to whole blocks. */
export function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES
}
