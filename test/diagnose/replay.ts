import { createReadStream, statSync } from 'node:fs'
import { type Entry, type EntrySink, pathOf } from '../../src/model/entry.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { createAssembler } from '../../src/parse/assemble.ts'
import { unpackFolder } from '../../src/unpack/folder.ts'
import { LIMITS } from '../../src/unpack/limits.ts'
import { unpackArchive } from '../../src/unpack/unpack.ts'

/** One file or link of a bundle, kept so that it can be handed over again, in any order. */
export type Kept = {
  readonly entry: Entry
  readonly bytes: Buffer
  readonly isLink: boolean
  readonly path: string
}

/** Every file and link of a bundle: a folder or an archive on disk. */
export async function entriesOf(path: string): Promise<readonly Kept[]> {
  const kept: Kept[] = []
  const keep = (entry: Entry, bytes: Buffer, isLink: boolean) => {
    kept.push({ entry: { ...entry }, bytes: Buffer.from(bytes), isLink, path: pathOf(entry) })
  }
  const sink: EntrySink = {
    file: (entry, bytes, start, end) => keep(entry, bytes.subarray(start, end), false),
    link: (entry, bytes, start, end) => keep(entry, bytes.subarray(start, end), true),
  }
  if (statSync(path).isDirectory()) unpackFolder(path, sink, LIMITS)
  else await unpackArchive(createReadStream(path), sink, LIMITS)
  return kept
}

/** The snapshot of these files and links, handed over in this order. */
export function replay(kept: readonly Kept[]): Snapshot {
  const assembler = createAssembler({ name: 'replayed' })
  for (const { entry, bytes, isLink } of kept) {
    if (isLink) assembler.link(entry, bytes, 0, bytes.length)
    else assembler.file(entry, bytes, 0, bytes.length)
  }
  const skipped = { unknown: 0, unsafe: 0, empty: 0 }
  return assembler.finish({ source: 'folder', sha256: null, skipped })
}
