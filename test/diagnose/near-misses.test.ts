import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { clauseInWords, nearMissesOf } from '../../src/diagnose/explain/near-misses.ts'
import { graphOf } from '../../src/diagnose/graph/graph.ts'
import { situationOf } from '../../src/diagnose/situation/situation.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import type { NearMiss } from '../../src/model/diagnosis.ts'

const catalogue = loadCatalogue()
const S = 'samples/signature'

async function nearMissesTo(sample: string, tid: number): Promise<readonly NearMiss[]> {
  const situation = situationOf(await readBundle(`${S}/${sample}`, { name: 'x' }))
  const actor = situation.byTid.get(tid)
  assert.ok(actor, `tid ${tid}`)
  return nearMissesOf(actor, catalogue, situation, graphOf(situation))
}

test('a FUSE flush under close(2) nearly was the deadlock, but for exiting', async () => {
  const found = await nearMissesTo('fuse-flush-deadlock/silent-close', 402)
  const deadlock = found.find(({ signature }) => signature === 'fuse-flush-deadlock')
  assert.deepEqual(deadlock?.failed, ['exiting: true'])
})

test('an NFS flush under close(2) nearly was the deadlock, but for exiting', async () => {
  const found = await nearMissesTo('nfs-flush-deadlock/silent-close-not-exiting', 402)
  const deadlock = found.find(({ signature }) => signature === 'nfs-flush-deadlock')
  assert.deepEqual(deadlock?.failed, ['exiting: true'])
})

test('a task once in D nearly was stuck, but for a proof', async () => {
  const found = await nearMissesTo('ext4-journal-stuck/silent-once-in-d', 402)
  assert.equal(found[0]?.signature, 'ext4-journal-stuck')
  assert.equal(found[0]?.failed.length, 1)
})

test('the nearest comes first, and there are few', async () => {
  const found = await nearMissesTo('fuse-flush-deadlock/silent-close', 402)
  const distances = found.map(({ failed }) => failed.length)
  assert.deepEqual(
    distances,
    distances.toSorted((a, b) => a - b),
  )
  assert.ok(found.length <= 3)
})

test('an unknown tells what came nearest, and says of each what failed', async () => {
  const path = `${S}/unknown/fires-confirmed-driver-two-samples`
  const { incidents } = diagnose(await readBundle(path, { name: 'x' }), catalogue)
  const unknown = incidents.find(({ signature }) => signature === 'unknown')
  assert.ok(unknown?.nearMisses)
  for (const { signature, failed } of unknown.nearMisses) {
    assert.ok(catalogue.signatures.some(({ id }) => id === signature))
    assert.ok(failed.length > 0)
  }
})

test('a task at rest is near to nothing', async () => {
  const found = await nearMissesTo(
    'fuse-flush-deadlock/fires-confirmed-zombie-leader-one-incident',
    1,
  )
  assert.deepEqual(found, [])
})

test('what is known tells no near misses', async () => {
  const path = `${S}/fuse-flush-deadlock/fires-confirmed-zombie-leader-one-incident`
  const { incidents } = diagnose(await readBundle(path, { name: 'x' }), catalogue)
  assert.ok(incidents.every(({ nearMisses }) => nearMisses === undefined))
})

for (const [clause, words] of [
  [{ has: 'reaper' }, 'has: reaper'],
  [{ lacks: 'daemon' }, 'lacks: daemon'],
  [{ fact: 'proven' }, 'fact: proven'],
  [{ not: { fact: 'young' } }, 'not (fact: young)'],
  [{ any: [{ has: 'a' }, { has: 'b' }] }, 'any of (has: a | has: b)'],
  [{ all: [{ has: 'a' }, { fact: 'b' }] }, 'all of (has: a & fact: b)'],
  [
    { some: 'flusher', where: { pendingSignal: 9, state: ['D', 'S'] } },
    'some flusher with pendingSignal: 9; state: D, S',
  ],
] as const) {
  test(`a clause reads "${words}"`, () => {
    assert.equal(clauseInWords(clause), words)
  })
}
