import { Problem } from '../model/problem.ts'
import type { Feed, Use } from './feed.ts'
import type { Limits } from './limits.ts'
import { readPax } from './pax.ts'
import { padded } from './tar-header.ts'

/** Reads the header at `start`, and asks for what comes behind it. */
export type ReadTyped = (bytes: Buffer, start: number, sizeBytes: number) => void

/** What pax and GNU headers say of the entry behind them, where its own header has no room. */
export class LongFields {
  readonly #feed: Feed
  readonly #limits: Limits
  readonly #nextHeader: (skipBytes: number) => void
  #padding = 0
  path: Buffer | null = null
  link: Buffer | null = null
  sizeBytes: number | null = null

  constructor(feed: Feed, limits: Limits, nextHeader: (skipBytes: number) => void) {
    this.#feed = feed
    this.#limits = limits
    this.#nextHeader = nextHeader
  }

  /** The entry has been read: the next has fields of its own. */
  forget(): void {
    this.path = null
    this.link = null
    this.sizeBytes = null
  }

  /** @throws {Problem} path-too-long */
  checkPath(sizeBytes: number): void {
    const limitBytes = this.#limits.pathBytes
    if (sizeBytes <= limitBytes) return
    throw new Problem('path-too-long', { offset: this.#feed.offset, sizeBytes, limitBytes })
  }

  readonly readPax: ReadTyped = (_bytes, _start, sizeBytes) => {
    this.#checkPax(sizeBytes)
    this.#take(sizeBytes, this.#usePax)
  }

  readonly #usePax: Use = (bytes, start, end) => {
    const fields = readPax(bytes.subarray(start, end))
    if (fields === null) {
      throw new Problem('archive-corrupt', { offset: this.#feed.offset, what: 'a pax header' })
    }
    this.path = fields.path ?? this.path
    this.link = fields.linkPath ?? this.link
    this.sizeBytes = fields.sizeBytes ?? this.sizeBytes
    this.#nextHeader(this.#padding)
  }

  /** A pax header for all entries behind it: archives of git put a commit there. Passed over. */
  readonly readPaxGlobal: ReadTyped = (_bytes, _start, sizeBytes) => {
    this.#checkPax(sizeBytes)
    this.#nextHeader(padded(sizeBytes))
  }

  readonly readPath: ReadTyped = (_bytes, _start, sizeBytes) => {
    // The field ends in a zero byte, which is not the path's.
    this.checkPath(sizeBytes - 1)
    this.#take(sizeBytes, this.#usePath)
  }

  readonly #usePath: Use = (bytes, start, end) => {
    this.path = withoutZeros(bytes, start, end)
    this.#nextHeader(this.#padding)
  }

  readonly readLink: ReadTyped = (_bytes, _start, sizeBytes) => {
    this.checkPath(sizeBytes - 1)
    this.#take(sizeBytes, this.#useLink)
  }

  readonly #useLink: Use = (bytes, start, end) => {
    this.link = withoutZeros(bytes, start, end)
    this.#nextHeader(this.#padding)
  }

  #take(sizeBytes: number, use: Use): void {
    this.#padding = padded(sizeBytes) - sizeBytes
    this.#feed.take(0, sizeBytes, use)
  }

  #checkPax(sizeBytes: number): void {
    const limitBytes = this.#limits.paxBytes
    if (sizeBytes <= limitBytes) return
    const { offset } = this.#feed
    throw new Problem('entry-too-large', { offset, entry: 'pax header', sizeBytes, limitBytes })
  }
}

/** A GNU long name, without the zero byte that ends it; a copy. */
function withoutZeros(bytes: Buffer, start: number, end: number): Buffer {
  let last = end
  while (last > start && bytes[last - 1] === 0) last -= 1
  return Buffer.from(bytes.subarray(start, last))
}
