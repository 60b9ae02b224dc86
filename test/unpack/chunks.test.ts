import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { readBundleStream } from '../../src/ingest/read-bundle.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bigBundle } from './big-bundle.ts'
import { blocksOf, type MadeEntry, tarOf } from './tar-writer.ts'

const ENTRIES = [...bigBundle({ threads: 12, stacks: 4, seed: 3 })]
const LINES: MadeEntry = { path: 'proc.lines', bytes: linesOf(ENTRIES) }
const OTHERS = ENTRIES.filter(({ path, link }) => link !== undefined || !path.startsWith('proc/'))

/** The files of /proc in one, as `grep -as ''` prints them. */
function linesOf(entries: readonly MadeEntry[]): string {
  return entries
    .filter(({ path, bytes }) => path.startsWith('proc/') && bytes !== undefined)
    .map(({ path, bytes }) => `${bytes}`.replace(/^/gm, `/${path}:`).replace(/\n\/[^\n]*:$/, '\n'))
    .map((text) => (text.endsWith('\n') ? text : `${text}\n`))
    .join('')
}

async function* cutAt(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0
  for (const cut of [...cuts, bytes.length].sort((one, other) => one - other)) {
    // A copy that is overwritten: nothing may be kept of a piece but by copying it.
    const piece = Buffer.from(bytes.subarray(start, cut))
    if (cut > start) yield piece
    piece.fill(0xaa)
    start = Math.max(start, cut)
  }
}

async function read(bytes: Buffer, cuts: readonly number[] = []): Promise<Snapshot> {
  return readBundleStream(cutAt(bytes, cuts), { name: 'made.tar' })
}

const ARCHIVES: Readonly<Record<string, Buffer>> = {
  tar: tarOf(ENTRIES),
  gzip: gzipSync(tarOf(ENTRIES)),
  zstd: zstdCompressSync(tarOf(ENTRIES)),
  'proc.lines': tarOf([...OTHERS, LINES]),
}

for (const [form, bytes] of Object.entries(ARCHIVES)) {
  test(`${form}: cut at any one place, it is the same snapshot`, async () => {
    const wanted = await read(bytes)
    for (let cut = 1; cut < bytes.length; cut += form === 'tar' || form === 'proc.lines' ? 61 : 7) {
      assert.deepEqual(await read(bytes, [cut]), wanted, `cut at ${cut}`)
    }
  })

  test(`${form}: cut in many places, it is the same snapshot`, async () => {
    const wanted = await read(bytes)
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => assert.deepEqual(await read(bytes, at), wanted)),
      { numRuns: 40 },
    )
  })
}

test('byte by byte, it is the same snapshot', async () => {
  const bytes = gzipSync(Buffer.concat([...blocksOf(ENTRIES.slice(0, 40))]))
  const each = Array.from({ length: bytes.length }, (_, at) => at)
  assert.deepEqual(await read(bytes, each), await read(bytes))
})

test('the order of the files does not matter', async () => {
  const wanted = await read(tarOf(ENTRIES))
  const order = fc.shuffledSubarray(ENTRIES, { minLength: ENTRIES.length })
  await fc.assert(
    fc.asyncProperty(order, async (entries) => {
      const { sha256: _, mounts, ...found } = await read(tarOf(entries))
      const { sha256: __, mounts: wantedMounts, stacks, ...rest } = wanted
      assert.deepEqual(
        { ...found, stacks: found.stacks.length },
        { ...rest, stacks: stacks.length },
      )
      assert.equal(mounts.length, wantedMounts.length)
    }),
    { numRuns: 25 },
  )
})

test('files in proc.lines say what they say by themselves', async () => {
  const { tasks: wanted } = await read(tarOf(ENTRIES))
  const { tasks, kernel, uptimeSeconds } = await read(tarOf([...OTHERS, LINES]))
  assert.deepEqual(tasks, wanted)
  assert.equal(kernel.version, '6.1.192')
  assert.equal(uptimeSeconds, 90000.1)
})

test('a name with a newline cannot forge a file in proc.lines', async () => {
  const forged = '/proc/7/task/7/comm:a\n/proc/7/task/7/comm:/proc/8/task/8/comm:b\n'
  const { tasks } = await read(tarOf([{ path: 'proc.lines', bytes: forged }]))
  assert.deepEqual(
    tasks.map(({ tid, comm }) => ({ tid, comm })),
    [{ tid: 7, comm: 'a\n/proc/8/task/8/comm:b' }],
  )
})
