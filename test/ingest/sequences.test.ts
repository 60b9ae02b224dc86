import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Ingest, startIngest } from '../../src/ingest/service.ts'
import type { IncidentItem } from '../../src/model/incident.ts'
import type { Given } from '../../src/model/snapshot.ts'
import { listIncidents } from '../../src/store/incidents.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { temporaryFolder } from '../store/build.ts'
import { uploadOf } from './bundles.ts'

// Snapshots of real hosts, taken one after the other: in whatever order they come, the incidents
// of their hosts end as they ended there.

const CAPTURES = '../shared/captures'
const NAMES = [
  'seqB1-deadlock',
  'seqB2-rebooted',
  'seqC1-stall',
  'seqC2-resumed',
  'busy1',
  'busy2',
  'slowflush1',
  'slowflush2',
] as const
const WAIT_MS = 60_000

const skip = existsSync(`${CAPTURES}/seqB1-deadlock.tar.gz`)
  ? false
  : 'no captures beside the checkout'

type Fed = { readonly store: Store; readonly ingest: Ingest }

async function service(t: TestContext): Promise<Fed> {
  const dataFolder = temporaryFolder()
  const store = openStore(dataFolder)
  const ingest = await startIngest({ store, dataFolder, catalogueFolder: null, workers: 2 })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  return { store, ingest }
}

const bytesOf = (name: string): Buffer => readFileSync(`${CAPTURES}/${name}.tar.gz`)

async function send({ ingest }: Fed, bytes: Buffer, given: Given): Promise<string> {
  const { id } = await ingest.receive(uploadOf(bytes), given)
  return id
}

async function settled({ ingest }: Fed, ids: readonly string[]): Promise<void> {
  for (const id of ids) assert.equal((await ingest.waitFor(id, WAIT_MS)).status, 'done')
}

async function incidentsOf({ store }: Fed): Promise<readonly IncidentItem[]> {
  return (await listIncidents(store, { limit: 100, sort: 'firstSeen' })).items
}

const ENDS = ['fuse-daemon-unresponsive resolved cleared', 'fuse-flush-deadlock resolved rebooted']

/**
 * The stall and the deadlock have ended. Of the hosts that are busy or slow nothing is open but
 * notes; where a snapshot came before the one it had been compared with, at most a weak suspicion.
 */
async function assertEnded(fed: Fed, isInOrder: boolean): Promise<void> {
  const incidents = await incidentsOf(fed)
  const grave = incidents.filter(({ severity }) => severity !== 'info' && severity !== 'low')
  const ends = grave.map((each) => [each.signature, each.state, each.resolution].join(' '))
  assert.deepEqual(ends.sort(), ENDS)
  const open = incidents.filter(({ severity, state }) => severity !== 'info' && state === 'open')
  assert.ok(open.every(({ severity, verdict }) => severity === 'low' && verdict === 'possible'))
  if (isInOrder) assert.deepEqual(open, [])
}

const backwards = [...NAMES].reverse()
const ORDERS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['in order', NAMES],
  ['backwards', backwards],
  [
    'the later ones first',
    [...backwards.filter((_, at) => at % 2 === 0), ...backwards.filter((_, at) => at % 2 === 1)],
  ],
  ['mixed', [3, 0, 7, 4, 1, 6, 2, 5].map((at) => NAMES[at] ?? '')],
]

for (const [title, names] of ORDERS) {
  test(`real sequences end as they did: one after the other, ${title}`, { skip }, async (t) => {
    const fed = await service(t)
    for (const name of names) await settled(fed, [await send(fed, bytesOf(name), { name })])
    await assertEnded(fed, names === NAMES)
  })

  test(`real sequences end as they did: at once, ${title}, all of it twice`, {
    skip,
  }, async (t) => {
    const fed = await service(t)
    const sent: string[] = []
    for (const name of [...names, ...names]) sent.push(await send(fed, bytesOf(name), { name }))
    await settled(fed, sent)
    assert.equal(new Set(sent).size, NAMES.length)
    await assertEnded(fed, names === NAMES)
  })
}

/** The same bundle as if every task had been started some hours later. */
function startedLater(bundle: Buffer): Buffer {
  const tar = gunzipSync(bundle)
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*/s, '')
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0
    if (/\/stat$/.test(name) && size > 0) {
      const text = tar.toString('latin1', at + 512, at + 512 + size)
      tar.write(withStart(text), at + 512, 'latin1')
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return gzipSync(tar)
}

/** Field 22 of a stat line with another number of as many digits. */
function withStart(stat: string): string {
  const comm = stat.lastIndexOf(')')
  const fields = stat.slice(comm + 2).split(' ')
  const start = fields[19] ?? ''
  fields[19] = start.replace(/\d/g, (digit) => String(9 - Number(digit)))
  return `${stat.slice(0, comm + 2)}${fields.join(' ')}`
}

for (const [name, signature] of [
  ['seqC1-stall', 'fuse-daemon-unresponsive'],
  ['seqB1-deadlock', 'fuse-flush-deadlock'],
] as const) {
  for (const isLateFirst of [false, true]) {
    const order = isLateFirst ? 'the later one first' : 'in order'
    test(`the same numbers of other starts in one boot are another incident: ${name}, ${order}`, {
      skip,
    }, async (t) => {
      const fed = await service(t)
      const first = bytesOf(name)
      const sends = [
        async () => send(fed, first, { name, collectedAt: '2026-11-23T15:00:00Z' }),
        async () => send(fed, startedLater(first), { name, collectedAt: '2026-11-23T18:00:00Z' }),
      ]
      for (const one of isLateFirst ? sends.reverse() : sends) await settled(fed, [await one()])
      const found = (await incidentsOf(fed)).filter((item) => item.signature === signature)
      assert.deepEqual(
        found.map(({ state, resolution, firstSeen }) => [firstSeen, state, resolution]),
        [
          ['2026-11-23T18:00:00.000Z', 'open', null],
          ['2026-11-23T15:00:00.000Z', 'resolved', 'cleared'],
        ],
      )
      assert.equal(found[0]?.subject.id, found[1]?.subject.id)
    })
  }
}
