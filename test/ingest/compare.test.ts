import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Ingest, startIngest } from '../../src/ingest/service.ts'
import type { DiagnosedIncident } from '../../src/model/diagnosis.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { findDiagnosis } from '../../src/store/snapshots.ts'
import { temporaryFolder } from '../store/build.ts'
import { captures, captureUpload, uploadOf } from './bundles.ts'
import { type StallWords, stallBundle, timeOf } from './stall-bundle.ts'

async function service(t: TestContext): Promise<{ store: Store; ingest: Ingest }> {
  const dataFolder = temporaryFolder()
  const store = openStore(dataFolder)
  const ingest = await startIngest({ store, dataFolder, catalogueFolder: null, workers: 2 })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  return { store, ingest }
}

/** Uploads all at once, in this order; answers the incidents of each. */
async function incidentsOf(
  { store, ingest }: Awaited<ReturnType<typeof service>>,
  bundles: readonly Uint8Array[],
): Promise<readonly (readonly DiagnosedIncident[])[]> {
  const ids: string[] = []
  for (const bytes of bundles) {
    ids.push((await ingest.receive(uploadOf(bytes), { name: 'web-1.tar.gz' })).id)
  }
  const found: (readonly DiagnosedIncident[])[] = []
  for (const id of ids) {
    assert.equal((await ingest.waitFor(id, 60_000)).status, 'done')
    found.push((await findDiagnosis(store, id))?.incidents ?? [])
  }
  return found
}

test('a task that has not moved between snapshots is proven stuck, since the first of them', async (t) => {
  const bundles = [0, 60, 120].map((seconds) => stallBundle({ seconds }))
  const [first, second, third] = await incidentsOf(await service(t), bundles)
  assert.deepEqual(first, [])
  for (const found of [second, third]) {
    assert.deepEqual(
      found?.map(({ signature, verdict, since }) => ({ signature, verdict, since })),
      [{ signature: 'unknown', verdict: 'confirmed', since: timeOf(0) }],
    )
    const says = found?.[0]?.evidence.map((line) => line.says).join('\n') ?? ''
    assert.match(says, /unchanged since the snapshot of 2026-11-23T12:00:00/)
  }
})

const MOVED: readonly (readonly [string, StallWords])[] = [
  ['that ran in between', { seconds: 60, switches: 8 }],
  ['whose tid is another task now', { seconds: 60, startTicks: 53_000 }],
  ['of another boot', { seconds: 60, bootId: 'boot-2' }],
  ['seen more than a day ago', { seconds: 25 * 3600 }],
]
for (const [says, later] of MOVED) {
  test(`a task ${says} is not proven stuck`, async (t) => {
    const bundles = [stallBundle({ seconds: 0 }), stallBundle(later)]
    assert.deepEqual(await incidentsOf(await service(t), bundles), [[], []])
  })
}

test('a snapshot that arrives late is compared with the one taken before it', async (t) => {
  const running = await service(t)
  const [newest] = await incidentsOf(running, [stallBundle({ seconds: 120 })])
  assert.deepEqual(newest, [])
  const [oldest, between] = await incidentsOf(
    running,
    [0, 60].map((seconds) => stallBundle({ seconds })),
  )
  assert.deepEqual(oldest, [])
  assert.equal(between?.[0]?.since, timeOf(0))
})

for (const pair of ['busy', 'slowflush']) {
  test(`real hosts that are slow are not called stuck by comparing: ${pair}`, async (t) => {
    const paths = captures().filter((path) => new RegExp(`/${pair}[12]\\.`).test(path))
    if (paths.length === 0) return t.skip('the captures are not here')
    const { store, ingest } = await service(t)
    for (const path of paths) {
      const { bytes, given } = captureUpload(path)
      const { id } = await ingest.receive(bytes, given)
      assert.equal((await ingest.waitFor(id, 60_000)).status, 'done')
      const verdicts = (await findDiagnosis(store, id))?.incidents.map(({ verdict }) => verdict)
      assert.ok(verdicts?.every((verdict) => verdict === 'possible'))
    }
  })
}
