import { Problem } from '../model/problem.ts'
import { Feed, type Use } from './feed.ts'

/** Frames cost a decompressor each; tools that write several make them of a megabyte and more. */
const FRAMES_MAX = 10_000

const MAGIC = 0xfd2fb528
const MAGIC_SKIPPABLE = 0x184d2a50
const BLOCK_RLE = 1
const BLOCK_RESERVED = 3

/**
 * Finds where the frames of a zstd stream end, without decoding them: Node's decoder takes the
 * first frame and is silent about the rest.
 *
 * Source: RFC 8878, section 3.
 */
export class ZstdFrames {
  readonly #feed = new Feed()
  #frames = 0
  #checksumBytes = 0
  #ends: number[] = []

  constructor() {
    this.#nextFrame(0)
  }

  /** Offsets in this chunk behind the last byte of a frame. */
  push(chunk: Buffer): readonly number[] {
    this.#ends = []
    this.#feed.push(chunk, 0, chunk.length)
    return this.#ends
  }

  /** @throws {Problem} archive-truncated when the bytes end inside a frame. */
  end(): void {
    if (this.#feed.isAtStartOf(this.#readMagic)) return
    throw new Problem('archive-truncated', { what: 'a zstd frame', offset: this.#feed.offset })
  }

  #nextFrame(skipBytes: number): void {
    this.#feed.take(skipBytes, 4, this.#readMagic)
  }

  readonly #readMagic: Use = (bytes, start) => {
    this.#frames += 1
    if (this.#frames > FRAMES_MAX) throw this.#corrupt('more zstd frames than allowed')
    const magic = bytes.readUInt32LE(start)
    if (magic === MAGIC) return this.#feed.take(0, 1, this.#readDescriptor)
    if ((magic & 0xfffffff0) !== MAGIC_SKIPPABLE) throw this.#corrupt('the start of a zstd frame')
    this.#feed.take(0, 4, this.#readSkippable)
  }

  readonly #readSkippable: Use = (bytes, start) => {
    this.#feed.take(bytes.readUInt32LE(start), 0, this.#endFrame)
  }

  readonly #readDescriptor: Use = (bytes, start) => {
    const descriptor = bytes[start] ?? 0
    const isSingleSegment = (descriptor & 0x20) !== 0
    const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0
    const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
    this.#checksumBytes = (descriptor & 4) === 0 ? 0 : 4
    const window = isSingleSegment ? 0 : 1
    this.#feed.take(window + dictionary + contentSize, 3, this.#readBlock)
  }

  readonly #readBlock: Use = (bytes, start) => {
    const header = bytes.readUIntLE(start, 3)
    const type = (header >>> 1) & 3
    if (type === BLOCK_RESERVED) throw this.#corrupt('a block of a zstd frame')
    const sizeBytes = type === BLOCK_RLE ? 1 : header >>> 3
    if ((header & 1) === 0) this.#feed.take(sizeBytes, 3, this.#readBlock)
    else this.#feed.take(sizeBytes + this.#checksumBytes, 0, this.#endFrame)
  }

  readonly #endFrame: Use = (_bytes, start) => {
    this.#ends.push(start)
    this.#nextFrame(0)
  }

  #corrupt(what: string): Problem {
    return new Problem('archive-corrupt', { what, offset: this.#feed.offset })
  }
}
