import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countIncidents } from '../../src/store/counts.ts'
import { countValues } from '../../src/store/facets.ts'
import { changeIncident, listIncidents } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/open.ts'
import { readOpenLabels, readOpenNow } from '../../src/store/open-now.ts'
import { readTrend } from '../../src/store/trend.ts'
import { incidentWith, ingest, START_MS, snapshotWith, temporaryStore } from './build.ts'

const HOUR_MS = 3_600_000

/** Three hosts: two with a deadlock, one of them with a note beside, and one that has recovered. */
async function fillStore(store: Store): Promise<void> {
  const note = incidentWith({ signature: 'hung-task', severity: 'info', subjectId: '2' })
  const hosts = [
    { host: 'a', labels: { rack: 'r1' }, hours: 0, incidents: [incidentWith(), note] },
    { host: 'b', labels: { rack: 'r1' }, hours: 1, incidents: [incidentWith()] },
    { host: 'c', labels: { rack: 'r2' }, hours: 30, incidents: [incidentWith()] },
  ]
  for (const { host, labels, hours, incidents } of hosts) {
    const atMs = START_MS + hours * HOUR_MS
    await ingest(store, snapshotWith({ host, labels, atMs, incidents }))
  }
  const [item] = (await listIncidents(store, { host: ['c'], limit: 1 })).items
  const at = new Date(START_MS + 40 * HOUR_MS).toISOString()
  await changeIncident(store, item?.id ?? '', { state: 'resolved', who: 'test', at })
}

test('what is open now is told by each key with its distinct hosts', async (t) => {
  const store = temporaryStore(t)
  await fillStore(store)
  const { rows, hosts } = await readOpenNow(store, 'signature', null)
  assert.deepEqual(
    [...rows]
      .map(({ value, severity, incidents }) => [value, severity, incidents])
      .sort((one, other) => String(one[0]).localeCompare(String(other[0]))),
    [
      ['fuse-flush-deadlock', 'critical', 2],
      ['hung-task', 'info', 1],
    ],
  )
  assert.equal(hosts.get('fuse-flush-deadlock'), 2)
  assert.equal((await readOpenNow(store, 'kernel', null)).hosts.get('6.1.0-56-amd64'), 2)
})

test('labels of affected hosts are added up; notes and recovered hosts are left out', async (t) => {
  const store = temporaryStore(t)
  await fillStore(store)
  assert.deepEqual(await readOpenLabels(store, null), {
    labels: [{ name: 'rack', value: 'r1', incidents: 2, hosts: 2 }],
    hosts: 2,
  })
})

test('a trend holds each stretch since an instant, whatever became of its incidents', async (t) => {
  const store = temporaryStore(t)
  await fillStore(store)
  const all = await readTrend(store, { key: 'severity', span: 'hour', sinceMs: START_MS })
  assert.deepEqual(
    all.map(({ value, atMs, incidents }) => [value, (atMs - START_MS) / HOUR_MS, incidents]),
    [
      ['critical', 0, 1],
      ['critical', 1, 1],
      ['critical', 30, 1],
      ['info', 0, 1],
    ],
  )
  const late = { key: 'total', span: 'day', sinceMs: START_MS + 24 * HOUR_MS } as const
  assert.equal((await readTrend(store, late)).length, 1)
})

test('values of a facet are counted as the counts are, with and without filters', async (t) => {
  const store = temporaryStore(t)
  await fillStore(store)
  for (const filter of [{}, { state: ['!resolved'] }, { host: ['a'] }, { severity: ['low'] }]) {
    const rows = await countIncidents(store, { by: ['signature'], filter, interval: null })
    const counted = await countValues(store, 'signature', filter)
    assert.deepEqual(
      [...counted],
      rows.map((row) => [row['signature'], row.incidents]),
    )
  }
})
