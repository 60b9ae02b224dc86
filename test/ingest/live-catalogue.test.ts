import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  disableSignature,
  entryOf,
  removeSignature,
  saveSignature,
} from '../../src/ingest/edit-signatures.ts'
import { type Ingest, startIngest } from '../../src/ingest/service.ts'
import { Problem } from '../../src/model/problem.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { listSavedVersions } from '../../src/store/saved-signatures.ts'
import { findDiagnosis } from '../../src/store/snapshots.ts'
import { temporaryFolder } from '../store/build.ts'
import { bundleOf, hostBundle, uploadOf } from './bundles.ts'
import { signatureText } from './made-signature.ts'

const BY = { who: 'ada', atMs: Date.parse('2026-11-24T10:00:00Z') }

type Parts = { readonly store: Store; readonly ingest: Ingest; readonly dataFolder: string }

async function service(t: TestContext, catalogueFolder: string | null = null): Promise<Parts> {
  const dataFolder = temporaryFolder()
  const store = openStore(dataFolder)
  const ingest = await startIngest({ store, dataFolder, catalogueFolder, workers: 2 })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  return { store, ingest, dataFolder }
}

const partsOf = ({ store, ingest }: Parts) => ({ store, catalogue: ingest.catalogue })

let made = 0

/** A host on which a task waits in a driver; each has other bytes. */
function vendorBundle(): Buffer {
  made += 1
  const folder = 'proc/402/task/402'
  return bundleOf({
    'manifest.json': JSON.stringify({
      format: 1,
      host: { name: `web-${made}`, machineId: null, bootId: 'boot-1', labels: {} },
      collectedAt: '2026-11-23T12:00:00Z',
    }),
    [`${folder}/comm`]: 'vendord\n',
    [`${folder}/status`]:
      'Name:\tvendord\nState:\tD (disk sleep)\nTgid:\t402\nPid:\t402\nPPid:\t1\n',
    [`${folder}/stack`]: '[<0>] vendor_wait_event+0x13f/0x220\n[<0>] vendor_ioctl+0x18c/0x2d0\n',
  })
}

async function found({ store, ingest }: Parts, bytes: Buffer = vendorBundle()) {
  const { id } = await ingest.receive(uploadOf(bytes), { name: 'x.tar.gz' })
  assert.equal((await ingest.waitFor(id, 60_000)).status, 'done')
  const incidents = (await findDiagnosis(store, id))?.incidents ?? []
  return incidents.map(({ signature, signatureVersion }) => [signature, signatureVersion])
}

test('a saved signature is matched in every worker from the next bundle on', async (t) => {
  const parts = await service(t)
  assert.deepEqual(await found(parts), [])
  await saveSignature(partsOf(parts), { yaml: signatureText(), note: 'seen on web' }, BY)
  const again = await Promise.all([1, 2, 3, 4].map(() => found(parts)))
  assert.deepEqual(again, Array(4).fill([['made-here', 1001]]))
})

