import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { disableSignature, saveSignature } from '../../src/ingest/edit-signatures.ts'
import { type Ingest, startIngest } from '../../src/ingest/service.ts'
import type { Work, WorkInput } from '../../src/model/work.ts'
import { changeIncident, findIncident, listIncidents } from '../../src/store/incidents.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { recount } from '../../src/store/recount.ts'
import { findWork } from '../../src/store/work.ts'
import { temporaryFolder } from '../store/build.ts'
import { captureUpload, hostBundle, uploadOf } from './bundles.ts'
import { signatureText } from './made-signature.ts'

const BY = { who: 'ada', atMs: Date.parse('2026-11-24T10:00:00Z') }
const ALL: WorkInput = {
  yaml: null,
  limit: null,
  since: null,
  host: null,
  signature: null,
  fingerprint: null,
}
const ID = 'fuse-flush-deadlock'

type Parts = { readonly store: Store; readonly ingest: Ingest }

async function service(t: TestContext): Promise<Parts> {
  const dataFolder = temporaryFolder()
  const store = openStore(dataFolder)
  const ingest = await startIngest({ store, dataFolder, catalogueFolder: null, workers: 1 })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  return { store, ingest }
}

const partsOf = ({ store, ingest }: Parts) => ({ store, catalogue: ingest.catalogue })

/** Another text of the deadlock, which finds the same by other words. */
const OTHER = signatureText({
  id: ID,
  frame: 'fuse_flush',
  title: 'Another text',
  severity: 'medium',
  subject: 'host',
})

async function upload({ ingest }: Parts, bytes: readonly Uint8Array[]): Promise<void> {
  for (const each of bytes) {
    const { id } = await ingest.receive(uploadOf(each), { name: 'x.tar.gz' })
    assert.equal((await ingest.waitFor(id, 60_000)).status, 'done')
  }
}

async function uploadCaptures({ ingest }: Parts, paths: readonly string[]): Promise<void> {
  for (const [minute, path] of paths.entries()) {
    const { bytes, given } = captureUpload(path)
    // Where nobody says when it was taken it is when it arrived, which differs.
    const { id } = await ingest.receive(bytes, { ...given, collectedAt: at(minute) })
    await ingest.waitFor(id, 60_000)
  }
}

async function done({ ingest }: Parts, { id }: Work): Promise<Work> {
  for (;;) {
    const work = await ingest.work.find(id)
    if (work.ended !== null) return work
    await sleep(20)
  }
}

async function reclassify(parts: Parts, input: Partial<WorkInput> = {}): Promise<Work> {
  const work = await done(
    parts,
    await parts.ingest.work.ask('reclassify', { ...ALL, ...input }, 'ada'),
  )
  assert.equal(work.state, 'done', JSON.stringify(work))
  return work
}

const KINDS_OF_READING = ['reclassified', 'withdrawn']

/** All that is kept of incidents and counts, without numbers that are given by turn. */
async function whole({ store }: Parts) {
  const { read } = store
  const list = await listIncidents(store, { limit: 500 })
  const incidents = await Promise.all(list.items.map(({ id }) => findIncident(store, id)))
  const names = new Map(
    (await read.all<{ id: string; sha: string }>('SELECT id, sha256 AS sha FROM snapshots')).map(
      ({ id, sha }) => [id, sha],
    ),
  )
  return {
    incidents: incidents
      .map((incident) => ({
        ...incident,
        id: '',
        url: '',
        snapshot: names.get(incident?.snapshot ?? ''),
        history: incident?.history
          .filter(({ what }) => !KINDS_OF_READING.includes(what))
          .map((line) => ({ ...line, snapshot: names.get(line.snapshot ?? '') })),
      }))
      .map((incident) => JSON.stringify(incident))
      .sort(),
    total: list.total,
    counts: await read.all(
      'SELECT dimension, span, value, bucket, incidents, hosts, tasks, first_seen, last_seen FROM counts ORDER BY 1, 2, 3, 4',
    ),
    cells: await read.all(
      `SELECT signature, verdict, severity, state, class, kernel, incidents, tasks, first_seen, last_seen
       FROM cells WHERE incidents > 0 ORDER BY 1, 2, 3, 4, 5, 6`,
    ),
    hosts: await read.all(
      'SELECT name, incidents, open_incidents, snapshots FROM hosts ORDER BY name',
    ),
    diagnoses: await read.all('SELECT body, catalogue FROM diagnoses ORDER BY snapshot_no'),
    words: await read.all(
      `SELECT title FROM incidents WHERE incident_no IN
         (SELECT rowid FROM incident_words WHERE incident_words MATCH 'fuse_flush') ORDER BY title, host_name`,
    ),
  }
}

