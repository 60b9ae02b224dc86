import { createHash, type Hash } from 'node:crypto'
import type { EntrySink } from '../model/entry.ts'
import { Problem } from '../model/problem.ts'
import type { Skipped } from '../model/snapshot.ts'
import { inflate } from './inflate.ts'
import type { Limits } from './limits.ts'
import { TarWalker } from './tar.ts'

/** What was seen on the way, besides the files handed over. */
export type Unpacked = {
  /** Of the bytes as they came, hex; null for a folder. */
  readonly sha256: string | null
  readonly skipped: Skipped
  readonly isSosreport: boolean
}

/**
 * Walks an archive, told by its first bytes, and hands every file of ours to `sink`.
 *
 * @throws {Problem} whatever makes the archive unusable; what `sink` was handed until then is void.
 */
export async function unpackArchive(
  source: AsyncIterable<Uint8Array>,
  sink: EntrySink,
  limits: Limits,
): Promise<Unpacked> {
  const hash = createHash('sha256')
  const walker = new TarWalker(sink, limits)
  const form = await inflate(hashed(source, hash, limits), limits, (bytes, start, end) => {
    walker.push(bytes, start, end)
  })
  walker.end()
  // A compressed stream proves by its own end that nothing is missing; a bare tar must say so.
  if (form === 'tar' && !walker.hasEnded) {
    throw new Problem('archive-truncated', { what: 'the end marker, two blocks of zeros' })
  }
  walker.tally.check()
  return {
    sha256: hash.digest('hex'),
    skipped: walker.tally.skipped,
    isSosreport: walker.paths.isSosreport,
  }
}

/** The same bytes, hashed on their way, and refused past the limit. */
async function* hashed(
  source: AsyncIterable<Uint8Array>,
  hash: Hash,
  limits: Limits,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    const limitBytes = limits.compressedBytes
    if (bytes > limitBytes) throw new Problem('bundle-too-large', { limitBytes })
    hash.update(chunk)
    yield chunk
  }
}
