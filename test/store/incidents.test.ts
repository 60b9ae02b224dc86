import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../src/model/problem.ts'
import type { IncidentQuery } from '../../src/model/query.ts'
import { countIncidents } from '../../src/store/counts.ts'
import { findHost, listHosts } from '../../src/store/hosts.ts'
import { changeIncident, findIncident, listIncidents } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/open.ts'
import { findSnapshot, listSnapshots } from '../../src/store/snapshots.ts'
import { incidentWith, ingest, START_MS, snapshotWith, stackWith, temporaryStore } from './build.ts'

const HOUR_MS = 3_600_000

test('an incident is found by its id, with what its snapshot said of it', async (t) => {
  const store = temporaryStore(t)
  const snapshotId = await ingest(
    store,
    snapshotWith({ labels: { rack: 'A12' }, incidents: [incidentWith()] }),
  )
  const item = (await listIncidents(store, { limit: 10 })).items[0]
  assert.ok(item)
  const incident = await findIncident(store, item.id)
  assert.ok(incident)
  assert.equal(incident.signature, 'fuse-flush-deadlock')
  assert.equal(incident.host, 'host-1')
  assert.equal(incident.kernel, '6.1.0-56-amd64')
  assert.deepEqual(incident.labels, { rack: 'A12' })
  assert.equal(incident.snapshot, snapshotId)
  assert.equal(incident.evidence[0]?.text, 'fuse_flush')
  assert.equal(incident.url, `/incidents/${item.id}`)
  assert.deepEqual(
    incident.history.map(({ what, who, snapshot }) => ({ what, who, snapshot })),
    [{ what: 'opened', who: 'hangar', snapshot: snapshotId }],
  )
  assert.deepEqual((await findSnapshot(store, snapshotId))?.incidents, [item.id])
})

test('an unknown id finds nothing, whatever it looks like', async (t) => {
  const store = temporaryStore(t)
  for (const id of ['', 'x', '00000000-0000-7000-8000-000000000001', "'; DROP TABLE incidents"]) {
    assert.equal(await findIncident(store, id), null)
    assert.equal(await findSnapshot(store, id), null)
  }
})

test('a later snapshot of the boot sees the incident again', async (t) => {
  const store = temporaryStore(t)
  await ingest(store, snapshotWith({ incidents: [incidentWith({ verdict: 'likely' })] }))
  await ingest(
    store,
    snapshotWith({ atMs: START_MS + HOUR_MS, incidents: [incidentWith({ taskCount: 5 })] }),
  )
  const { items, total } = await listIncidents(store, { limit: 10 })
  assert.equal(total, 1)
  assert.equal(items[0]?.snapshots, 2)
  assert.equal(items[0]?.verdict, 'confirmed')
  assert.equal(items[0]?.taskCount, 5)
  assert.equal(items[0]?.lastSeen, new Date(START_MS + HOUR_MS).toISOString())
})

test('people acknowledge, resolve and reopen, and their words are kept', async (t) => {
  const store = temporaryStore(t)
  await ingest(store, snapshotWith({ incidents: [incidentWith()] }))
  const id = (await listIncidents(store, { limit: 1 })).items[0]?.id ?? ''
  const at = new Date(START_MS + HOUR_MS).toISOString()
  await changeIncident(store, id, { state: 'acknowledged', note: 'looking', who: 'ann', at })
  await changeIncident(store, id, { note: 'only a note', who: 'ann', at })
  await changeIncident(store, id, { state: 'resolved', who: 'bob', at })
  const reopened = await changeIncident(store, id, { state: 'open', who: 'cy', at })
  assert.equal(reopened.state, 'open')
  assert.deepEqual(
    reopened.history.map(({ what, who, note }) => [what, who, note]),
    [
      ['opened', 'hangar', null],
      ['acknowledged', 'ann', 'looking'],
      ['noted', 'ann', 'only a note'],
      ['resolved', 'bob', null],
      ['reopened', 'cy', null],
    ],
  )
  await assert.rejects(
    changeIncident(store, '00000000-0000-7000-8000-000000000001', { who: 'ann', at }),
    (error) => error instanceof Problem && error.kind === 'incident-unknown',
  )
})

test('hosts count their incidents, and those that are open', async (t) => {
  const store = temporaryStore(t)
  await ingest(
    store,
    snapshotWith({
      incidents: [
        incidentWith(),
        incidentWith({ signature: 'hung-task', severity: 'info', subjectId: '7' }),
      ],
    }),
  )
  await ingest(store, snapshotWith({ host: 'host-2' }))
  const hosts = await listHosts(store, { limit: 10 })
  assert.equal(hosts.total, 2)
  const host = await findHost(store, 'host-1')
  assert.equal(host?.incidents, 2)
  assert.equal(host?.openIncidents, 1)
  assert.equal(host?.recentIncidents.length, 2)
  assert.equal(host?.recentSnapshots.length, 1)
  assert.equal(await findHost(store, 'nobody'), null)
})