const at = (minute: number) => `2026-11-23T12:${String(minute).padStart(2, '0')}:00Z`

/** Two hosts through stuck, cleared, stuck again, and a reboot; one bundle late. */
const STORY = [
  hostBundle({ host: 'a', collectedAt: at(0) }),
  hostBundle({ host: 'b', collectedAt: at(1), isStuck: false }),
  hostBundle({ host: 'a', collectedAt: at(10), isStuck: false }),
  hostBundle({ host: 'a', collectedAt: at(20) }),
  hostBundle({ host: 'a', collectedAt: at(5) }),
  hostBundle({ host: 'b', collectedAt: at(30) }),
  hostBundle({ host: 'b', collectedAt: at(40), bootId: 'boot-2', isStuck: false }),
]

test('reading history again makes what uploading it to the new signatures makes', async (t) => {
  const first = await service(t)
  const other = await service(t)
  await upload(first, STORY)
  for (const parts of [first, other]) {
    await saveSignature(partsOf(parts), { yaml: OTHER, note: null }, BY)
    await disableSignature(partsOf(parts), 'pidns-teardown-stuck', true, BY)
  }
  await upload(other, STORY)
  const work = await reclassify(first)
  assert.equal(work.progress.done, STORY.length)
  assert.deepEqual(await whole(first), await whole(other))
})

/** Every fourth: those of one fault stand beside each other. */
const REAL = globSync('samples/bundle/*.tar.gz')
  .sort()
  .filter((_, index) => index % 4 === 0)

test('the same of real hosts', async (t) => {
  const first = await service(t)
  const other = await service(t)
  await uploadCaptures(first, REAL)
  for (const parts of [first, other]) {
    for (const id of [ID, 'nfs-flush-deadlock', 'hung-task']) {
      await disableSignature(partsOf(parts), id, true, BY)
    }
  }
  await uploadCaptures(other, REAL)
  await reclassify(first)
  assert.deepEqual(await whole(first), await whole(other))
})

test('counts that reading again has changed are those that a recount makes', async (t) => {
  const parts = await service(t)
  await upload(parts, STORY)
  await saveSignature(partsOf(parts), { yaml: OTHER, note: null }, BY)
  await reclassify(parts)
  const { counts } = await whole(parts)
  await parts.store.write((tx) => recount(tx))
  assert.deepEqual((await whole(parts)).counts, counts)
})

test('an incident that nothing shows any more is withdrawn, and comes back as it was', async (t) => {
  const parts = await service(t)
  const { store } = parts
  await upload(parts, STORY.slice(0, 1))
  const [before] = (await listIncidents(store, { limit: 10 })).items
  assert.ok(before)
  const change = { state: 'acknowledged', note: 'mine', who: 'ada', at: at(50) } as const
  await changeIncident(store, before.id, change)
  for (const id of [ID, 'pidns-teardown-stuck']) {
    await disableSignature(partsOf(parts), id, true, BY)
  }
  const lost = await reclassify(parts)
  assert.equal(lost.result.lost.incidents, 1)
  const withdrawn = await findIncident(store, before.id)
  assert.deepEqual([withdrawn?.state, withdrawn?.resolution], ['resolved', 'withdrawn'])
  assert.ok(withdrawn?.history.some(({ note }) => note === 'mine'))
  assert.equal(withdrawn?.history.at(-1)?.what, 'withdrawn')
  const ids = (await listIncidents(store, { limit: 10 })).items.map(({ id }) => id)
  assert.equal(ids.includes(before.id), false)
  for (const id of [ID, 'pidns-teardown-stuck']) {
    await disableSignature(partsOf(parts), id, false, BY)
  }
  await reclassify(parts)
  const back = await findIncident(store, before.id)
  assert.deepEqual([back?.state, back?.resolution], ['acknowledged', null])
  assert.ok(back?.history.some(({ note }) => note === 'mine'))
  const total = (await listIncidents(store, { limit: 10 })).total
  assert.equal(total, 1)
})

test('what people wrote stays where signature and subject do; the verdict says its version', async (t) => {
  const parts = await service(t)
  const { store } = parts
  await upload(parts, STORY.slice(0, 1))
  const [before] = (await listIncidents(store, { limit: 10 })).items
  assert.ok(before)
  await changeIncident(store, before.id, { note: 'mine', who: 'ada', at: at(50) })
  const built = parts.ingest.catalogue.entries.get(ID)?.yaml ?? ''
  const yaml = built.replace(/^severity: .*$/m, 'severity: low')
  await saveSignature(partsOf(parts), { yaml, note: null }, BY)
  await reclassify(parts)
  const after = await findIncident(store, before.id)
  assert.deepEqual([after?.severity, after?.signatureVersion], ['low', 1001])
  const told = after?.history.find(({ what }) => what === 'reclassified')
  assert.equal(told?.note, 'version 1, now 1001; severity critical, now low')
  assert.equal(told?.who, 'ada')
  assert.ok(after?.history.some(({ note }) => note === 'mine'))
})

