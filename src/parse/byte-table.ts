/** So long a chain of one hash is no chance: whoever made it pays alone, by parsing again and again. */
const CHAIN_MAX = 16

type Slot<Value> = {
  readonly bytes: Buffer
  readonly value: Value
  readonly next: Slot<Value> | null
}

/**
 * Values by the bytes they are read from: the same bytes are parsed once, and no string is made of
 * bytes that were seen before. Bounded: beyond `maxBytes` of keys, values are made each time.
 */
export class ByteTable<Value> {
  readonly #slots = new Map<number, Slot<Value>>()
  readonly #make: (bytes: Buffer, start: number, end: number) => Value
  #freeBytes: number

  constructor(maxBytes: number, make: (bytes: Buffer, start: number, end: number) => Value) {
    this.#freeBytes = maxBytes
    this.#make = make
  }

  get(bytes: Buffer, start: number, end: number): Value {
    const hash = hashOf(bytes, start, end)
    const first = this.#slots.get(hash) ?? null
    let length = 0
    for (let slot = first; slot !== null; slot = slot.next) {
      if (isEqual(slot.bytes, bytes, start, end)) return slot.value
      length += 1
    }
    const value = this.#make(bytes, start, end)
    if (length < CHAIN_MAX && end - start <= this.#freeBytes) {
      this.#freeBytes -= end - start
      const key = Buffer.from(bytes.subarray(start, end))
      this.#slots.set(hash, { bytes: key, value, next: first })
    }
    return value
  }
}

/** FNV-1a over words of four bytes, mixed at the end. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start)
  let at = start
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)
    hash = Math.imul(hash ^ word, 0x01000193)
    hash ^= hash >>> 15
  }
  for (; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
  return hash ^ (hash >>> 13)
}

function isEqual(key: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const length = end - start
  if (key.length !== length) return false
  for (let at = 0; at < length; at += 1) if (key[at] !== bytes[start + at]) return false
  return true
}
