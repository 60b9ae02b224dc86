import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { advance, begin, type LifeEvent, relive } from '../../src/ingest/lifecycle.ts'
import { saveFound } from '../../src/ingest/save.ts'
import type { Looked, Proof } from '../../src/store/found.ts'
import { findIncident, listIncidents } from '../../src/store/incidents.ts'
import type { HistoryRow } from '../../src/store/life.ts'
import { incidentWith, START_MS, snapshotWith, temporaryStore, upload } from '../store/build.ts'

const PROOF: Proof = { tasks: true, log: false, goroutines: false, tids: [455], taskCount: 100 }
const LOOKED: Looked = { tasks: true, log: true, goroutines: false, taskCount: 100, unreadable: [] }

function shown(
  at: number,
  words: Partial<{
    verdict: 'confirmed' | 'likely' | 'possible'
    severity: 'critical' | 'info'
    proof: Partial<Proof>
  }> = {},
): LifeEvent {
  const { verdict = 'confirmed', severity = 'critical', proof } = words
  return {
    kind: 'shown',
    sighting: { at, snapshotId: `s${at}`, verdict, severity },
    proof: { ...PROOF, ...proof },
  }
}

function absent(at: number, words: { bootId?: string; looked?: Partial<Looked> } = {}): LifeEvent {
  const { bootId = 'b1', looked } = words
  return {
    kind: 'absent',
    visit: { at, snapshotId: `s${at}`, bootId, looked: { ...LOOKED, ...looked } },
  }
}

function person(at: number, what: HistoryRow['what']): LifeEvent {
  return {
    kind: 'person',
    row: { at, what, who: 'ann', byPerson: true, snapshotId: null, note: null },
  }
}

/** What happens to an incident of boot `b1`, and what its history then says and where it ends. */
const LIVES: readonly (readonly [
  title: string,
  events: readonly LifeEvent[],
  history: string,
  end: string,
])[] = [
  ['seen once, it is open', [shown(1)], 'opened', 'open'],
  ['seen again, it stays open', [shown(1), shown(2)], 'opened', 'open'],
  [
    'a look that does not find it clears it',
    [shown(1), absent(2)],
    'opened cleared',
    'resolved cleared',
  ],
  [
    'another boot ends it',
    [shown(1), absent(2, { bootId: 'b2' })],
    'opened rebooted',
    'resolved rebooted',
  ],
  [
    'another boot ends it even without a look',
    [shown(1), absent(2, { bootId: 'b2', looked: { tasks: false } })],
    'opened rebooted',
    'resolved rebooted',
  ],
  [
    'a bundle without tasks clears nothing',
    [shown(1), absent(2, { looked: { tasks: false } })],
    'opened',
    'open',
  ],
  [
    'a bundle of a few tasks clears nothing',
    [shown(1), absent(2, { looked: { taskCount: 3 } })],
    'opened',
    'open',
  ],
  [
    'a snapshot that could not read its task clears nothing',
    [shown(1), absent(2, { looked: { unreadable: [455] } })],
    'opened',
    'open',
  ],
  [
    'a snapshot of an unknown boot clears nothing',
    [shown(1), absent(2, { bootId: '' })],
    'opened',
    'open',
  ],
  [
    'seen after it was cleared, it is reopened',
    [shown(1), absent(2), shown(3)],
    'opened cleared reopened',
    'open',
  ],
  [
    'cleared twice',
    [shown(1), absent(2), shown(3), absent(4)],
    'opened cleared reopened cleared',
    'resolved cleared',
  ],
  [
    'once over, nothing ends it again',
    [shown(1), absent(2), absent(3, { bootId: 'b2' })],
    'opened cleared',
    'resolved cleared',
  ],
  [
    'acknowledged, it stays so when seen',
    [shown(1), person(2, 'acknowledged'), shown(3)],
    'opened acknowledged',
    'acknowledged',
  ],
  [
    'acknowledged, it is cleared like any other',
    [shown(1), person(2, 'acknowledged'), absent(3)],
    'opened acknowledged cleared',
    'resolved cleared',
  ],
  [
    'resolved by a person, it is reopened when seen later',
    [shown(1), person(2, 'resolved'), shown(3)],
    'opened resolved reopened',
    'open',
  ],
  [
    'resolved by a person, an older sighting that comes late does not reopen it',
    [shown(1), person(3, 'resolved'), shown(2)],
    'opened resolved',
    'resolved',
  ],
  [
    'reopened by a person',
    [shown(1), absent(2), person(3, 'reopened')],
    'opened cleared reopened',
    'open',
  ],
  ['a note changes nothing', [shown(1), person(2, 'seen')], 'opened seen', 'open'],
  [
    'a better verdict is news',
    [shown(1, { verdict: 'likely' }), shown(2)],
    'opened verdict',
    'open',
  ],
  ['a worse verdict is none', [shown(1), shown(2, { verdict: 'possible' })], 'opened', 'open'],
  [
    'the log alone still tells of it: it is over',
    [shown(1), shown(2, { severity: 'info' })],
    'opened cleared',
    'resolved cleared',
  ],
  [
    'a note from the start is open until a look at log and tasks misses it',
    [
      shown(1, { severity: 'info', proof: { tasks: false, log: true } }),
      absent(2, { looked: { log: false } }),
      absent(3),
    ],
    'opened cleared',
    'resolved cleared',
  ],
  [
    'a goroutine is missed only where goroutines are',
    [
      shown(1, { proof: { tasks: false, goroutines: true } }),
      absent(2),
      absent(3, { looked: { goroutines: true } }),
    ],
    'opened cleared',
    'resolved cleared',
  ],
  ['a look before the first sighting says nothing', [absent(1), shown(2)], 'opened', 'open'],
]

