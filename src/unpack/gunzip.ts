import { crc32 } from 'node:zlib'
import { Problem } from '../model/problem.ts'
import { Deflate, type Emit, INPUT_MARGIN } from './deflate.ts'

const PREFIX = [0x1f, 0x8b, 8]
const FLAG = { headerSum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const
const HEADER_BYTES = 10
const TRAILER_BYTES = 8
/** An extra field of 64 KiB, and a name and a comment of no honest length. */
const HEADER_BYTES_MAX = 80 * 1024

/**
 * What comes next.
 *
 * - `header`: a member's header. Goes to `stream`.
 * - `stream`: its deflate stream. Goes to `trailer`.
 * - `trailer`: its sum and size. Goes to `between`.
 * - `between`: nothing, another member (`header`), or zeros (`padding`).
 * - `padding`: zeros to the end, as tapes and block devices leave them.
 */
type State = 'header' | 'stream' | 'trailer' | 'between' | 'padding'

/** Decodes gzip as its bytes come; several members are one stream. RFC 1952. */
export class Gunzip {
  readonly #deflate: Deflate
  #state: State = 'header'
  /** Bytes not yet used stand from `#start` to `#end`. */
  #input: Buffer = EMPTY
  #start = 0
  #end = 0
  /** Where bytes that were left are joined with those that come. */
  #joined: Buffer = EMPTY
  #leftBytes = 0
  #sum = 0
  #sizeBytes = 0
  /** Bytes of the source before the input in hand. */
  #base = 0

  constructor(emit: Emit) {
    this.#deflate = new Deflate((bytes, start, end) => {
      this.#sum = crc32(bytes.subarray(start, end), this.#sum)
      this.#sizeBytes += end - start
      emit(bytes, start, end)
    })
  }

  /** @throws {Problem} archive-corrupt; and whatever `emit` throws. */
  push(chunk: Buffer): void {
    this.#append(chunk)
    this.#run(this.#end)
    this.#keepLeft()
  }

  /**
   * Decodes what was held back, now that no more comes.
   *
   * @throws {Problem} archive-truncated, archive-corrupt
   */
  end(): void {
    // Zeros that the decoder's last steps may look at, but none may use.
    this.#append(Buffer.alloc(2 * INPUT_MARGIN))
    const limit = this.#end
    this.#end -= 2 * INPUT_MARGIN
    try {
      this.#run(limit)
    } catch (error) {
      // What was made of the zeros is nothing that the archive says.
      throw this.#deflate.position > this.#end ? this.#truncated() : error
    }
    if (this.#state !== 'between' && this.#state !== 'padding') throw this.#truncated()
  }

  /** Joins the chunk to the bytes that were left. */
  #append(chunk: Buffer): void {
    const left = this.#leftBytes
    this.#base += this.#start
    this.#start = 0
    this.#end = left + chunk.length
    this.#leftBytes = 0
    this.#input = chunk
    if (left === 0) return
    this.#input = this.#room(this.#end)
    chunk.copy(this.#input, left)
  }

  /** Copies the bytes that are left: the chunk is the caller's again. */
  #keepLeft(): void {
    const left = this.#end - this.#start
    const input = this.#input
    if (left > 0) input.copy(this.#room(left), 0, this.#start, this.#end)
    this.#leftBytes = left
    this.#input = EMPTY
  }

  /** Memory of its own for so many bytes; what it holds stays. */
  #room(bytes: number): Buffer {
    if (this.#joined.length < bytes) {
      const larger = Buffer.alloc(2 * bytes)
      this.#joined.copy(larger)
      this.#joined = larger
    }
    return this.#joined
  }

  /** Goes on as far as the bytes carry; the decoder may look at bytes up to `limit`. */
  #run(limit: number): void {
    while (this.#step(limit)) {
      if (this.#start > this.#end) throw this.#truncated()
    }
    if (this.#start > this.#end) throw this.#truncated()
  }

  #step(limit: number): boolean {
    switch (this.#state) {
      case 'header':
        return this.#readHeader()
      case 'stream':
        this.#start = this.#decode(limit)
        if (this.#deflate.isDone) this.#state = 'trailer'
        return this.#deflate.isDone
      case 'trailer':
        return this.#readTrailer()
      case 'between':
        if (this.#start === this.#end) return false
        this.#state = this.#input[this.#start] === 0 ? 'padding' : 'header'
        return true
      default:
        return this.#readPadding()
    }
  }

  #decode(limit: number): number {
    try {
      return this.#deflate.decode(this.#input, this.#start, limit)
    } catch (error) {
      throw error instanceof Problem && error.kind === 'archive-corrupt'
        ? new Problem('archive-corrupt', { ...error.facts, offset: this.#base + this.#start })
        : error
    }
  }

  /** Reads a header; false where it is not whole yet. */
  #readHeader(): boolean {
    const length = headerLength(this.#input, this.#start, this.#end)
    if (length < 0) throw this.#corrupt('the header of a gzip member')
    if (length === 0) {
      if (this.#end - this.#start > HEADER_BYTES_MAX) throw this.#corrupt('an endless gzip header')
      return false
    }
    this.#start += length
    this.#sum = 0
    this.#sizeBytes = 0
    this.#deflate.reset()
    this.#state = 'stream'
    return true
  }

  #readTrailer(): boolean {
    if (this.#end - this.#start < TRAILER_BYTES) return false
    const sum = this.#input.readUInt32LE(this.#start)
    const sizeBytes = this.#input.readUInt32LE(this.#start + 4)
    if (sum !== this.#sum) throw this.#corrupt('the checksum of a gzip member')
    if (sizeBytes !== this.#sizeBytes % 2 ** 32) throw this.#corrupt('the size of a gzip member')
    this.#start += TRAILER_BYTES
    this.#state = 'between'
    return true
  }

  #readPadding(): boolean {
    for (; this.#start < this.#end; this.#start += 1) {
      if (this.#input[this.#start] !== 0) throw this.#corrupt('bytes behind the end of the gzip')
    }
    return false
  }

  #corrupt(what: string): Problem {
    return new Problem('archive-corrupt', { what, offset: this.#base + this.#start })
  }

  #truncated(): Problem {
    return new Problem('archive-truncated', {
      what: 'the gzip ends before its trailer',
      offset: this.#base + this.#end,
    })
  }
}

/** Length of the header at `start`; 0 where more bytes are needed to tell, -1 where it is none. */
function headerLength(bytes: Buffer, start: number, end: number): number {
  if (!isPrefix(bytes, start, end)) return -1
  if (end - start < HEADER_BYTES) return 0
  const flags = bytes[start + 3] ?? 0
  if ((flags & FLAG.reserved) !== 0) return -1
  let at = start + HEADER_BYTES
  if ((flags & FLAG.extra) !== 0) {
    if (at + 2 > end) return 0
    at += 2 + bytes.readUInt16LE(at)
  }
  if ((flags & FLAG.name) !== 0) at = afterZero(bytes, at, end)
  if ((flags & FLAG.comment) !== 0) at = afterZero(bytes, at, end)
  if ((flags & FLAG.headerSum) !== 0) at += 2
  return at <= end ? at - start : 0
}

/** Behind the zero byte that ends a text; past `end` where it has not come yet. */
function afterZero(bytes: Buffer, start: number, end: number): number {
  const zero = start < end ? bytes.subarray(0, end).indexOf(0, start) : -1
  return zero < 0 ? end + 1 : zero + 1
}

const EMPTY: Buffer = Buffer.alloc(0)

/** Magic number, and method 8: deflate. */
function isPrefix(bytes: Buffer, start: number, end: number): boolean {
  const known = Math.min(end - start, PREFIX.length)
  for (let at = 0; at < known; at += 1) if (bytes[start + at] !== PREFIX[at]) return false
  return true
}
