import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Problem } from '../model/problem.ts'
import { Decoder } from './decoder.ts'
import type { Use } from './feed.ts'
import type { Limits } from './limits.ts'
import { BLOCK_BYTES, isHeader } from './tar-header.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** How an archive is packed. */
export type Form = 'gzip' | 'zstd' | 'tar'

/** The form these first bytes show, by their magic number; null for none that we read. */
export function formOf(bytes: Buffer): Form | null {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip'
  if (bytes.length < 4) return null
  const magic = bytes.readUInt32LE(0)
  if (magic === 0xfd2fb528 || (magic & 0xfffffff0) === 0x184d2a50) return 'zstd'
  return isHeader(bytes, 0) ? 'tar' : null
}

/**
 * Gives the archive's bytes, decompressed, chunk by chunk to `use`, and then how it was packed.
 * Never holds more than a few chunks, whatever the input claims.
 *
 * @throws {Problem} body-empty, not-an-archive, archive-truncated, archive-corrupt,
 * bundle-inflates-too-far; and whatever `use` throws.
 */
export async function inflate(
  source: AsyncIterable<Uint8Array>,
  limits: Limits,
  use: Use,
): Promise<Form> {
  const bounded = boundedUse(limits, use)
  const { first, rest } = await firstBlock(source)
  const form = formOf(first)
  if (first.length === 0) throw new Problem('body-empty')
  if (form === null) {
    throw new Problem('not-an-archive', { firstBytes: first.toString('hex', 0, 8) })
  }
  await INFLATE[form](rest, bounded)
  return form
}

const INFLATE: Readonly<Record<Form, (source: AsyncIterable<Buffer>, use: Use) => Promise<void>>> =
  { gzip: inflateGzip, zstd: inflateZstd, tar: passTar }

function boundedUse(limits: Limits, use: Use): Use {
  const limitBytes = limits.unpackedBytes
  let unpackedBytes = 0
  return (bytes, start, end) => {
    unpackedBytes += end - start
    if (unpackedBytes > limitBytes) throw new Problem('bundle-inflates-too-far', { limitBytes })
    use(bytes, start, end)
  }
}

/** Waits for one block, and gives the whole source again behind it. */
async function firstBlock(
  source: AsyncIterable<Uint8Array>,
): Promise<{ first: Buffer; rest: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]()
  let first: Buffer = Buffer.alloc(0)
  while (first.length < BLOCK_BYTES) {
    const next = await iterator.next()
    if (next.done) break
    const chunk = bufferOf(next.value)
    // A copy where another piece is needed: a piece is ours only until the next is asked for.
    first =
      first.length + chunk.length < BLOCK_BYTES || first.length > 0
        ? Buffer.concat([first, chunk])
        : chunk
  }
  return { first, rest: restOf(first, iterator) }
}

async function* restOf(first: Buffer, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    yield bufferOf(next.value)
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

async function passTar(source: AsyncIterable<Buffer>, use: Use): Promise<void> {
  for await (const chunk of source) use(chunk, 0, chunk.length)
}

/** Several members are one stream, and zeros may follow, as tapes and block devices leave them. */
async function inflateGzip(source: AsyncIterable<Buffer>, use: Use): Promise<void> {
  const decoder = new Decoder(createGunzip(), use)
  try {
    for await (const chunk of source) decoder.write(chunk)
    decoder.end()
  } finally {
    decoder.close()
  }
}

/** Each frame has a decoder of its own: zstd's stops after the first, and says nothing of the rest. */
async function inflateZstd(source: AsyncIterable<Buffer>, use: Use): Promise<void> {
  const frames = new ZstdFrames()
  let decoder: Decoder | null = null
  try {
    for await (const { bytes, isLast } of framePieces(source, frames)) {
      decoder ??= new Decoder(createZstdDecompress(), use)
      decoder.write(bytes)
      if (!isLast) continue
      decoder.end()
      decoder = null
    }
    frames.end()
  } finally {
    decoder?.close()
  }
}

/** The chunks, cut where frames end. */
async function* framePieces(
  source: AsyncIterable<Buffer>,
  frames: ZstdFrames,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  for await (const chunk of source) {
    let start = 0
    for (const end of frames.push(chunk)) {
      yield { bytes: chunk.subarray(start, end), isLast: true }
      start = end
    }
    if (start < chunk.length) yield { bytes: chunk.subarray(start), isLast: false }
  }
}
