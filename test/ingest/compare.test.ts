import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Ingest, startIngest } from '../../src/ingest/service.ts'
import type { DiagnosedIncident } from '../../src/model/diagnosis.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { findDiagnosis } from '../../src/store/snapshots.ts'
import { temporaryFolder } from '../store/build.ts'
import { bundleOf, captures, captureUpload, uploadOf } from './bundles.ts'

const START_MS = Date.parse('2026-11-23T12:00:00Z')
const STACK =
  '[<0>] vendor_wait_event+0x13f/0x220\n[<0>] vendor_ioctl+0x18c/0x2d0\n[<0>] __x64_sys_ioctl+0x8f/0xd0\n'

type Words = {
  /** After the first snapshot. */
  readonly seconds: number
  readonly switches?: number
  readonly startTicks?: number
  readonly bootId?: string
}

/** A host on which one task waits in a driver that no signature knows. */
function stallBundle({ seconds, switches = 7, startTicks = 2_000, bootId = 'boot-1' }: Words) {
  const folder = 'proc/402/task/402'
  const stat = `402 (vendord) D 1 402 402 0 -1 4194304 ${'0 '.repeat(12)}${startTicks} 0 0\n`
  return bundleOf({
    'manifest.json': JSON.stringify({
      format: 1,
      host: { name: 'web-1', machineId: null, bootId, labels: {} },
      collectedAt: timeOf(seconds),
    }),
    'proc/uptime': `${500 + seconds}.00 100.00\n`,
    [`${folder}/comm`]: 'vendord\n',
    [`${folder}/status`]: `Name:\tvendord\nState:\tD (disk sleep)\nTgid:\t402\nPid:\t402\nPPid:\t1\nThreads:\t1\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\nvoluntary_ctxt_switches:\t${switches}\nnonvoluntary_ctxt_switches:\t1\n`,
    [`${folder}/stat`]: stat,
    [`${folder}/stack`]: STACK,
  })
}

function timeOf(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString()
}

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

const MOVED: readonly (readonly [string, Words])[] = [
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
