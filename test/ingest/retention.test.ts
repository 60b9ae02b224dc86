import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { zstdCompressSync } from 'node:zlib'
import { type Ingest, startIngest } from '../../src/ingest/service.ts'
import { KEPT_FOR_GOOD, type Keep } from '../../src/ingest/sweeper.ts'
import type { Work } from '../../src/model/work.ts'
import { countIncidents } from '../../src/store/counts.ts'
import { listHosts } from '../../src/store/hosts.ts'
import { changeIncident, findIncident, listIncidents } from '../../src/store/incidents.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { toTime } from '../../src/store/packed.ts'
import { recount } from '../../src/store/recount.ts'
import { findSnapshot } from '../../src/store/snapshots.ts'
import { temporaryFolder } from '../store/build.ts'
import { hostBundle, uploadOf } from './bundles.ts'
import { stallBundle } from './stall-bundle.ts'

const WAIT_MS = 60_000
const START_MS = Date.UTC(2026, 10, 1)
const DAY_MS = 24 * 60 * 60 * 1000

type Kept = { store: Store; ingest: Ingest; folder: string; clock: { day: number } }

/** A service whose days pass when the test says so. */
async function service(t: TestContext, keep: Partial<Keep>): Promise<Kept> {
  const folder = temporaryFolder()
  const store = openStore(folder)
  const clock = { day: 0 }
  const ingest = await startIngest({
    store,
    dataFolder: folder,
    catalogueFolder: null,
    workers: 1,
    keep: { ...KEPT_FOR_GOOD, ...keep },
    now: () => START_MS + clock.day * DAY_MS,
  })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  return { store, ingest, folder, clock }
}

async function send({ ingest, clock }: Kept, host: string, isStuck: boolean): Promise<string> {
  const collectedAt = toTime(START_MS + clock.day * DAY_MS)
  const bytes = hostBundle({ host, isStuck, collectedAt })
  const { id } = await ingest.receive(uploadOf(bytes), { name: host })
  assert.equal((await ingest.waitFor(id, WAIT_MS)).status, 'done')
  return id
}

const hasArchive = async ({ ingest }: Kept, id: string): Promise<boolean> => {
  const bytes = await ingest.openArchive(id)
  bytes?.destroy()
  return bytes !== null
}

test('archives go when they are old enough, and what they showed stays', async (t) => {
  const kept = await service(t, { archiveDays: 30 })
  const old = await send(kept, 'web-1', false)
  kept.clock.day = 20
  const young = await send(kept, 'web-2', false)
  kept.clock.day = 31
  await kept.ingest.sweep()
  assert.deepEqual([await hasArchive(kept, old), await hasArchive(kept, young)], [false, true])
  assert.equal((await findSnapshot(kept.store, old))?.status, 'done')
  const { dropped } = await kept.ingest.stats()
  assert.equal(dropped.archives.items, 1)
  assert.ok(dropped.archives.bytes > 0)
})

test('no archive goes that shows an incident which is not over', async (t) => {
  const kept = await service(t, { archiveDays: 30, archiveBytes: 1 })
  const first = await send(kept, 'web-1', true)
  kept.clock.day = 100
  await kept.ingest.sweep()
  assert.equal(await hasArchive(kept, first), true)
  await send(kept, 'web-1', false)
  kept.clock.day = 101
  await kept.ingest.sweep()
  assert.equal(await hasArchive(kept, first), false)
})

test('beyond so many bytes the oldest archives go', async (t) => {
  const size = hostBundle({ host: 'web-1', isStuck: false }).length
  const kept = await service(t, { archiveBytes: Math.floor(size * 2.5) })
  const ids: string[] = []
  for (const host of ['web-1', 'web-2', 'web-3', 'web-4']) {
    ids.push(await send(kept, host, false))
    kept.clock.day += 1
  }
  await kept.ingest.sweep()
  const are = await Promise.all(ids.map((id) => hasArchive(kept, id)))
  assert.deepEqual(are, [false, false, true, true])
})

test('a segment of the log is given back with its last archive, never the one in use', async (t) => {
  const kept = await service(t, { archiveDays: 1 })
  await send(kept, 'web-1', false)
  kept.clock.day = 5
  await kept.ingest.sweep()
  assert.equal(existsSync(join(kept.folder, 'log/000000000001.log')), true)
  const again = await send(kept, 'web-2', false)
  assert.equal(await hasArchive(kept, again), true)
})

test('incidents that are over go with all that was counted of them; open ones stay', async (t) => {
  const kept = await service(t, { incidentDays: 30 })
  for (const host of ['web-1', 'web-2', 'web-3']) await send(kept, host, true)
  const { store, clock } = kept
  const { items } = await listIncidents(store, { limit: 5, host: ['web-3'] })
  const person = items[0]?.id ?? ''
  clock.day = 1
  await send(kept, 'web-1', false)
  await changeIncident(store, person, {
    state: 'resolved',
    who: 'ann',
    at: toTime(START_MS + DAY_MS * 25),
  })
  clock.day = 40
  await kept.ingest.sweep()
  const left = await listIncidents(store, { limit: 5 })
  assert.deepEqual(left.items.map(({ host }) => host).sort(), ['web-2', 'web-3'])
  assert.equal(left.total, 2)
  const counted = await countsOf(store)
  await store.write((tx) => recount(tx))
  assert.deepEqual(counted, await countsOf(store))
  assert.deepEqual(
    (await listHosts(store, { limit: 5 })).items
      .map(({ name, incidents }) => `${name} ${incidents}`)
      .sort(),
    ['web-1 0', 'web-2 1', 'web-3 1'],
  )
  assert.equal((await kept.ingest.stats()).dropped.incidents.items, 1)
  assert.ok(await findIncident(store, person))
})

