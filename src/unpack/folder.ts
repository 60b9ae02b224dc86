import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { type EntrySink, type FileKind, pathOf } from '../model/entry.ts'
import type { Fault } from '../model/parsed.ts'
import { Problem } from '../model/problem.ts'
import { PathReader } from './entry-path.ts'
import type { Limits } from './limits.ts'
import { ProcLines } from './proc-lines.ts'
import { Tally } from './tally.ts'
import type { Unpacked } from './unpack.ts'

/**
 * Walks a bundle that lies unpacked on disk. Symbolic links are read as data, never followed.
 *
 * @throws {Problem} as for an archive.
 */
export function unpackFolder(folder: string, sink: EntrySink, limits: Limits): UnpackedFolder {
  const walk = new FolderWalk(folder, sink, limits)
  walk.folder('')
  walk.tally.check()
  const { faults, tally, paths } = walk
  return { sha256: null, skipped: tally.skipped, isSosreport: paths.isSosreport, faults }
}

/** What a folder comes to; a file or folder inside that cannot be read is a fault, and the rest is kept. */
export type UnpackedFolder = Unpacked & { readonly faults: readonly Fault[] }

const PIECE_BYTES = 256 * 1024
const DEPTH_MAX = 64

/** A folder that may not be read at all must not be listed file by file. */
const FAULTS_MAX = 200
const LINKS: ReadonlySet<FileKind> = new Set(['fd', 'ns-pid', 'ns-mnt'] as const)

class FolderWalk {
  readonly tally = new Tally()
  readonly paths = new PathReader()
  readonly faults: Fault[] = []
  readonly #root: string
  readonly #sink: EntrySink
  readonly #limits: Limits
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #entries = 0

  constructor(root: string, sink: EntrySink, limits: Limits) {
    this.#root = root
    this.#sink = sink
    this.#limits = limits
  }

  folder(path: string, depth = 0): void {
    if (depth > DEPTH_MAX) return
    // In the order of their names, so that the same folder gives the same snapshot on every disk.
    const items = readdirSync(join(this.#root, path), { withFileTypes: true })
    items.sort((one, other) => (one.name < other.name ? -1 : 1))
    for (const item of items) {
      const inside = path === '' ? item.name : `${path}/${item.name}`
      this.#count()
      try {
        if (item.isDirectory()) this.folder(inside, depth + 1)
        else if (item.isSymbolicLink()) this.#link(inside)
        else if (item.isFile()) this.#file(inside)
        else this.tally.unsafe += 1
      } catch (error) {
        this.#notRead(inside, error)
      }
    }
  }

  /** The disk's own errors are about this one file; all else is about the whole. */
  #notRead(path: string, error: unknown): void {
    if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error
    const code = String(error.code)
    if (this.faults.length >= FAULTS_MAX) return
    this.faults.push({ file: path, line: 1, expected: 'a file that can be read', found: code })
  }

  #count(): void {
    this.#entries += 1
    const limit = this.#limits.entries
    if (this.#entries > limit) throw new Problem('entries-too-many', { limit })
  }

  #link(path: string): void {
    const bytes = Buffer.from(path)
    const entry = this.paths.read(bytes, 0, bytes.length)
    if (entry === null || !LINKS.has(entry.kind)) {
      this.tally.unknown += 1
      return
    }
    const target = Buffer.from(readlinkSync(join(this.#root, path)))
    this.tally.ours += 1
    this.#sink.link(entry, target, 0, target.length)
  }

  #file(path: string): void {
    const bytes = Buffer.from(path)
    const entry = this.paths.read(bytes, 0, bytes.length)
    if (entry === null) {
      this.tally.unknown += 1
      return
    }
    if (entry.kind === 'proc-lines') {
      this.#lines(path, entry.round)
      return
    }
    const content = this.#content(path, pathOf(entry))
    this.tally.file(entry, content.length)
    this.#sink.file(entry, content, 0, content.length)
  }

  #content(path: string, entry: string): Buffer {
    const pieces: Buffer[] = []
    let sizeBytes = 0
    for (const piece of this.#pieces(path)) {
      sizeBytes += piece.length
      const limitBytes = this.#limits.entryBytes
      if (sizeBytes > limitBytes) throw new Problem('entry-too-large', { entry, limitBytes })
      pieces.push(piece.length < PIECE_BYTES ? piece : Buffer.from(piece))
    }
    return pieces.length === 1 ? (pieces[0] ?? EMPTY) : Buffer.concat(pieces)
  }

  #lines(path: string, round: number): void {
    const lines = new ProcLines(this.#sink, this.#limits, this.tally, round)
    for (const piece of this.#pieces(path)) lines.push(piece, 0, piece.length)
    lines.end()
  }

  /** The bytes of a file; each piece is valid only until the next is asked for. */
  *#pieces(path: string): Generator<Buffer> {
    const file = openSync(join(this.#root, path), 'r')
    try {
      for (;;) {
        const bytes = readSync(file, this.#piece, 0, PIECE_BYTES, null)
        if (bytes === 0) return
        yield this.#piece.subarray(0, bytes)
      }
    } finally {
      closeSync(file)
    }
  }
}

const EMPTY = Buffer.alloc(0)
