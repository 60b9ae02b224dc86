import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { listHosts } from '../../src/store/hosts.ts'
import { incidentConditions, whereAll } from '../../src/store/incident-filter.ts'
import { listIncidents } from '../../src/store/incidents.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { listSnapshots } from '../../src/store/snapshots.ts'
import {
  incidentWith,
  ingest,
  START_MS,
  snapshotWith,
  temporaryFolder,
  temporaryStore,
} from './build.ts'

type Paged = { readonly ids: readonly string[]; readonly next: string | null }

/** Every list, by name: the ids of one page. */
const LISTS: Readonly<Record<string, (store: Store, cursor: string | null) => Promise<Paged>>> = {
  'incidents by last sighting': (store, cursor) => incidentPage(store, 'lastSeen', cursor),
  'incidents by first sighting': (store, cursor) => incidentPage(store, 'firstSeen', cursor),
  'incidents by severity': (store, cursor) => incidentPage(store, 'severity', cursor),
  snapshots: async (store, cursor) => {
    const page = await listSnapshots(store, { limit: 7, cursor })
    return { ids: page.items.map(({ id }) => id), next: page.next }
  },
  hosts: async (store, cursor) => {
    const page = await listHosts(store, { limit: 7, cursor })
    return { ids: page.items.map(({ name }) => name), next: page.next }
  },
}

async function incidentPage(
  store: Store,
  sort: 'lastSeen' | 'firstSeen' | 'severity',
  cursor: string | null,
): Promise<Paged> {
  const page = await listIncidents(store, { limit: 7, sort, ...(cursor ? { cursor } : {}) })
  return { ids: page.items.map(({ id }) => id), next: page.next }
}

for (const [name, list] of Object.entries(LISTS)) {
  test(`a list of ${name} shows all that was there once, while more comes in`, async (t) => {
    const store = temporaryStore(t)
    for (let index = 0; index < 30; index += 1) await addOne(store, index)
    const before = await walk(store, list)
    assert.equal(before.length, 30)
    let added = 100
    const seen = await walk(store, list, async () => {
      for (let more = 0; more < 3; more += 1) {
        added += 1
        await addOne(store, added)
      }
    })
    assert.equal(new Set(seen).size, seen.length, 'nothing twice')
    assert.deepEqual(
      before.filter((id) => !seen.includes(id)),
      [],
      'nothing left out',
    )
  })
}

async function addOne(store: Store, index: number): Promise<void> {
  const severity = (['critical', 'high', 'low'] as const)[index % 3] ?? 'low'
  const incidents = [incidentWith({ severity })]
  // Several at each instant, so that pages end among equals.
  const atMs = START_MS + Math.floor(index / 4) * 1_000
  await ingest(store, snapshotWith({ host: `host-${index}`, atMs, incidents }))
}

async function walk(
  store: Store,
  list: (store: Store, cursor: string | null) => Promise<Paged>,
  between: () => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page: Paged = await list(store, cursor)
    ids.push(...page.ids)
    cursor = page.next
    if (ids.length < 60) await between()
  } while (cursor !== null)
  return ids
}

test('what was stored is there when the store is opened again', async () => {
  const folder = temporaryFolder()
  const first = openStore(folder)
  await ingest(first, snapshotWith({ incidents: [incidentWith()] }))
  await first.close()
  const second = openStore(folder)
  assert.equal((await listIncidents(second, { limit: 5 })).total, 1)
  await second.close()
})

/** Filters whose page must come off an index; those of cells follow their cells instead. */
const ON_INDEX: Readonly<Record<string, Parameters<typeof listIncidents>[1]>> = {
  'no filter': { limit: 10 },
  host: { limit: 10, host: ['host-1'] },
  fingerprint: { limit: 10, fingerprint: ['1:0123456789abcdef'] },
  'a label': { limit: 10, labels: { rack: ['r1'] } },
  'a frame': { limit: 10, frame: ['fuse_flush'] },
  words: { limit: 10, q: 'fuse' },
  'a span of time': { limit: 10, since: '2026-11-01T00:00:00Z' },
  'host and state': { limit: 10, host: ['host-1'], state: ['open'] },
}

for (const [name, { limit, ...filter }] of Object.entries(ON_INDEX)) {
  test(`a list by ${name} reads no table from end to end`, async (t) => {
    const store = temporaryStore(t)
    await ingest(store, snapshotWith({ labels: { rack: 'r1' }, incidents: [incidentWith()] }))
    const where = whereAll(await incidentConditions(store, filter))
    const { rows } = await sql<{ detail: string }>`
      EXPLAIN QUERY PLAN SELECT * FROM incidents ${where}
      ORDER BY last_seen DESC, incident_no DESC LIMIT ${limit}`.execute(store.db)
    const plan = rows.map(({ detail }) => detail)
    for (const step of plan) {
      assert.ok(
        !/^SCAN (?!.*USING (?:COVERING )?INDEX|.*VIRTUAL TABLE)/.test(step),
        plan.join('; '),
      )
    }
  })
}
