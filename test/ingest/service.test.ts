import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { type Ingest, type IngestSettings, startIngest } from '../../src/ingest/service.ts'
import { Problem, type ProblemKind } from '../../src/model/problem.ts'
import { countIncidents } from '../../src/store/counts.ts'
import { findIncident, listIncidents } from '../../src/store/incidents.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import {
  findDiagnosis,
  findSnapshot,
  listSnapshots,
  listSnapshotTasks,
} from '../../src/store/snapshots.ts'
import { listSnapshotStacks, listStacks } from '../../src/store/stacks.ts'
import { LIMITS } from '../../src/unpack/limits.ts'
import { temporaryFolder } from '../store/build.ts'
import { bundleOf, captures, captureUpload, hostBundle, uploadOf } from './bundles.ts'

const WAIT_MS = 60_000

async function service(
  t: TestContext,
  settings: Partial<IngestSettings> = {},
): Promise<{ store: Store; ingest: Ingest; folder: string }> {
  const folder = settings.dataFolder ?? temporaryFolder()
  const store = openStore(folder)
  const ingest = await startIngest({
    store,
    dataFolder: folder,
    catalogueFolder: null,
    workers: 1,
    ...settings,
  })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  return { store, ingest, folder }
}

function isProblem(kind: ProblemKind) {
  return (error: unknown): boolean => error instanceof Problem && error.kind === kind
}

test('an upload is diagnosed, and all that it shows is found again', async (t) => {
  const { store, ingest } = await service(t)
  const bytes = hostBundle({ host: 'web-1' })
  const receipt = await ingest.receive(uploadOf(bytes), {
    name: 'web-1.tar.gz',
    labels: { rack: 'r1' },
  })
  assert.equal(receipt.isNew, true)
  assert.equal(receipt.status, 'queued')
  const item = await ingest.waitFor(receipt.id, WAIT_MS)
  assert.equal(item.status, 'done')
  assert.equal(item.host, 'web-1')
  assert.equal(item.kernel, '6.1.0-56-amd64')
  assert.equal(item.collectedAt, '2026-11-23T12:00:00.000Z')
  assert.deepEqual(item.labels, { rack: 'r1' })
  assert.equal(item.incidents.length, 1)
  const incident = await findIncident(store, item.incidents[0] ?? '')
  assert.equal(incident?.signature, 'fuse-flush-deadlock')
  const diagnosis = await findDiagnosis(store, receipt.id)
  assert.equal(diagnosis?.snapshot.sha256, receipt.sha256)
  assert.equal(diagnosis?.incidents.length, 1)
  const tasks = await listSnapshotTasks(store, receipt.id, { limit: 1 })
  assert.equal(tasks.total, diagnosis?.tasks.length)
  assert.deepEqual(tasks.items, diagnosis?.tasks.slice(0, 1))
  const stacks = await listSnapshotStacks(store, receipt.id, { limit: 10 })
  assert.ok(stacks.items.some(({ stack }) => stack[2]?.symbol === 'fuse_flush'))
  const [found] = (await listStacks(store, { frame: 'fuse_flush', limit: 10 })).items
  assert.deepEqual(
    found?.where.map(({ host, tasks, isNow }) => ({ host, tasks, isNow })),
    [{ host: 'web-1', tasks: 1, isNow: true }],
  )
  assert.equal((await listIncidents(store, { limit: 9, frame: ['fuse_flush'] })).total, 1)
  const archive = await ingest.openArchive(receipt.id)
  assert.ok(archive)
  assert.deepEqual(await buffer(archive), bytes)
})

test('the same bytes answer the first id, also when they come at once', async (t) => {
  const { store, ingest } = await service(t)
  const bytes = hostBundle({ host: 'web-1' })
  const receipts = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      ingest.receive(uploadOf(bytes, 100 + index), { name: `${index}.tar.gz` }),
    ),
  )
  const first = await ingest.receive(uploadOf(bytes), { name: 'again.tar.gz' })
  assert.equal(new Set([...receipts, first].map(({ id }) => id)).size, 1)
  assert.equal(receipts.filter(({ isNew }) => isNew).length, 1)
  assert.equal((await ingest.waitFor(first.id, WAIT_MS)).status, 'done')
  assert.equal((await ingest.receive(uploadOf(bytes), { name: 'x' })).status, 'done')
  assert.equal((await listSnapshots(store, { limit: 10 })).total, 1)
  assert.equal(
    (await countIncidents(store, { by: [], filter: {}, interval: null }))[0]?.incidents,
    1,
  )
})

