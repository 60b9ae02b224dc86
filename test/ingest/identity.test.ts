import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saveFound } from '../../src/ingest/save.ts'
import { listHosts } from '../../src/store/hosts.ts'
import { compareStarts } from '../../src/store/incident-identity.ts'
import { listIncidents } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/open.ts'
import {
  incidentWith,
  ingest,
  START_MS,
  snapshotWith,
  temporaryStore,
  upload,
} from '../store/build.ts'

type Seen = { readonly minute: number; readonly starts?: Readonly<Record<string, number>> }

/** Snapshots that show one signature and subject, with what each tells of starts. */
async function seeAll(store: Store, snapshots: readonly Seen[]): Promise<void> {
  for (const { minute, starts = {} } of snapshots) {
    const incidents = [incidentWith({ starts })]
    await ingest(store, snapshotWith({ atMs: START_MS + minute * 60_000, incidents }))
  }
}

async function livesOf(store: Store): Promise<readonly string[]> {
  const { items } = await listIncidents(store, { limit: 50, sort: 'firstSeen' })
  return items.map(({ state, snapshots }) => `${state} ${snapshots}`).reverse()
}

test('a subject of another start in the same boot is another incident', async (t) => {
  const store = temporaryStore(t)
  await seeAll(store, [
    { minute: 0, starts: { subject: 100 } },
    { minute: 1, starts: { subject: 100 } },
    { minute: 2, starts: { subject: 900 } },
  ])
  assert.deepEqual(await livesOf(store), ['resolved 2', 'open 1'])
})

test('the first one is found again when it comes late, whatever came in between', async (t) => {
  const store = temporaryStore(t)
  await seeAll(store, [
    { minute: 2, starts: { subject: 900 } },
    { minute: 0, starts: { subject: 100 } },
    { minute: 1, starts: { subject: 100 } },
  ])
  assert.deepEqual(await livesOf(store), ['resolved 2', 'open 1'])
})

test('a snapshot that tells no start finds the incident by its subject', async (t) => {
  const store = temporaryStore(t)
  await seeAll(store, [
    { minute: 0, starts: { subject: 100 } },
    { minute: 1 },
    { minute: 2, starts: { subject: 100 } },
  ])
  assert.deepEqual(await livesOf(store), ['open 3'])
})

test('an incident learns when its subject was started from a later snapshot', async (t) => {
  const store = temporaryStore(t)
  await seeAll(store, [
    { minute: 0 },
    { minute: 1, starts: { subject: 100 } },
    { minute: 2, starts: { subject: 900 } },
  ])
  assert.deepEqual(await livesOf(store), ['resolved 2', 'open 1'])
})

test('of several of one subject, one without a start is of the one that had begun by then', async (t) => {
  const store = temporaryStore(t)
  await seeAll(store, [
    { minute: 0, starts: { subject: 100 } },
    { minute: 10, starts: { subject: 900 } },
    { minute: 5 },
    { minute: 15 },
  ])
  assert.deepEqual(await livesOf(store), ['resolved 2', 'open 2'])
})

const COMPARED: readonly (readonly [
  title: string,
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
  is: 'same' | 'other' | 'unknown',
])[] = [
  ['nothing known on either side', {}, {}, 'unknown'],
  ['known on one side alone', { subject: 1 }, {}, 'unknown'],
  ['the same subject, whatever its tasks', { subject: 1, 7: 2 }, { subject: 1, 7: 3 }, 'same'],
  ['another subject, whatever its tasks', { subject: 1, 7: 2 }, { subject: 2, 7: 2 }, 'other'],
  ['a tid of another start', { 7: 2 }, { 7: 3 }, 'other'],
  ['one of its tasks still there', { 7: 2, 8: 2 }, { 7: 3, 8: 2 }, 'same'],
  ['other tasks', { 7: 2 }, { 8: 3 }, 'unknown'],
]

for (const [title, left, right, is] of COMPARED) {
  test(`two sightings with ${title}: ${is}`, () => {
    assert.equal(compareStarts(left, right), is)
    assert.equal(compareStarts(right, left), is)
  })
}

test('snapshots that tell no host are hosts of their own, and end nothing of one another', async (t) => {
  const store = temporaryStore(t)
  const nobody = { host: null, machineId: null, bootId: null }
  await ingest(store, snapshotWith({ ...nobody, incidents: [incidentWith()] }))
  await ingest(store, snapshotWith({ ...nobody, atMs: START_MS + 1 }))
  const { items } = await listIncidents(store, { limit: 5 })
  assert.deepEqual(
    items.map(({ state, host }) => ({ state, host })),
    [{ state: 'open', host: null }],
  )
  const hosts = await listHosts(store, { limit: 5 })
  assert.deepEqual(hosts.items.map(({ name }) => name).sort(), ['unnamed-1', 'unnamed-2'])
})

const NOBODIES: readonly (readonly [title: string, host: string | null, file: string])[] = [
  ['the same file name', 'bundle', 'bundle.tar.gz'],
  ['the name localhost', 'localhost', 'x.tar.gz'],
  ['the name (none)', '(none)', 'x.tar.gz'],
]

for (const [title, host, file] of NOBODIES) {
  test(`two machines with ${title} and no id are two hosts`, async (t) => {
    const store = temporaryStore(t)
    for (const incidents of [[incidentWith()], []]) {
      const found = snapshotWith({ host, machineId: null, bootId: null, incidents })
      await saveFound(store, await upload(store, file), found, START_MS)
    }
    assert.deepEqual(await livesOf(store), ['open 1'])
    assert.equal((await listHosts(store, { limit: 5 })).total, 2)
  })
}

test('a host without a name is known again by its boot', async (t) => {
  const store = temporaryStore(t)
  for (const [minute, incidents] of [[incidentWith()], []].entries()) {
    const atMs = START_MS + minute
    await ingest(store, snapshotWith({ host: 'localhost', bootId: 'b-1', atMs, incidents }))
  }
  assert.deepEqual(await livesOf(store), ['resolved 1'])
})

test('a host whose clock is ahead by years does not outlast its repair', async (t) => {
  const store = temporaryStore(t)
  const years = 20 * 365 * 24 * 60 * 60 * 1000
  const ahead = snapshotWith({ atMs: START_MS + years, incidents: [incidentWith()] })
  const repaired = snapshotWith({ atMs: START_MS + 3000 })
  for (const [minute, found] of [ahead, repaired].entries()) {
    const id = await upload(store, 'x.tar.gz', START_MS - YEAR_MS + minute * 3000)
    await saveFound(store, id, found, START_MS)
  }
  assert.deepEqual(await livesOf(store), ['resolved 1'])
})

/** `upload` lets bundles arrive a year after it is told to. */
const YEAR_MS = 365 * 24 * 60 * 60 * 1000