test('each text that is saved keeps its version, who saved it, and why', async (t) => {
  const parts = await service(t)
  await saveSignature(partsOf(parts), { yaml: signatureText(), note: 'first' }, BY)
  await saveSignature(partsOf(parts), { yaml: signatureText({ title: 'Better' }), note: null }, BY)
  const versions = await listSavedVersions(parts.store.read, 'made-here')
  assert.deepEqual(
    versions.map(({ version, who, at, note }) => ({ version, who, at, note })),
    [
      { version: 1002, who: 'ada', at: '2026-11-24T10:00:00.000Z', note: null },
      { version: 1001, who: 'ada', at: '2026-11-24T10:00:00.000Z', note: 'first' },
    ],
  )
  assert.match(versions[0]?.yaml ?? '', /^version: 1002 # of the file$/m)
  assert.equal(entryOf(parts.ingest.catalogue, 'made-here').signature.title, 'Better')
})

test('saving the same text again makes no version', async (t) => {
  const parts = await service(t)
  await saveSignature(partsOf(parts), { yaml: signatureText(), note: null }, BY)
  const kept = entryOf(parts.ingest.catalogue, 'made-here').yaml
  for (const yaml of [signatureText(), kept]) {
    await saveSignature(partsOf(parts), { yaml, note: null }, BY)
  }
  assert.equal((await listSavedVersions(parts.store.read, 'made-here')).length, 1)
})

test('a saved signature goes before the folder, and that before the product', async (t) => {
  const folder = temporaryFolder()
  mkdirSync(folder, { recursive: true })
  const id = 'fuse-flush-deadlock'
  writeFileSync(join(folder, `${id}.yaml`), signatureText({ id, title: 'Of the folder' }))
  const parts = await service(t, folder)
  const shown = () => {
    const { source, hides, signature } = entryOf(parts.ingest.catalogue, id)
    return { source, hides, title: signature.title }
  }
  assert.deepEqual(shown(), { source: 'folder', hides: ['builtin'], title: 'Of the folder' })
  await saveSignature(
    partsOf(parts),
    { yaml: signatureText({ id, title: 'Of ours' }), note: null },
    BY,
  )
  assert.deepEqual(shown(), { source: 'saved', hides: ['folder', 'builtin'], title: 'Of ours' })
  await removeSignature(partsOf(parts), id, BY)
  assert.deepEqual(shown(), { source: 'folder', hides: ['builtin'], title: 'Of the folder' })
})

test('a disabled signature is kept and not matched, and comes back', async (t) => {
  const parts = await service(t)
  const id = 'fuse-flush-deadlock'
  const before = parts.ingest.catalogue.hash
  assert.deepEqual(await found(parts, hostBundle({ host: 'a' })), [[id, 1]])
  const entry = await disableSignature(partsOf(parts), id, true, BY)
  assert.equal(entry.isDisabled, true)
  assert.notEqual(parts.ingest.catalogue.hash, before)
  assert.notDeepEqual(await found(parts, hostBundle({ host: 'b' })), [[id, 1]])
  await disableSignature(partsOf(parts), id, false, BY)
  assert.equal(parts.ingest.catalogue.hash, before)
  assert.deepEqual(await found(parts, hostBundle({ host: 'c' })), [[id, 1]])
})

test('a diagnosis says by its hash which catalogue it was made with', async (t) => {
  const parts = await service(t)
  const hashes = [parts.ingest.catalogue.hash]
  await found(parts)
  await saveSignature(partsOf(parts), { yaml: signatureText(), note: null }, BY)
  hashes.push(parts.ingest.catalogue.hash)
  await found(parts)
  const rows = await parts.store.read.all<{ catalogue: string }>(
    'SELECT catalogue FROM diagnoses ORDER BY snapshot_no',
  )
  assert.deepEqual(
    rows.map(({ catalogue }) => catalogue),
    hashes,
  )
})

test('what was saved is in force again after a restart', async (t) => {
  const dataFolder = temporaryFolder()
  const settings = { dataFolder, catalogueFolder: null, workers: 1 }
  const first = openStore(dataFolder)
  const before = await startIngest({ ...settings, store: first })
  await saveSignature(
    { store: first, catalogue: before.catalogue },
    { yaml: signatureText(), note: null },
    BY,
  )
  await before.close()
  await first.close()
  const store = openStore(dataFolder)
  const ingest = await startIngest({ ...settings, store })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  assert.equal(entryOf(ingest.catalogue, 'made-here').signature.version, 1001)
  assert.deepEqual(await found({ store, ingest, dataFolder }), [['made-here', 1001]])
})

test('of two who saved from the same version the second is told', async (t) => {
  const parts = await service(t)
  const save = (title: string, ifVersion: number) =>
    saveSignature(partsOf(parts), { yaml: signatureText({ title }), note: null, ifVersion }, BY)
  await save('One', 0)
  const both = await Promise.allSettled([save('Two', 1001), save('Three', 1001)])
  const refused = both.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  assert.equal(refused.length, 1)
  assert.ok(refused[0] instanceof Problem && refused[0].kind === 'signature-changed')
  assert.equal((await listSavedVersions(parts.store.read, 'made-here')).length, 2)
})