test('large bundles have a file of their own, small ones lie in the log', async (t) => {
  const { ingest, folder } = await service(t)
  const noise = Buffer.from(
    Array.from({ length: 600_000 }, (_, index) => (index * 7919 * (index % 251)) % 256),
  )
  const large = Buffer.concat([
    hostBundle({ host: 'web-1' }),
    // A second gzip member of entries nobody reads.
    bundleOf({ 'unknown.bin': noise.toString('latin1') }),
  ])
  const receipts = await Promise.all([
    ingest.receive(uploadOf(large), { name: 'large.tar.gz' }),
    ingest.receive(uploadOf(large), { name: 'large-again.tar.gz' }),
    ingest.receive(uploadOf(hostBundle({ host: 'web-2' })), { name: 'small.tar.gz' }),
  ])
  assert.equal(receipts[0]?.id === receipts[1]?.id, true)
  for (const { id } of receipts) await ingest.waitFor(id, WAIT_MS)
  assert.equal(readdirSync(join(folder, 'blobs')).length, 1)
  assert.deepEqual(readdirSync(join(folder, 'tmp')), [])
  const archive = await ingest.openArchive(receipts[0]?.id ?? '')
  assert.ok(archive)
  assert.deepEqual(await buffer(archive), large)
})

test('uploads that are no use leave nothing behind', async (t) => {
  const { store, ingest, folder } = await service(t, { limits: { bundleBytesMax: 300_000 } })
  const send = (bytes: Uint8Array) => ingest.receive(uploadOf(bytes), { name: 'x' })
  await assert.rejects(send(Buffer.alloc(0)), isProblem('body-empty'))
  await assert.rejects(send(Buffer.alloc(300_001)), isProblem('bundle-too-large'))
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(280_000)
    throw new Error('the connection is gone')
  }
  await assert.rejects(ingest.receive(broken(), { name: 'x' }), /the connection is gone/)
  assert.equal((await listSnapshots(store, { limit: 1 })).total, 0)
  assert.deepEqual(readdirSync(join(folder, 'tmp')), [])
})

test('what cannot be read fails with its problem, and the service goes on', async (t) => {
  const { store, ingest } = await service(t)
  const page = Buffer.from('<html><body>Not found</body></html>'.repeat(100))
  const failed = await ingest.receive(uploadOf(page), { name: 'page.html' })
  const good = await ingest.receive(uploadOf(hostBundle({ host: 'web-1' })), { name: 'good' })
  const item = await ingest.waitFor(failed.id, WAIT_MS)
  assert.equal(item.status, 'failed')
  assert.equal(item.problem?.type, 'not-an-archive')
  assert.equal(await findDiagnosis(store, failed.id), null)
  assert.equal((await ingest.waitFor(good.id, WAIT_MS)).status, 'done')
  const again = await ingest.receive(uploadOf(page), { name: 'again' })
  assert.deepEqual([again.id, again.status], [failed.id, 'queued'])
  assert.equal((await ingest.waitFor(failed.id, WAIT_MS)).status, 'failed')
  const { queued, processing, done, failed: failures } = await ingest.stats()
  assert.deepEqual(
    { queued, processing, done, failures },
    { queued: 0, processing: 0, done: 1, failures: 1 },
  )
})

test('a worker that takes too long costs its snapshot alone', async (t) => {
  const { store, ingest } = await service(t, { limits: { analysisMs: 1 } })
  const receipt = await ingest.receive(uploadOf(hostBundle({ host: 'web-1' })), { name: 'x' })
  const item = await ingest.waitFor(receipt.id, WAIT_MS)
  assert.equal(item.problem?.type, 'analysis-failed')
  assert.deepEqual(item.problem?.facts, { why: 'time', limitMs: 1 })
  assert.equal((await listIncidents(store, { limit: 1 })).total, 0)
})

test('bytes that failed are diagnosed when they come again after a limit was raised', async (t) => {
  const folder = temporaryFolder()
  const bytes = hostBundle({ host: 'web-1' })
  const strict = { archive: { ...LIMITS, entries: 3 } }
  const store = openStore(folder)
  const settings = { store, dataFolder: folder, catalogueFolder: null, workers: 1, limits: strict }
  const first = await startIngest(settings)
  const { id } = await first.receive(uploadOf(bytes), { name: 'x' })
  assert.equal((await first.waitFor(id, WAIT_MS)).problem?.type, 'entries-too-many')
  await first.close()
  await store.close()
  const second = await service(t, { dataFolder: folder })
  const again = await second.ingest.receive(uploadOf(bytes), { name: 'x' })
  assert.deepEqual([again.id, again.isNew], [id, false])
  const item = await second.ingest.waitFor(id, WAIT_MS)
  assert.deepEqual([item.status, item.problem, item.incidents.length], ['done', null, 1])
})