test('reading again with the same signatures changes nothing', async (t) => {
  const parts = await service(t)
  await upload(parts, STORY)
  const before = await whole(parts)
  const work = await reclassify(parts)
  assert.deepEqual(
    [work.result.rewritten, work.result.gained.incidents, work.progress.unreadable],
    [0, 0, 0],
  )
  assert.deepEqual(await whole(parts), before)
})

test('a trial tells what would be gained, lost and changed, and writes nothing', async (t) => {
  const parts = await service(t)
  await upload(parts, STORY)
  const before = await whole(parts)
  const work = await done(parts, await parts.ingest.work.ask('try', { ...ALL, yaml: OTHER }, 'ada'))
  assert.equal(work.state, 'done', JSON.stringify(work))
  assert.deepEqual(await whole(parts), before)
  const { gained, lost, examples } = work.result
  assert.deepEqual([gained.incidents, gained.hosts, lost.hosts], [2, 2, 2])
  const example = examples.find(({ kind }) => kind === 'gained')
  assert.deepEqual([example?.before, example?.after?.verdict], [null, 'likely'])
  assert.ok((example?.tasks.length ?? 0) > 0 && (example?.evidence.length ?? 0) > 0)
  const gone = examples.find(({ kind, signature }) => kind === 'lost' && signature === ID)
  assert.ok(gone?.incident)
})

test('what is filtered by a signature changes nothing else', async (t) => {
  const parts = await service(t)
  await upload(parts, STORY)
  await saveSignature(partsOf(parts), { yaml: OTHER, note: null }, BY)
  const work = await reclassify(parts, { signature: 'hung-task' })
  assert.equal(work.result.rewritten, 0)
  const real = await reclassify(parts, { signature: ID })
  assert.ok(real.result.rewritten > 0)
})

test('snapshots without a parsed form are read from their archives', async (t) => {
  const parts = await service(t)
  await upload(parts, STORY)
  await parts.store.write((tx) => tx.run('DELETE FROM snapshot_sources'))
  await saveSignature(partsOf(parts), { yaml: OTHER, note: null }, BY)
  const work = await reclassify(parts)
  assert.equal(work.progress.unreadable, 0)
  assert.equal(work.result.gained.incidents, 2)
})

/** Has a process of its own go on with what is asked for, and kills it when so much is done. */
async function readAndKill({ store }: Parts, id: string, folder: string, until: number) {
  const path = join(import.meta.dirname, 'reclassify-child.ts')
  const child = spawn(process.execPath, [path, folder], { stdio: 'inherit' })
  const exited = once(child, 'exit')
  const deadline = Date.now() + 60_000
  for (;;) {
    const work = await findWork(store.read, id)
    const isEnough = (work?.progress.done ?? 0) >= until || work?.state === 'done'
    if (isEnough || Date.now() > deadline) break
    await sleep(2)
  }
  child.kill('SIGKILL')
  await exited
  return (await findWork(store.read, id))?.state === 'running'
}

test('killed on the way again and again, reading history ends as if it had not been', async (t) => {
  const hosts = Array.from({ length: 20 }, (_, index) => `host-${index}`)
  const many = hosts.flatMap((host) => [
    hostBundle({ host, collectedAt: at(0) }),
    hostBundle({ host, collectedAt: at(10), isStuck: false }),
  ])
  const undisturbed = await service(t)
  const folder = temporaryFolder()
  const store = openStore(folder)
  const before = await startIngest({ store, dataFolder: folder, catalogueFolder: null, workers: 1 })
  const killed = { store, ingest: before }
  for (const parts of [undisturbed, killed]) {
    await upload(parts, many)
    await saveSignature(partsOf(parts), { yaml: OTHER, note: null }, BY)
  }
  await reclassify(undisturbed)
  const { id } = await before.work.ask('reclassify', ALL, 'ada')
  await before.close()
  // It is the first that must have come in between; those behind it may come too late.
  assert.equal(await readAndKill(killed, id, folder, 9), true)
  for (const until of [18, 30]) await readAndKill(killed, id, folder, until)
  const ingest = await startIngest({ store, dataFolder: folder, catalogueFolder: null, workers: 1 })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  const work = await done({ store, ingest }, await ingest.work.find(id))
  assert.equal(work.state, 'done', JSON.stringify(work))
  assert.deepEqual(await whole({ store, ingest }), await whole(undisturbed))
  assert.equal(work.result.gained.incidents, hosts.length)
})
