import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeIncident, listIncidents } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/open.ts'
import { doneOutbox, takeOutbox } from '../../src/store/outbox.ts'
import { toTime } from '../../src/store/packed.ts'
import { incidentWith, ingest, START_MS, snapshotWith, temporaryStore } from '../store/build.ts'

const HOUR_MS = 3_600_000

function shown(hour: number, severity: 'critical' | 'info' = 'critical') {
  return snapshotWith({ atMs: START_MS + hour * HOUR_MS, incidents: [incidentWith({ severity })] })
}

function gone(hour: number) {
  return snapshotWith({ atMs: START_MS + hour * HOUR_MS })
}

async function changesOf(store: Store): Promise<readonly string[]> {
  const items = await takeOutbox(store.read, 100)
  return items.map(({ what, why, who }) => [what, why, who].filter(Boolean).join(' '))
}

test('the outbox tells of an incident that opens, clears and comes back', async (t) => {
  const store = temporaryStore(t)
  const snapshots = []
  for (const found of [shown(0), shown(1), gone(2), gone(3), shown(4)]) {
    snapshots.push(await ingest(store, found))
  }
  const [incident] = (await listIncidents(store, { limit: 10 })).items
  const items = await takeOutbox(store.read, 100)
  assert.deepEqual(
    items.map(({ no: _, ...item }) => item),
    [
      { what: 'opened', why: null, atMs: START_MS, snapshotId: snapshots[0] },
      { what: 'resolved', why: 'cleared', atMs: START_MS + 2 * HOUR_MS, snapshotId: snapshots[2] },
      { what: 'reopened', why: null, atMs: START_MS + 4 * HOUR_MS, snapshotId: snapshots[4] },
    ].map((item) => ({ ...item, incidentId: incident?.id, who: 'hangar' })),
  )
})

test('what a person resolves and reopens is told with the name', async (t) => {
  const store = temporaryStore(t)
  await ingest(store, shown(0))
  const [incident] = (await listIncidents(store, { limit: 10 })).items
  const states = ['acknowledged', 'resolved', 'open'] as const
  for (const [hour, state] of states.entries()) {
    const at = toTime(START_MS + (hour + 1) * HOUR_MS)
    await changeIncident(store, incident?.id ?? '', { state, who: 'ann', at })
  }
  assert.deepEqual(await changesOf(store), ['opened hangar', 'resolved ann', 'reopened ann'])
})

test('a note is told when it turns out worse, not before', async (t) => {
  const store = temporaryStore(t)
  await ingest(store, shown(0, 'info'))
  assert.deepEqual(await changesOf(store), [])
  await ingest(store, shown(1))
  assert.deepEqual(await changesOf(store), ['opened hangar'])
})

test('what a late snapshot opens and later ones have ended is not told', async (t) => {
  const store = temporaryStore(t)
  await ingest(store, gone(2))
  await ingest(store, shown(1))
  assert.deepEqual(await changesOf(store), [])
})

test('a change stays in the outbox until it is done', async (t) => {
  const store = temporaryStore(t)
  for (const found of [shown(0), gone(1)]) await ingest(store, found)
  const [first, second] = await takeOutbox(store.read, 100)
  assert.deepEqual(await takeOutbox(store.read, 1), [first])
  await store.write((tx) => doneOutbox(tx, [first?.no ?? 0]))
  assert.deepEqual(await takeOutbox(store.read, 100), [second])
})
