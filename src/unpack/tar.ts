import { type Entry, type EntrySink, type FileKind, pathOf } from '../model/entry.ts'
import { Problem } from '../model/problem.ts'
import { isUnsafePath, PathReader } from './entry-path.ts'
import { Feed, type Use } from './feed.ts'
import type { Limits } from './limits.ts'
import { LongFields, type ReadTyped } from './long-fields.ts'
import { ProcLines } from './proc-lines.ts'
import { Tally } from './tally.ts'
import {
  BLOCK_BYTES,
  hasPrefix,
  hasSum,
  isExtended,
  isZeroBlock,
  linkEnd,
  linkStart,
  nameEnd,
  padded,
  prefixedPath,
  sizeIn,
  TYPE,
  typeOf,
} from './tar-header.ts'

/** Walks a tar as its bytes come, whatever the cuts between them, and hands over what is ours. */
export class TarWalker {
  readonly tally = new Tally()
  readonly paths = new PathReader()
  readonly #sink: EntrySink
  readonly #limits: Limits
  readonly #feed = new Feed()
  #entries = 0
  #zeroBlocks = 0
  #trailingBytes = 0
  /** The entry whose data is waited for. */
  #entry: Entry | null = null
  #lines: ProcLines | null = null
  /** Padding behind the data that is waited for. */
  #padding = 0
  readonly #long: LongFields
  readonly #readers: Readonly<Record<number, ReadTyped>>

