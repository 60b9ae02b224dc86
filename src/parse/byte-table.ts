import { wordView } from './words.ts'

/** So long a chain of one hash is no chance: whoever made it pays alone, by parsing again and again. */
const CHAIN_MAX = 16

type Slot<Value> = {
  readonly bytes: Buffer
  readonly view: DataView
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
    const view = wordView(bytes)
    const from = bytes.byteOffset + start
    const length = end - start
    const hash = hashOf(view, from, length)
    const first = this.#slots.get(hash) ?? null
    let chain = 0
    for (let slot = first; slot !== null; slot = slot.next) {
      if (slot.bytes.length === length && isEqual(slot.view, view, from, length)) return slot.value
      chain += 1
    }
    const value = this.#make(bytes, start, end)
    if (chain < CHAIN_MAX && length <= this.#freeBytes) {
      this.#freeBytes -= length
      this.#slots.set(hash, slotOf(bytes.subarray(start, end), value, first))
    }
    return value
  }
}

/** A copy of the bytes, in memory of its own: the chunk they stand in will be written again. */
function slotOf<Value>(key: Buffer, value: Value, next: Slot<Value> | null): Slot<Value> {
  const memory = new ArrayBuffer(key.length)
  const bytes = Buffer.from(memory)
  key.copy(bytes)
  return { bytes, view: new DataView(memory), value, next }
}

/** FNV-1a over words of four bytes, mixed at each step. */
function hashOf(view: DataView, start: number, length: number): number {
  let hash = 0x811c9dc5 ^ length
  const end = start + length
  let at = start
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x01000193)
    hash ^= hash >>> 15
  }
  for (; at < end; at += 1) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193)
  return hash ^ (hash >>> 13)
}

function isEqual(key: DataView, view: DataView, start: number, length: number): boolean {
  let at = 0
  for (; at + 4 <= length; at += 4) {
    if (key.getInt32(at, true) !== view.getInt32(start + at, true)) return false
  }
  for (; at < length; at += 1) if (key.getUint8(at) !== view.getUint8(start + at)) return false
  return true
}