for (const [title, events, history, end] of LIVES) {
  test(title, () => {
    const lived = relive(events, 'b1')
    assert.ok(lived)
    assert.equal(lived.history.map(({ what }) => what).join(' '), history)
    assert.equal([lived.life.state, lived.life.resolution ?? []].flat().join(' '), end)
  })
}

test('an incident of an unknown boot is cleared by any look, and never rebooted', () => {
  const lived = relive([shown(1), absent(2, { bootId: 'b2' })], '')
  assert.equal(lived?.life.resolution, 'cleared')
})

const someEvent = (at: number): fc.Arbitrary<LifeEvent> =>
  fc.oneof(
    fc
      .record({
        verdict: fc.constantFrom('confirmed' as const, 'likely' as const, 'possible' as const),
        severity: fc.constantFrom('critical' as const, 'info' as const),
      })
      .map((words) => shown(at, words)),
    fc
      .record({
        bootId: fc.constantFrom('b1', 'b2', ''),
        looked: fc.record({ tasks: fc.boolean(), log: fc.boolean() }),
      })
      .map((words) => absent(at, words)),
    fc
      .constantFrom('acknowledged' as const, 'resolved' as const, 'reopened' as const)
      .map((what) => person(at, what)),
  )

const someLife = fc
  .array(fc.nat(), { minLength: 1, maxLength: 12 })
  .chain((slots) => fc.tuple(...slots.map((_, index) => someEvent(index + 1))))

test('events taken one by one make the life that all of them make, in any order', () => {
  fc.assert(
    fc.property(someLife, fc.infiniteStream(fc.nat()), (events, random) => {
      const first = events.findIndex(({ kind }) => kind === 'shown')
      const start = events[first]
      if (start?.kind !== 'shown') return
      let step = begin(start.sighting, start.proof)
      const history = [step.history]
      for (const event of events.slice(first + 1)) {
        step = advance(step.life, event, 'b1')
        history.push(step.history)
      }
      const shuffled = events
        .map((event) => ({ event, order: random.next().value }))
        .sort((left, right) => left.order - right.order)
        .map(({ event }) => event)
      const lived = relive(shuffled, 'b1')
      assert.deepEqual(lived?.life, step.life)
      assert.deepEqual(
        lived?.history,
        history.filter((row) => row !== null),
      )
    }),
  )
})

type StoredSnapshot = {
  readonly bootId: string
  readonly shows: boolean
  readonly verdict: 'confirmed' | 'likely'
  readonly severity: 'critical' | 'info'
  readonly tasks: boolean
}

const someHistory = fc.array(
  fc.record<StoredSnapshot>({
    bootId: fc.constantFrom('b1', 'b2'),
    shows: fc.boolean(),
    verdict: fc.constantFrom('confirmed', 'likely'),
    severity: fc.constantFrom('critical', 'info'),
    tasks: fc.boolean(),
  }),
  { minLength: 1, maxLength: 7 },
)

test('the incidents of a host are the same in whatever order its snapshots arrive', async (t) => {
  await fc.assert(
    fc.asyncProperty(someHistory, fc.infiniteStream(fc.nat()), async (snapshots, random) => {
      const inOrder = snapshots.map((snapshot, index) => ({ snapshot, index }))
      const shuffled = inOrder
        .map((each) => ({ ...each, order: random.next().value }))
        .sort((left, right) => left.order - right.order)
      const store = temporaryStore(t)
      for (const { snapshot, index } of inOrder) await ingestOn(store, 'in-order', snapshot, index)
      for (const { snapshot, index } of shuffled) await ingestOn(store, 'shuffled', snapshot, index)
      assert.deepEqual(await livesOf(store, 'shuffled'), await livesOf(store, 'in-order'))
    }),
    { numRuns: 15 },
  )
})

async function ingestOn(
  store: ReturnType<typeof temporaryStore>,
  host: string,
  { bootId, shows, verdict, severity, tasks }: StoredSnapshot,
  index: number,
): Promise<void> {
  const found = snapshotWith({
    host,
    bootId: `${host} ${bootId}`,
    atMs: START_MS + index * 60_000,
    looked: { tasks },
    incidents: shows ? [incidentWith({ verdict, severity, taskCount: index + 1 })] : [],
  })
  await saveFound(store, await upload(store), found, START_MS)
}

async function livesOf(store: ReturnType<typeof temporaryStore>, host: string) {
  const { items } = await listIncidents(store, { limit: 50, host: [host], sort: 'firstSeen' })
  const lives = []
  for (const { id } of items) {
    const incident = await findIncident(store, id)
    assert.ok(incident)
    const { state, resolution, verdict, severity, taskCount, firstSeen, lastSeen, snapshots } =
      incident
    const history = incident.history.map(({ at, what }) => `${at} ${what}`)
    lives.push({
      state,
      resolution,
      verdict,
      severity,
      taskCount,
      firstSeen,
      lastSeen,
      snapshots,
      history,
    })
  }
  return lives
}
