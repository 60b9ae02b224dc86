import type { Entry, FileKind } from '../model/entry.ts'
import { Problem } from '../model/problem.ts'
import type { Skipped } from '../model/snapshot.ts'

/** Files of /proc that have content whatever the host does; empty ones were not read but copied. */
const NEVER_EMPTY: ReadonlySet<FileKind> = new Set([
  'comm',
  'status',
  'stat',
  'version',
  'uptime',
  'mounts',
  'os-version',
  'boot-id',
] as const)

/** Counts what an archive holds, ours or not. */
export class Tally {
  /** Files and links of ours. */
  ours = 0
  unknown = 0
  unsafe = 0
  #empty = 0
  /** Never-empty /proc files that had content. */
  #filled = 0

  file(entry: Entry, sizeBytes: number): void {
    this.ours += 1
    // What matters is whether any has content: to know one is enough.
    if (sizeBytes > 0 && this.#filled > 0) return
    if (!NEVER_EMPTY.has(entry.kind)) return
    if (sizeBytes > 0) this.#filled += 1
    else this.#empty += 1
  }

  get skipped(): Skipped {
    return { unknown: this.unknown, unsafe: this.unsafe, empty: this.#empty }
  }

  /** @throws {Problem} archive-foreign, archive-proc-empty */
  check(): void {
    if (this.ours === 0) {
      throw new Problem('archive-foreign', { files: this.unknown, unsafe: this.unsafe })
    }
    if (this.#empty > 0 && this.#filled === 0) {
      throw new Problem('archive-proc-empty', { files: this.#empty, instead: INSTEAD })
    }
  }
}

const INSTEAD =
  "tar, rsync and cpio store live /proc files as empty, because their size there is 0: read them with grep -as '' FILES > proc.lines, or copy them with cp or cat first"
