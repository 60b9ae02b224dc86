import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countIncidents } from '../../src/store/counts.ts'
import { listHosts } from '../../src/store/hosts.ts'
import { changeIncidents, endMutes } from '../../src/store/incident-change.ts'
import { changeIncident, FOR_GOOD_MS, listIncidents } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/open.ts'
import { takeOutbox } from '../../src/store/outbox.ts'
import { toTime } from '../../src/store/packed.ts'
import { incidentWith, ingest, START_MS, snapshotWith, temporaryStore } from './build.ts'

const HOUR_MS = 3_600_000
const at = (hour: number): string => toTime(START_MS + hour * HOUR_MS)

async function look(store: Store, hour: number, shows: boolean, host = 'host-1'): Promise<void> {
  const incidents = shows ? [incidentWith()] : []
  await ingest(store, snapshotWith({ host, atMs: START_MS + hour * HOUR_MS, incidents }))
}

async function onlyOf(store: Store) {
  const [item, ...others] = (await listIncidents(store, { limit: 5 })).items
  assert.ok(item && others.length === 0)
  return item
}

async function muted(store: Store, until: string | null, hour = 1): Promise<string> {
  const { id } = await onlyOf(store)
  await changeIncident(store, id, { mutedUntil: until, who: 'ann', at: at(hour) })
  return id
}

async function openOf(store: Store): Promise<number> {
  return (await listHosts(store, { limit: 5 })).items[0]?.openIncidents ?? 0
}

const toldOf = async (store: Store): Promise<readonly string[]> =>
  (await takeOutbox(store.read, 100)).map(({ what }) => what)

test('a muted incident is seen again, is not counted as open, and says until when', async (t) => {
  const store = temporaryStore(t)
  await look(store, 0, true)
  await muted(store, at(10))
  await look(store, 2, true)
  const { state, mutedUntil, snapshots } = await onlyOf(store)
  assert.deepEqual(
    { state, mutedUntil, snapshots },
    { state: 'open', mutedUntil: at(10), snapshots: 2 },
  )
  assert.equal(await openOf(store), 0)
  const filter = { state: ['open'], muted: false }
  assert.equal((await listIncidents(store, { ...filter, limit: 5 })).total, 0)
  assert.deepEqual(await countIncidents(store, { by: [], filter, interval: null }), [])
  assert.equal((await listIncidents(store, { muted: true, limit: 5 })).total, 1)
})

test('a mute ends in its time, and what is still open is told of again', async (t) => {
  const store = temporaryStore(t)
  await look(store, 0, true)
  await muted(store, at(10))
  assert.equal(await endMutes(store, START_MS + 9 * HOUR_MS, 10), 0)
  assert.equal(await endMutes(store, START_MS + 10 * HOUR_MS, 10), 1)
  assert.equal(await endMutes(store, START_MS + 11 * HOUR_MS, 10), 0)
  assert.equal((await onlyOf(store)).mutedUntil, null)
  assert.equal(await openOf(store), 1)
  assert.deepEqual(await toldOf(store), ['opened', 'reopened'])
})

test('clearing ends a mute for good', async (t) => {
  const store = temporaryStore(t)
  await look(store, 0, true)
  await muted(store, toTime(FOR_GOOD_MS))
  await look(store, 2, false)
  assert.equal((await onlyOf(store)).mutedUntil, null)
  await look(store, 3, true)
  assert.equal((await onlyOf(store)).state, 'open')
  assert.deepEqual(await toldOf(store), ['opened', 'resolved', 'reopened'])
})

test('what is resolved and muted is not reopened by being seen, until the mute ends', async (t) => {
  const store = temporaryStore(t)
  await look(store, 0, true)
  const { id } = await onlyOf(store)
  const change = { state: 'resolved', mutedUntil: at(10), who: 'ann', at: at(1) } as const
  await changeIncident(store, id, change)
  await look(store, 2, true)
  assert.equal((await onlyOf(store)).state, 'resolved')
  await look(store, 11, true)
  assert.equal((await onlyOf(store)).state, 'open')
})

test('a late snapshot leaves a mute as it was', async (t) => {
  const store = temporaryStore(t)
  await look(store, 0, true)
  await muted(store, at(10), 3)
  await look(store, 2, true)
  assert.equal((await onlyOf(store)).mutedUntil, at(10))
})

test('many are changed at once, each for itself', async (t) => {
  const store = temporaryStore(t)
  for (const host of ['a', 'b', 'c']) await look(store, 0, true, host)
  const ids = (await listIncidents(store, { limit: 5 })).items.map(({ id }) => id)
  const first = ids[0] ?? ''
  await changeIncident(store, first, { state: 'resolved', who: 'ann', at: at(1) })
  const change = { state: 'acknowledged', ifState: 'open', who: 'bob', at: at(2) } as const
  const done = await changeIncidents(store, [...ids, ids[1] ?? '', 'nobody'], change)
  assert.deepEqual(done, { changed: ids.slice(1), unchanged: [], refused: [first, 'nobody'] })
})

test('what says nothing new is not kept', async (t) => {
  const store = temporaryStore(t)
  await look(store, 0, true)
  const { id } = await onlyOf(store)
  for (const change of [{ state: 'open' }, { mutedUntil: null }] as const) {
    await changeIncident(store, id, { ...change, who: 'ann', at: at(1) })
  }
  const done = await changeIncidents(store, [id], { state: 'open', who: 'ann', at: at(1) })
  assert.deepEqual(done, { changed: [], unchanged: [id], refused: [] })
})

test('of two people at once both are kept, and the last one holds', async (t) => {
  const store = temporaryStore(t)
  await look(store, 0, true)
  const { id } = await onlyOf(store)
  const [, last] = await Promise.all([
    changeIncident(store, id, { state: 'acknowledged', who: 'ann', at: at(2) }),
    changeIncident(store, id, { state: 'resolved', who: 'bob', at: at(1) }),
  ])
  assert.equal(last.state, 'resolved')
  assert.deepEqual(
    last.history.map(({ who, what }) => `${who} ${what}`),
    ['hangar opened', 'ann acknowledged', 'bob resolved'],
  )
  // A late snapshot finds the same life again.
  await look(store, 0.5, true)
  assert.equal((await onlyOf(store)).state, 'resolved')
})