  constructor(sink: EntrySink, limits: Limits) {
    this.#sink = sink
    this.#limits = limits
    this.#long = new LongFields(this.#feed, limits, (skipBytes) => this.#nextHeader(skipBytes))
    this.#readers = {
      [TYPE.file]: this.#readFile,
      [TYPE.fileOld]: this.#readFile,
      [TYPE.fileContiguous]: this.#readFile,
      [TYPE.hardLink]: this.#readHardLink,
      [TYPE.symbolicLink]: this.#readLink,
      [TYPE.characterDevice]: this.#readUnsafe,
      [TYPE.blockDevice]: this.#readUnsafe,
      [TYPE.fifo]: this.#readUnsafe,
      [TYPE.pax]: this.#long.readPax,
      [TYPE.paxGlobal]: this.#long.readPaxGlobal,
      [TYPE.gnuLongPath]: this.#long.readPath,
      [TYPE.gnuLongLink]: this.#long.readLink,
      [TYPE.gnuSparse]: this.#readSparse,
    }
    this.#nextHeader(0)
  }

  /** True once the end marker was read. */
  get hasEnded(): boolean {
    return this.#zeroBlocks >= 2
  }

  push(bytes: Buffer, start: number, end: number): void {
    this.#feed.push(bytes, start, end)
  }

  /** @throws {Problem} archive-truncated when the bytes end inside an entry. */
  end(): void {
    if (this.hasEnded || this.#feed.isAtStartOf(this.#readHeader)) return
    throw new Problem('archive-truncated', {
      offset: this.#feed.offset,
      missingBytes: this.#feed.missingBytes,
      entry: this.#entry ? pathOf(this.#entry) : null,
    })
  }

  // The steps are fields, not methods: they are handed on a hundred thousand times without a closure.

  readonly #readHeader: Use = (bytes, start) => {
    if (bytes[start] === 0 && isZeroBlock(bytes, start)) return this.#readZeroBlock()
    this.#zeroBlocks = 0
    this.#entries += 1
    if (this.#entries > this.#limits.entries) {
      throw new Problem('entries-too-many', { limit: this.#limits.entries })
    }
    if (!hasSum(bytes, start)) throw this.#noHeader()
    const sizeBytes = this.#long.sizeBytes ?? sizeIn(bytes, start)
    if (!(sizeBytes >= 0)) throw this.#corrupt('the size of an entry')
    const type = typeOf(bytes, start)
    const read = this.#readers[type] ?? this.#readOther
    read(bytes, start, sizeBytes)
  }

  readonly #readFile: ReadTyped = (bytes, start, sizeBytes) => {
    const entry = this.#entryAt(bytes, start)
    this.#long.forget()
    if (entry === null) return this.#nextHeader(padded(sizeBytes))
    const padding = padded(sizeBytes) - sizeBytes
    if (entry.kind !== 'proc-lines' && sizeBytes <= this.#limits.entryBytes) {
      const at = this.#feed.reach(sizeBytes, padding)
      if (at >= 0) {
        this.tally.file(entry, sizeBytes)
        this.#sink.file(entry, this.#feed.chunk, at, at + sizeBytes)
        return this.#nextHeader(0)
      }
    }
    this.#readCut(entry, sizeBytes, padding)
  }

  /** A file that does not lie whole in the chunk in hand, or is used as it comes. */
  #readCut(entry: Entry, sizeBytes: number, padding: number): void {
    this.tally.file(entry, sizeBytes)
    this.#entry = entry
    this.#padding = padding
    if (entry.kind === 'proc-lines') {
      this.#lines = new ProcLines(this.#sink, this.#limits, this.tally, entry.round)
      this.#feed.stream(sizeBytes, this.#useLines)
      return
    }
    if (sizeBytes > this.#limits.entryBytes) throw this.#tooLarge(pathOf(entry), sizeBytes)
    this.#feed.take(0, sizeBytes, this.#useFile)
  }

  readonly #useFile: Use = (bytes, start, end) => {
    const entry = this.#entry
    this.#entry = null
    if (entry) this.#sink.file(entry, bytes, start, end)
    this.#nextHeader(this.#padding)
  }

  readonly #useLines: Use = (bytes, start, end) => {
    if (end > start) return this.#lines?.push(bytes, start, end)
    this.#lines?.end()
    this.#lines = null
    this.#entry = null
    this.#nextHeader(this.#padding)
  }

  readonly #readLink: ReadTyped = (bytes, start, sizeBytes) => {
    const entry = this.#entryAt(bytes, start)
    const target = this.#long.link
    this.#long.forget()
    if (entry !== null && LINKS.has(entry.kind)) {
      this.tally.ours += 1
      if (target) this.#sink.link(entry, target, 0, target.length)
      else this.#sink.link(entry, bytes, linkStart(start), linkEnd(bytes, start))
    }
    this.#nextHeader(padded(sizeBytes))
  }

  /** A hard link has no data, whatever size it states: tar writes the size of its target. */
  readonly #readHardLink: ReadTyped = () => {
    this.tally.unsafe += 1
    this.#long.forget()
    this.#nextHeader(0)
  }

  readonly #readUnsafe: ReadTyped = (_bytes, _start, sizeBytes) => {
    this.tally.unsafe += 1
    this.#long.forget()
    this.#nextHeader(padded(sizeBytes))
  }

  /** Folders, volume labels and what else has nothing for us. */
  readonly #readOther: ReadTyped = (_bytes, _start, sizeBytes) => {
    this.#long.forget()
    this.#nextHeader(padded(sizeBytes))
  }

  readonly #readSparse: ReadTyped = (bytes, start, sizeBytes) => {
    this.tally.unknown += 1
    this.#long.forget()
    this.#padding = padded(sizeBytes)
    if (isExtended(bytes, start, false)) this.#feed.take(0, BLOCK_BYTES, this.#useSparse)
    else this.#nextHeader(this.#padding)
  }

  readonly #useSparse: Use = (bytes, start) => {
    if (isExtended(bytes, start, true)) this.#feed.take(0, BLOCK_BYTES, this.#useSparse)
    else this.#nextHeader(this.#padding)
  }

  /** Two zero blocks are the end marker. A single one is passed over, as GNU tar does. */
  #readZeroBlock(): void {
    this.#zeroBlocks += 1
    if (this.hasEnded) this.#feed.stream(Number.MAX_SAFE_INTEGER, this.#trail)
    else this.#nextHeader(0)
  }

  readonly #trail: Use = (_bytes, start, end) => {
    this.#trailingBytes += end - start
    if (this.#trailingBytes <= this.#limits.trailingBytes) return
    throw new Problem('bundle-inflates-too-far', {
      offset: this.#feed.offset,
      trailingLimitBytes: this.#limits.trailingBytes,
    })
  }

  #nextHeader(skipBytes: number): void {
    this.#feed.take(skipBytes, BLOCK_BYTES, this.#readHeader)
  }

  /** What the header's path names; null, and counted, where it is nothing of ours. */
  #entryAt(bytes: Buffer, start: number): Entry | null {
    const long = this.#long.path ?? (hasPrefix(bytes, start) ? prefixedPath(bytes, start) : null)
    if (long === null) return this.#entryIn(bytes, start, nameEnd(bytes, start))
    this.#long.checkPath(long.length)
    return this.#entryIn(long, 0, long.length)
  }

  #entryIn(bytes: Buffer, start: number, end: number): Entry | null {
    const entry = this.paths.read(bytes, start, end)
    if (entry !== null) return entry
    if (isUnsafePath(bytes, start, end)) this.tally.unsafe += 1
    else this.tally.unknown += 1
    return null
  }

  /** What does not even begin with a header is something else, packed. */
  #noHeader(): Problem {
    if (this.#entries > 1) return this.#corrupt('the sum of a header')
    return new Problem('not-an-archive', { offset: 0, expected: 'the header of a tar' })
  }

  #corrupt(what: string): Problem {
    return new Problem('archive-corrupt', { offset: this.#feed.offset, what })
  }

  #tooLarge(entry: string, sizeBytes: number): Problem {
    const limitBytes = this.#limits.entryBytes
    return new Problem('entry-too-large', {
      offset: this.#feed.offset,
      entry,
      sizeBytes,
      limitBytes,
    })
  }
}

const LINKS: ReadonlySet<FileKind> = new Set(['fd', 'ns-pid', 'ns-mnt'] as const)
