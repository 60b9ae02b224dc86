import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'

const BLOCK = 512

/** Field widths of a ustar header. */
const NAME_BYTES = 100

/** What comes behind the last entry of a tar. */
export const END_OF_TAR: Buffer = Buffer.alloc(2 * BLOCK)

export type TarEntry = {
  readonly path: string
  readonly type: '0' | '2'
  readonly link: string
  readonly bytes: Buffer
}

/**
 * A folder as the bytes of a `.tar.gz`: its files and symbolic links, in the order of their paths
 * and without times and owners, so that the same folder gives the same bytes and is stored once.
 */
export function packFolder(folder: string): Readable {
  return Readable.from(tarOf(folder)).pipe(createGzip())
}

async function* tarOf(folder: string): AsyncGenerator<Buffer> {
  for await (const entry of entriesOf(folder, '')) {
    yield* blocksOf(entry)
  }
  yield END_OF_TAR
}

/** One file (type 0) or symbolic link (type 2) as blocks of a tar. */
export function* blocksOf({ path, link, type, bytes }: TarEntry): Generator<Buffer> {
  if (Buffer.byteLength(path) > NAME_BYTES || Buffer.byteLength(link) > NAME_BYTES) {
    const records = Buffer.from(paxRecord('path', path) + paxRecord('linkpath', link))
    yield header({ path: 'pax', link: '', type: 'x', sizeBytes: records.length })
    yield padded(records)
  }
  yield header({ path, link, type, sizeBytes: bytes.length })
  if (bytes.length > 0) yield padded(bytes)
}

async function* entriesOf(folder: string, under: string): AsyncGenerator<TarEntry> {
  for (const name of (await readdir(join(folder, under))).sort()) {
    const path = under === '' ? name : `${under}/${name}`
    const status = await lstat(join(folder, path))
    if (status.isDirectory()) yield* entriesOf(folder, path)
    if (status.isSymbolicLink()) {
      yield { path, type: '2', link: await readlink(join(folder, path)), bytes: Buffer.alloc(0) }
    }
    if (status.isFile()) {
      yield { path, type: '0', link: '', bytes: await readFile(join(folder, path)) }
    }
  }
}

type Head = {
  readonly path: string
  readonly link: string
  readonly type: '0' | '2' | 'x'
  readonly sizeBytes: number
}

/** Source: POSIX.1-2017, pax, "ustar Interchange Format". */
function header({ path, link, type, sizeBytes }: Head): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(path, 0, NAME_BYTES)
  block.write('0000644\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124)
  block.write('00000000000\0', 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(link, 157, NAME_BYTES)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function padded(bytes: Buffer): Buffer {
  const rest = bytes.length % BLOCK
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(BLOCK - rest)])
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits too; nothing for an empty value. */
function paxRecord(key: string, value: string): string {
  if (value === '') return ''
  const body = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(body)
  let length = bytes + String(bytes).length
  if (String(length).length > String(bytes).length) length = bytes + String(length).length
  return `${length}${body}`
}
