import { gzipSync } from 'node:zlib'

/** One entry of an archive made for a test. A `link` is a symbolic link and has no bytes. */
export type MadeEntry = {
  readonly path: string
  readonly bytes?: Buffer | string
  readonly link?: string
  /** Type flag, where it is none that follows from the rest: `1` hard link, `3` device, `5` folder... */
  readonly type?: string
}

/** A whole tar of these entries, with its end marker. */
export function tarOf(entries: Iterable<MadeEntry>): Buffer {
  return Buffer.concat([...blocksOf(entries), Buffer.alloc(1024)])
}

/** The same, gzipped. */
export function tarGzOf(entries: Iterable<MadeEntry>): Buffer {
  return gzipSync(tarOf(entries))
}

/** The blocks of these entries, without an end marker. */
export function* blocksOf(entries: Iterable<MadeEntry>): Generator<Buffer> {
  for (const entry of entries) yield* entryBlocks(entry)
}

const BLOCK_BYTES = 512

function* entryBlocks(entry: MadeEntry): Generator<Buffer> {
  const bytes = Buffer.from(entry.bytes ?? '')
  yield headerOf(entry, bytes.length)
  if (bytes.length === 0) return
  yield bytes
  const rest = bytes.length % BLOCK_BYTES
  if (rest > 0) yield Buffer.alloc(BLOCK_BYTES - rest)
}

/** A ustar header; a path over 100 bytes is cut (give a GNU or pax header before it). */
export function headerOf(entry: MadeEntry, sizeBytes: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(entry.path, 0, 100)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write(entry.type ?? (entry.link === undefined ? '0' : '2'), 156)
  header.write(entry.link ?? '', 157, 100)
  header.write('ustar\0', 257)
  header.write('00', 263)
  return withChecksum(header)
}

/** Writes the checksum that the rest of the header asks for. */
export function withChecksum(header: Buffer): Buffer {
  header.fill(' ', 148, 156)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
