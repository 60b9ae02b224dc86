/** What a pax header says of the entry behind it; absent where it says nothing. */
export type PaxFields = {
  readonly path?: Buffer
  readonly linkPath?: Buffer
  readonly sizeBytes?: number
}

/**
 * Reads the records of a pax header, `<length> <key>=<value>\n`, or gives null where they are torn.
 *
 *     30 path=proc/1/task/1/status\n
 *
 * Source: POSIX, pax, "pax Extended Header".
 */
export function readPax(bytes: Buffer): PaxFields | null {
  let fields: PaxFields = {}
  let at = 0
  while (at < bytes.length) {
    const record = recordAt(bytes, at)
    if (record === null) return null
    fields = { ...fields, ...fieldOf(record.key, record.value) }
    at = record.end
  }
  return fields
}

type PaxRecord = { readonly key: string; readonly value: Buffer; readonly end: number }

const KEY_CHARS_MAX = 32 // no key of ours is longer

function recordAt(bytes: Buffer, at: number): PaxRecord | null {
  const blank = bytes.indexOf(BLANK, at)
  if (blank < 0) return null
  const end = at + Number(bytes.toString('latin1', at, Math.min(blank, at + 8)))
  if (!(end > blank && end <= bytes.length) || bytes[end - 1] !== NEWLINE) return null
  const equals = bytes.indexOf(EQUALS, blank)
  if (equals < 0 || equals >= end) return null
  const key = bytes.toString('latin1', blank + 1, Math.min(equals, blank + 1 + KEY_CHARS_MAX))
  return { key, value: bytes.subarray(equals + 1, end - 1), end }
}

function fieldOf(key: string, value: Buffer): PaxFields {
  if (key === 'path') return { path: Buffer.from(value) }
  if (key === 'linkpath') return { linkPath: Buffer.from(value) }
  if (key === 'size') return { sizeBytes: Number(value.toString('latin1', 0, 20)) }
  return {}
}

const BLANK = 0x20
const NEWLINE = 0x0a
const EQUALS = 0x3d
