import { hash } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { LogPosition } from './bundles.ts'

// Uploads are made durable by appending them to a log, many under one fdatasync. The log is not
// thrown away afterwards: it is where the bytes of small bundles stay. It is cut into segments,
// so that old ones can be given back whole.

/** One record: what is known of an upload, and its bytes unless they have a file of their own. */
export type LogRecord = { readonly head: string; readonly body: readonly Uint8Array[] }

/** A record found in the log; `at` is where its body begins, `next` where the record ends. */
export type FoundRecord = {
  readonly head: string
  readonly bodyBytes: number
  readonly at: LogPosition
  readonly next: LogPosition
}

const MAGIC = 0x48474c31 // 'HGL1'
const HEADER_BYTES = 20
/** What a head may need; a longer one is a damaged length. */
const HEAD_BYTES_MAX = 1024 * 1024
const SEGMENT_BYTES = 64 * 1024 * 1024

export class UploadLog {
  readonly #folder: string
  #handle: FileHandle
  #end: LogPosition

  private constructor(folder: string, handle: FileHandle, end: LogPosition) {
    this.#folder = folder
    this.#handle = handle
    this.#end = end
  }

  /** Opens the log for appending behind `end`: what lies there was never taken over. */
  static async open(folder: string, end: LogPosition): Promise<UploadLog> {
    const handle = await openSegment(folder, end.segment)
    await handle.truncate(end.offset)
    return new UploadLog(folder, handle, end)
  }

  get end(): LogPosition {
    return this.#end
  }