test('uploads beyond what the queue takes are refused', async (t) => {
  const { ingest } = await service(t, { limits: { queueMax: 0 } })
  await assert.rejects(
    ingest.receive(uploadOf(hostBundle({ host: 'web-1' })), { name: 'x' }),
    isProblem('too-busy'),
  )
})

test('an analysis answers a diagnosis and stores nothing', async (t) => {
  const { store, ingest, folder } = await service(t)
  const bundle = await ingest.analyze(
    uploadOf(hostBundle({ host: 'web-1' })),
    { name: 'x' },
    { isText: false },
  )
  assert.equal(bundle.incidents[0]?.signature, 'fuse-flush-deadlock')
  const text = Buffer.from('[<0>] fuse_flush+0x1a1/0x1e0\n[<0>] do_exit+0x347/0xb20\n')
  const pasted = await ingest.analyze(uploadOf(text), { name: 'pasted' }, { isText: true })
  assert.equal(pasted.snapshot.source, 'text')
  assert.equal(pasted.tasks.length, 1)
  await assert.rejects(
    ingest.analyze(uploadOf(text), { name: 'x' }, { isText: false }),
    isProblem('not-an-archive'),
  )
  assert.equal((await listSnapshots(store, { limit: 1 })).total, 0)
  assert.deepEqual(readdirSync(join(folder, 'tmp')), [])
})

test('waiting for an unknown snapshot is refused, waiting too short answers as it is', async (t) => {
  const { store, ingest } = await service(t)
  await assert.rejects(ingest.waitFor('nobody', 10), isProblem('snapshot-unknown'))
  const { id } = await ingest.receive(uploadOf(hostBundle({ host: 'web-1' })), { name: 'x' })
  assert.notEqual((await ingest.waitFor(id, 0)).status, 'failed')
  await ingest.waitFor(id, WAIT_MS)
  assert.equal((await findSnapshot(store, id))?.status, 'done')
  assert.equal(await ingest.openArchive('nobody'), null)
})

test('a folder is served by one service at a time', async (t) => {
  const { store, folder } = await service(t)
  await assert.rejects(
    startIngest({ store, dataFolder: folder, catalogueFolder: null, workers: 1 }),
    /Another service/,
  )
})

test('a later snapshot clears, another boot ends, in the order they were taken', async (t) => {
  const { store, ingest } = await service(t)
  const steps = [
    { host: 'web-1', collectedAt: '2026-11-23T12:00:00Z' },
    { host: 'web-1', collectedAt: '2026-11-23T13:00:00Z', isStuck: false },
    { host: 'web-2', collectedAt: '2026-11-23T14:00:00Z', bootId: 'boot-2', isStuck: false },
    { host: 'web-2', collectedAt: '2026-11-23T12:00:00Z' },
  ]
  for (const step of steps) {
    const { id } = await ingest.receive(uploadOf(hostBundle(step)), { name: 'x' })
    assert.equal((await ingest.waitFor(id, WAIT_MS)).status, 'done')
  }
  const { items } = await listIncidents(store, { limit: 9, sort: 'firstSeen' })
  assert.deepEqual(items.map(({ host, state, resolution }) => [host, state, resolution]).sort(), [
    ['web-1', 'resolved', 'cleared'],
    ['web-2', 'resolved', 'rebooted'],
  ])
})

test('incidents of real captures are those of their diagnoses', async (t) => {
  const paths = captures()
  if (paths.length === 0) return t.skip('no captures beside the checkout')
  const { store, ingest } = await service(t)
  const receipts = []
  for (const path of paths) {
    const { bytes, given } = captureUpload(path)
    receipts.push(await ingest.receive(bytes, given))
  }
  const expected = new Set<string>()
  for (const { id } of receipts) {
    assert.equal((await ingest.waitFor(id, WAIT_MS)).status, 'done')
    const diagnosis = await findDiagnosis(store, id)
    assert.ok(diagnosis)
    const { host } = diagnosis.snapshot
    for (const { signature, subject, tasks } of diagnosis.incidents) {
      // A namespace's number is used again in one boot: by another init.
      const reaper = tasks.find(({ role }) => role === 'reaper')?.tid ?? ''
      expected.add([host.name, host.bootId, signature, subject.kind, subject.id, reaper].join(' '))
    }
  }
  const counted = await countIncidents(store, { by: ['signature'], filter: {}, interval: null })
  assert.equal(
    counted.reduce((sum, { incidents }) => sum + incidents, 0),
    expected.size,
  )
})
