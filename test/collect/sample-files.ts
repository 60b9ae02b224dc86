import { createReadStream } from 'node:fs'
import { type EntrySink, pathOf } from '../../src/model/entry.ts'
import { LIMITS } from '../../src/unpack/limits.ts'
import { unpackArchive } from '../../src/unpack/unpack.ts'

/** The files of ours in a bundle, by path, and its links as listings: what a hand can copy of them. */
export async function filesOf(bundle: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  const sink: EntrySink = {
    file: (entry, bytes, start, end) =>
      files.set(pathOf(entry), bytes.toString('utf8', start, end)),
    link: (entry, bytes, start, end) => {
      const [, folder = '', name = ''] = /^(.*)\/(\w+)$/.exec(pathOf(entry)) ?? []
      const listing = `${folder}list`
      const row = `lrwxrwxrwx 1 0 0 64 Nov 24 12:00 ${name} -> ${bytes.toString('utf8', start, end)}\n`
      files.set(listing, `${files.get(listing) ?? ''}${row}`)
    },
  }
  await unpackArchive(createReadStream(bundle), sink, LIMITS)
  return files
}
