import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** A value as compressed JSON. */
export function pack(value: unknown): Uint8Array {
  return zstdCompressSync(JSON.stringify(value), {
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  })
}

/** The value again: what was packed is known to who packed it. */
export function unpack<Value>(bytes: Uint8Array): Value {
  return JSON.parse(zstdDecompressSync(bytes).toString('utf8'))
}

/** The value of a JSON column. */
export function fromJson<Value>(text: string): Value {
  return JSON.parse(text)
}

/** RFC 3339 UTC of a stored instant. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** The stored form of an instant; `otherwise` where the text is none. */
export function fromTime<Otherwise>(
  text: string | null | undefined,
  otherwise: Otherwise,
): number | Otherwise {
  const ms = text ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? otherwise : ms
}