  /**
   * Writes records behind one another and syncs them once; answers where each body begins. Not to
   * be called again before it ends. When it fails, nothing of the records is left in the log.
   */
  async append(records: readonly LogRecord[]): Promise<readonly LogPosition[]> {
    if (this.#end.offset >= SEGMENT_BYTES) await this.#roll()
    const start = this.#end
    const parts: Uint8Array[] = []
    const places: LogPosition[] = []
    let { offset } = start
    for (const { head, body } of records) {
      const front = frontOf(head, body)
      parts.push(front, ...body)
      places.push({ segment: start.segment, offset: offset + front.length })
      offset += front.length + lengthOf(body)
    }
    try {
      await writeAll(this.#handle, parts, start.offset)
      await this.#handle.datasync()
    } catch (error) {
      await this.cut(start)
      throw error
    }
    this.#end = { segment: start.segment, offset }
    return places
  }

  /** Takes back what was appended behind a position of the newest segment. */
  async cut(position: LogPosition): Promise<void> {
    if (position.segment !== this.#end.segment) return
    await this.#handle.truncate(position.offset)
    this.#end = position
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #roll(): Promise<void> {
    const segment = this.#end.segment + 1
    const handle = await openSegment(this.#folder, segment)
    await this.#handle.close()
    this.#handle = handle
    this.#end = { segment, offset: 0 }
  }
}

/** The bytes of a body. */
export function readFromLog(folder: string, at: LogPosition, bytes: number): Readable {
  const { path, start, end } = rangeInLog(folder, at, bytes)
  return createReadStream(path, { start, end })
}

/** The same as a part of a file; `end` is the last byte. */
export function rangeInLog(
  folder: string,
  at: LogPosition,
  bytes: number,
): { readonly path: string; readonly start: number; readonly end: number } {
  const path = segmentPath(folder, at.segment)
  return { path, start: at.offset, end: at.offset + bytes - 1 }
}

/** Whole records behind a position, in order; a torn one ends its segment. */
export async function* recordsBehind(
  folder: string,
  from: LogPosition,
): AsyncGenerator<FoundRecord> {
  mkdirSync(folder, { recursive: true })
  for (const segment of segmentsOf(folder)) {
    if (segment < from.segment) continue
    const handle = await open(segmentPath(folder, segment), 'r')
    try {
      let offset = segment === from.segment ? from.offset : 0
      for (;;) {
        const record = await readRecord(handle, { segment, offset })
        if (!record) break
        yield record
        offset = record.next.offset
      }
    } finally {
      await handle.close()
    }
  }
}

/** Numbers of the segments that are there, in order. */
export function segmentsOf(folder: string): readonly number[] {
  return readdirSync(folder)
    .flatMap((name) => /^(\d{12})\.log$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right)
}

/** Gives a segment back, with all bodies in it. */
export async function dropSegment(folder: string, segment: number): Promise<void> {
  await rm(segmentPath(folder, segment), { force: true })
}

function segmentPath(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(12, '0')}.log`)
}

/** Opens a segment, and makes a new one's name outlive a power cut. */
async function openSegment(folder: string, segment: number): Promise<FileHandle> {
  mkdirSync(folder, { recursive: true })
  const isOld = segmentsOf(folder).includes(segment)
  const handle = await open(segmentPath(folder, segment), isOld ? 'r+' : 'w+')
  const parent = await open(folder, 'r')
  await parent.sync()
  await parent.close()
  return handle
}

/** Magic, lengths and checksums, then the head. */
function frontOf(head: string, body: readonly Uint8Array[]): Buffer {
  const headBytes = Buffer.byteLength(head)
  const front = Buffer.allocUnsafe(HEADER_BYTES + headBytes)
  front.write(head, HEADER_BYTES)
  front.writeUInt32BE(MAGIC, 0)
  front.writeUInt32BE(headBytes, 4)
  front.writeUInt32BE(lengthOf(body), 8)
  front.writeUInt32BE(crc32(front.subarray(HEADER_BYTES)), 12)
  front.writeUInt32BE(crc32(front.subarray(0, 16)), 16)
  return front
}

function lengthOf(body: readonly Uint8Array[]): number {
  return body.reduce((sum, part) => sum + part.length, 0)
}

async function writeAll(
  handle: FileHandle,
  parts: readonly Uint8Array[],
  position: number,
): Promise<void> {
  const { bytesWritten } = await handle.writev([...parts], position)
  let written = bytesWritten
  if (written === lengthOf(parts)) return
  // A full disk takes a part first; the next write says that it is full.
  const whole = Buffer.concat(parts)
  while (written < whole.length) {
    const more = await handle.write(whole, written, whole.length - written, position + written)
    written += more.bytesWritten
  }
}

async function readRecord(handle: FileHandle, at: LogPosition): Promise<FoundRecord | null> {
  const header = await readBytes(handle, at.offset, HEADER_BYTES)
  if (header === null || header.readUInt32BE(0) !== MAGIC) return null
  if (header.readUInt32BE(16) !== crc32(header.subarray(0, 16))) return null
  const headBytes = header.readUInt32BE(4)
  const bodyBytes = header.readUInt32BE(8)
  if (headBytes > HEAD_BYTES_MAX) return null
  const head = await readBytes(handle, at.offset + HEADER_BYTES, headBytes)
  if (head === null || crc32(head) !== header.readUInt32BE(12)) return null
  const offset = at.offset + HEADER_BYTES + headBytes
  const { size } = await handle.stat()
  if (offset + bodyBytes > size) return null
  return {
    head: head.toString('utf8'),
    bodyBytes,
    at: { segment: at.segment, offset },
    next: { segment: at.segment, offset: offset + bodyBytes },
  }
}

async function readBytes(
  handle: FileHandle,
  position: number,
  length: number,
): Promise<Buffer | null> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position)
  return bytesRead === length ? buffer : null
}

/** True when the bytes of a record are those its sha256 names: a torn write may leave holes. */
export async function isIntact(
  folder: string,
  record: FoundRecord,
  sha256: string,
): Promise<boolean> {
  if (record.bodyBytes === 0) return true
  const parts: Buffer[] = []
  for await (const part of readFromLog(folder, record.at, record.bodyBytes)) parts.push(part)
  return hash('sha256', Buffer.concat(parts)) === sha256
}