async function countsOf(store: Store) {
  const keys = ['signature', 'host', 'kernel', 'state'] as const
  const counts = []
  for (const key of keys) {
    for (const interval of [null, 'day'] as const) {
      counts.push(await countIncidents(store, { by: [key], filter: {}, interval }))
    }
  }
  return counts
}

test('a mute ends by the sweep after its time', async (t) => {
  const kept = await service(t, {})
  await send(kept, 'web-1', true)
  const { store, clock, ingest } = kept
  const id = (await listIncidents(store, { limit: 5 })).items[0]?.id ?? ''
  const mutedUntil = toTime(START_MS + 2 * DAY_MS)
  await changeIncident(store, id, { mutedUntil, who: 'ann', at: toTime(START_MS) })
  clock.day = 1
  await ingest.sweep()
  assert.equal((await findIncident(store, id))?.mutedUntil, mutedUntil)
  clock.day = 3
  await ingest.sweep()
  assert.equal((await findIncident(store, id))?.mutedUntil, null)
})

/** A task that two snapshots show at the same place: only together do they prove it stuck. */
async function sendStall({ store, ingest, clock }: Kept): Promise<string> {
  clock.day = 23
  for (const seconds of [0, 60]) {
    const bytes = stallBundle({ seconds })
    const { id } = await ingest.receive(uploadOf(bytes), { name: 'web-1.tar.gz' })
    assert.equal((await ingest.waitFor(id, WAIT_MS)).status, 'done')
  }
  clock.day = 60
  await ingest.sweep()
  const { items } = await listIncidents(store, { limit: 5 })
  assert.deepEqual(
    items.map(({ signature, verdict }) => [signature, verdict]),
    [['unknown', 'confirmed']],
  )
  assert.equal(await store.read.get('SELECT 1 FROM snapshot_looks'), null)
  return items[0]?.id ?? ''
}

/** Every snapshot is diagnosed again and written, whatever was found before. */
async function readAgain({ store, ingest }: Kept): Promise<Work> {
  await store.write((tx) =>
    tx.run('UPDATE diagnoses SET body = ?', zstdCompressSync('{"incidents":[]}')),
  )
  const all = { since: null, host: null, signature: null, fingerprint: null }
  const { id } = await ingest.work.ask('reclassify', { yaml: null, limit: null, ...all }, 'ann')
  for (;;) {
    const work = await ingest.work.find(id)
    if (work.state === 'done' || work.state === 'failed') return work
    await sleep(20)
  }
}

test('what rests on a comparison is found again when new snapshots are compared with it no more', async (t) => {
  const kept = await service(t, {})
  const id = await sendStall(kept)
  const { state, progress, result } = await readAgain(kept)
  assert.deepEqual([state, progress.unreadable, result.rewritten], ['done', 0, 2])
  assert.deepEqual(await findIncident(kept.store, id).then((one) => [one?.state, one?.verdict]), [
    'open',
    'confirmed',
  ])
})

test('a snapshot whose comparison is not kept stays as it is, and is said to', async (t) => {
  const kept = await service(t, {})
  const id = await sendStall(kept)
  await kept.store.write((tx) => tx.run('UPDATE snapshot_sources SET earlier = NULL'))
  const { state, progress } = await readAgain(kept)
  assert.deepEqual([state, progress.unreadable], ['done', 1])
  assert.equal((await findIncident(kept.store, id))?.state, 'open')
  // The same of what was kept before comparisons were noted.
  await kept.store.write((tx) => tx.run('DELETE FROM snapshot_sources'))
  assert.equal((await readAgain(kept)).progress.unreadable, 1)
  assert.equal((await findIncident(kept.store, id))?.state, 'open')
})

test('the parsed form of a snapshot goes with its archive; what was found in it stays', async (t) => {
  const kept = await service(t, { archiveDays: 30 })
  const old = await send(kept, 'web-1', true)
  kept.clock.day = 20
  await send(kept, 'web-1', false)
  kept.clock.day = 31
  await kept.ingest.sweep()
  const sources = await kept.store.read.all(
    'SELECT s.id FROM snapshot_sources x JOIN snapshots s ON s.snapshot_no = x.snapshot_no',
  )
  assert.equal(sources.length, 1)
  assert.notDeepEqual(sources, [{ id: old }])
  const { progress, result } = await readAgain(kept)
  assert.deepEqual([progress.unreadable, result.lost.incidents], [1, 0])
  assert.equal((await listIncidents(kept.store, { limit: 5 })).total, 1)
})