/** What each filter finds of an incident on host `a`, and one on host `b` an hour later. */
const BETWEEN = new Date(START_MS + HOUR_MS / 2).toISOString()
const FILTERS: readonly (readonly [filter: Partial<IncidentQuery>, hosts: string])[] = [
  [{}, 'b,a'],
  [{ sort: 'severity' }, 'a,b'],
  [{ sort: 'firstSeen' }, 'b,a'],
  [{ signature: ['fuse-flush-deadlock'] }, 'a'],
  [{ signature: ['!fuse-flush-deadlock'] }, 'b'],
  [{ signature: ['fuse-flush-deadlock', 'nfs-server-unresponsive'] }, 'b,a'],
  [{ verdict: ['likely'] }, 'b'],
  [{ severity: ['critical'], state: ['open'] }, 'a'],
  [{ severity: ['critical'], state: ['resolved'] }, ''],
  [{ host: ['a'] }, 'a'],
  [{ host: ['!a'] }, 'b'],
  [{ host: ['nobody'] }, ''],
  [{ kernel: ['5.15.35'] }, 'b'],
  [{ class: ['nfs', 'cifs'] }, 'b'],
  [{ fingerprint: ['1:ffff'] }, 'b'],
  [{ frame: ['fuse_flush'] }, 'a'],
  [{ frame: ['!fuse_flush'] }, 'b'],
  [{ labels: { rack: ['r2'] } }, 'b'],
  [{ labels: { rack: ['!r2'] } }, 'a'],
  [{ labels: { rack: ['r2'] }, host: ['a'] }, ''],
  [{ since: BETWEEN }, 'b'],
  [{ until: BETWEEN }, 'a'],
  [{ q: 'fuse_fl' }, 'a'],
  [{ q: 'Silent rpc_wait' }, 'b'],
  [{ q: 'a"b* OR (' }, ''],
  [{ q: '   ' }, 'b,a'],
]

test('every filter finds its incidents and no others', async (t) => {
  const store = temporaryStore(t)
  await saveTwo(store)
  for (const [filter, hosts] of FILTERS) {
    const page = await listIncidents(store, { limit: 10, ...filter })
    const counted = await countIncidents(store, { by: [], filter, interval: null })
    assert.equal(page.items.map(({ host }) => host).join(), hosts, JSON.stringify(filter))
    assert.equal(page.total, page.items.length)
    assert.equal(counted[0]?.incidents ?? 0, page.total)
  }
})

async function saveTwo(store: Store): Promise<void> {
  const stacks = [stackWith(['fuse_flush', 'filp_close']), stackWith(['rpc_wait_bit_killable'])]
  const labels = { rack: 'r1' }
  const incidents = [incidentWith({ stacks: [0] })]
  await ingest(store, snapshotWith({ host: 'a', labels, stacks, incidents }))
  const other = incidentWith({
    signature: 'nfs-server-unresponsive',
    verdict: 'likely',
    severity: 'high',
    class: 'nfs',
    fingerprint: '1:ffff',
    title: 'NFS server is silent',
    words: 'cp rpc_wait_bit_killable',
    stacks: [1],
  })
  await ingest(
    store,
    snapshotWith({
      host: 'b',
      kernel: '5.15.35',
      atMs: START_MS + HOUR_MS,
      labels: { rack: 'r2' },
      stacks,
      incidents: [other],
    }),
  )
}

test('a cursor of another list, or of nobody, is refused', async (t) => {
  const store = temporaryStore(t)
  for (let host = 0; host < 3; host += 1) {
    await ingest(store, snapshotWith({ host: `h${host}`, incidents: [incidentWith()] }))
  }
  const isRefused = (error: unknown): boolean =>
    error instanceof Problem && error.kind === 'cursor-invalid'
  const { next } = await listIncidents(store, { limit: 1 })
  assert.ok(next)
  assert.equal((await listIncidents(store, { limit: 1, cursor: next })).items.length, 1)
  await assert.rejects(listIncidents(store, { limit: 1, cursor: next, host: ['h1'] }), isRefused)
  await assert.rejects(listIncidents(store, { limit: 1, cursor: 'x' }), isRefused)
  await assert.rejects(listSnapshots(store, { limit: 1, cursor: next }), isRefused)
  await assert.rejects(listHosts(store, { limit: 1, cursor: next }), isRefused)
})

test('snapshots are listed by host and status, newest first', async (t) => {
  const store = temporaryStore(t)
  const ids: string[] = []
  for (const host of ['a', 'b', 'a']) ids.push(await ingest(store, snapshotWith({ host })))
  const all = await listSnapshots(store, { limit: 2 })
  assert.equal(all.total, 3)
  assert.deepEqual(
    all.items.map(({ id }) => id),
    [ids[2], ids[1]],
  )
  const rest = await listSnapshots(store, { limit: 2, cursor: all.next })
  assert.deepEqual(
    rest.items.map(({ id }) => id),
    [ids[0]],
  )
  assert.equal(rest.next, null)
  assert.equal((await listSnapshots(store, { limit: 9, host: 'a' })).total, 2)
  assert.equal((await listSnapshots(store, { limit: 9, status: 'failed' })).total, 0)
  assert.equal((await listSnapshots(store, { limit: 9, status: 'done' })).total, 3)
})
