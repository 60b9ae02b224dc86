import { constants, type Gunzip, type ZstdDecompress } from 'node:zlib'
import { Problem } from '../model/problem.ts'
import type { Use } from './feed.ts'

/** Large enough that the work between two pieces does not count, small enough to stay in the cache. */
const OUTPUT_BYTES = 256 * 1024
const NONE = Buffer.alloc(0)

/**
 * A decompressor of Node's, worked by hand into one piece of memory that is used over and over.
 * Its streams make new memory for all that they inflate, which costs six times what inflating does.
 *
 * Source: lib/zlib.js of Node, processChunkSync(), which zlib.gunzipSync() works by.
 */
export class Decoder {
  readonly #stream: Gunzip | ZstdDecompress
  readonly #inner: Inner
  /** Bytes of output and of input that the last step left over. */
  readonly #left: Uint32Array
  readonly #use: Use
  readonly #output = Buffer.allocUnsafe(OUTPUT_BYTES)
  #error: Problem | null = null
  #isOver = false

  constructor(stream: Gunzip | ZstdDecompress, use: Use) {
    this.#stream = stream
    this.#inner = innerOf(stream)
    this.#left = leftOf(stream)
    this.#use = use
    this.#inner.onerror = (message, _number, code) => {
      this.#error ??= problemOf(message, code)
    }
  }

  /** @throws {Problem} archive-truncated, archive-corrupt; and whatever `use` throws */
  write(bytes: Buffer): void {
    const leftBytes = this.#isOver ? bytes.length : this.#work(constants.Z_NO_FLUSH, bytes)
    if (leftBytes === 0) return
    // Of what stands behind the last member it takes nothing more. Tapes leave zeros there.
    this.#isOver = true
    if (bytes.subarray(bytes.length - leftBytes).every((byte) => byte === 0)) return
    throw new Problem('archive-corrupt', { what: 'bytes behind the end', code: 'Z_DATA_ERROR' })
  }

  /** @throws {Problem} archive-truncated where the input ends too early */
  end(): void {
    if (!this.#isOver) this.#work(constants.Z_FINISH, NONE)
    this.close()
  }

  close(): void {
    this.#stream.close()
  }

  /** Gives out all that the bytes inflate to, and answers how many of them were not taken. */
  #work(flush: number, bytes: Buffer): number {
    const output = this.#output
    let leftBytes = bytes.length
    let outputLeft = 0
    // Where the output was filled there may be more of it, whether or not input is left.
    while (outputLeft === 0) {
      const start = bytes.length - leftBytes
      this.#inner.writeSync(flush, bytes, start, leftBytes, output, 0, OUTPUT_BYTES)
      if (this.#error !== null) throw this.#error
      outputLeft = this.#left[0] ?? 0
      leftBytes = this.#left[1] ?? 0
      if (outputLeft < OUTPUT_BYTES) this.#use(output, 0, OUTPUT_BYTES - outputLeft)
    }
    return leftBytes
  }
}

/** The native part of a stream of zlib. */
type Inner = {
  readonly writeSync: (
    flush: number,
    input: Buffer,
    inputStart: number,
    inputBytes: number,
    output: Buffer,
    outputStart: number,
    outputBytes: number,
  ) => void
  onerror: (message: string, number: number, code: string) => void
}

// Not documented, and the same since Node 11. A Node that has it no more is told at once.
function innerOf(stream: Gunzip | ZstdDecompress): Inner {
  const inner: unknown = Reflect.get(stream, '_handle')
  if (isInner(inner)) return inner
  throw new Error('zlib of this Node cannot be worked by hand')
}

function isInner(value: unknown): value is Inner {
  return value instanceof Object && 'writeSync' in value && typeof value.writeSync === 'function'
}

function leftOf(stream: Gunzip | ZstdDecompress): Uint32Array {
  const state: unknown = Reflect.get(stream, '_writeState')
  if (state instanceof Uint32Array) return state
  throw new Error('zlib of this Node does not tell how far it came')
}

/** What zlib's errors mean to whoever sent the archive. */
function problemOf(message: string, code: string): Problem {
  if (code === 'Z_BUF_ERROR') return new Problem('archive-truncated', { what: message })
  return new Problem('archive-corrupt', { what: message, code })
}
