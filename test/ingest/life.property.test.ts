import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { saveFound } from '../../src/ingest/save.ts'
import { changeIncident, findIncident } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/open.ts'
import { toTime } from '../../src/store/packed.ts'
import { findSnapshot } from '../../src/store/snapshots.ts'
import { incidentWith, START_MS, snapshotWith, temporaryStore, upload } from '../store/build.ts'

// The life of incidents as the store makes it, out of snapshots that come late, twice, in part and
// at once, with people acting in between, against a model that is told everything in its order.

const MINUTE_MS = 60_000
const SLOTS = 8
const RUNS = 400
const TIME_MAX_MS = 20_000

type Subject = 'used-again' | 'lasting'

/** What one snapshot says of one subject. */
type Shown = {
  readonly subject: Subject
  /** Only of the subject that lasts as long as its boot it may be unknown. */
  readonly isStartTold: boolean
  readonly isNote: boolean
}

type Taken = {
  readonly kind: 'taken'
  readonly at: number
  readonly arrives: number
  readonly boot: string
  /** Number of the one that bears the number used again: 1, later 2. */
  readonly start: number
  readonly shown: readonly Shown[]
  /** False: a few tasks of the host alone, or the telling one could not be read. */
  readonly isWhole: boolean
  readonly isTwice: boolean
}

type Deed = 'acknowledged' | 'resolved' | 'open' | 'noted' | 'muted'

type Done = {
  readonly kind: 'done'
  readonly at: number
  readonly key: string
  readonly deed: Deed
}

type Happening = Taken | Done

/** Who an incident is: a boot, a subject, and which bearer of its number. */
function keyOf({ boot, start }: Taken, subject: Subject): string {
  return `${boot} ${subject} ${subject === 'lasting' ? 1 : start}`
}

// The model ------------------------------------------------------------------------------------

type Life = {
  state: string
  seen: number
  firstSeen: number
  lastSeen: number
  wasWorse: boolean
  mutedUntil: number | null
  history: string[]
}

const MUTE_MINUTES = 25

/** The life of one incident, out of all that happened to its host in the order in which it did. */
function modelOf(key: string, happenings: readonly Happening[]): Life | null {
  let life: Life | null = null
  for (const each of [...happenings].sort((left, right) => left.at - right.at)) {
    if (each.kind === 'taken') life = look(key, life, each)
    else if (life && each.key === key) act(life, each)
  }
  return life
}

function look(key: string, life: Life | null, taken: Taken): Life | null {
  const shown = taken.shown.find(({ subject }) => keyOf(taken, subject) === key)
  if (!shown) {
    if (life) miss(key, life, taken)
    return life
  }
  if (!life) return born(taken, shown)
  if (shown.isNote && life.wasWorse) {
    end(life, 'cleared', taken.at)
    return life
  }
  const isMuted = life.mutedUntil !== null && taken.at < life.mutedUntil
  if (life.state.startsWith('resolved') && !isMuted) {
    life.state = 'open'
    life.history.push(`${taken.at} reopened`)
  }
  life.seen += 1
  life.lastSeen = taken.at
  life.wasWorse ||= !shown.isNote
  return life
}

function born({ at }: Taken, { isNote }: Shown): Life {
  return {
    state: 'open',
    seen: 1,
    firstSeen: at,
    lastSeen: at,
    wasWorse: !isNote,
    mutedUntil: null,
    history: [`${at} opened`],
  }
}

function miss(key: string, life: Life, { boot, isWhole, at }: Taken): void {
  if (!key.startsWith(`${boot} `)) end(life, 'rebooted', at)
  else if (isWhole) end(life, 'cleared', at)
}

function end(life: Life, why: string, at: number): void {
  if (life.state.startsWith('resolved')) return
  life.state = `resolved ${why}`
  life.mutedUntil = null
  life.history.push(`${at} ${why}`)
}

function act(life: Life, { at, deed }: Done): void {
  if (deed === 'acknowledged') life.state = deed
  // What is over already keeps its reason.
  if (deed === 'resolved' && !life.state.startsWith('resolved')) life.state = deed
  if (deed === 'open') {
    life.state = 'open'
    life.mutedUntil = null
  }
  if (deed === 'muted') life.mutedUntil = at + MUTE_MINUTES
  life.history.push(`${at} ${deed === 'open' ? 'reopened' : deed}`)
}

// What happens ---------------------------------------------------------------------------------

const someShown = (subject: Subject): fc.Arbitrary<readonly Shown[]> =>
  fc
    .record({
      isThere: fc.boolean(),
      isStartTold: subject === 'lasting' ? fc.boolean() : fc.constant(true),
      isNote: fc.nat(4).map((dice) => dice === 0),
    })
    .map(({ isThere, ...words }) => (isThere ? [{ subject, ...words }] : []))

const someSlot = fc.record({
  used: someShown('used-again'),
  lasting: someShown('lasting'),
  isWhole: fc.nat(2).map((dice) => dice > 0),
  isTwice: fc.nat(3).map((dice) => dice === 0),
  delay: fc.nat(4),
  deed: fc.option(
    fc.record({
      key: fc.nat(5),
      deed: fc.constantFrom<Deed>('acknowledged', 'resolved', 'open', 'noted', 'muted'),
    }),
  ),
})

const someHistory = fc.record({
  slots: fc.array(someSlot, { minLength: 2, maxLength: SLOTS }),
  rebootAt: fc.nat(SLOTS),
  usedAgainAt: fc.nat(SLOTS),
})

type History = typeof someHistory extends fc.Arbitrary<infer Value> ? Value : never

/** Ten minutes a slot; people act in the middle of one, so no two things happen at once. */
function takenOf({ slots, rebootAt, usedAgainAt }: History, host: string): readonly Taken[] {
  return slots.map(({ used, lasting, isWhole, isTwice, delay }, index) => ({
    kind: 'taken',
    at: index * 10,
    arrives: (index + delay) * 10,
    boot: `${host}-${index < rebootAt ? 'b1' : 'b2'}`,
    start: index < usedAgainAt ? 1 : 2,
    shown: [...used, ...lasting],
    isWhole,
    isTwice,
  }))
}

function keysOf(taken: readonly Taken[]): readonly string[] {
  return [
    ...new Set(taken.flatMap((each) => each.shown.map(({ subject }) => keyOf(each, subject)))),
  ]
}

// The store ------------------------------------------------------------------------------------

const at = (minute: number): number => START_MS + minute * MINUTE_MS

function foundOf(taken: Taken, host: string) {
  return snapshotWith({
    host,
    bootId: taken.boot,
    atMs: at(taken.at),
    taskCount: taken.isWhole ? 100 : 3,
    incidents: taken.shown.map(({ subject, isStartTold, isNote }) => {
      const start = subject === 'lasting' ? 1 : taken.start
      const starts = isStartTold ? { subject: start } : {}
      return incidentWith({ subjectId: subject, severity: isNote ? 'info' : 'critical', starts })
    }),
  })
}

/** Saves what one snapshot shows, at the same time as others; answers which incident is which. */
async function save(
  store: Store,
  taken: Taken,
  host: string,
): Promise<readonly (readonly [string, string])[]> {
  const id = await upload(store)
  const found = foundOf(taken, host)
  await Promise.all(
    (taken.isTwice ? [1, 2] : [1]).map(() => saveFound(store, id, found, at(taken.arrives))),
  )
  const { incidents = [] } = (await findSnapshot(store, id)) ?? {}
  return taken.shown.map(({ subject }, index) => [keyOf(taken, subject), incidents[index] ?? ''])
}

async function storedOf(store: Store, id: string): Promise<Life> {
  const incident = await findIncident(store, id)
  assert.ok(incident)
  const minute = (time: string): number => (Date.parse(time) - START_MS) / MINUTE_MS
  const { state, resolution, snapshots, firstSeen, lastSeen, mutedUntil, history } = incident
  return {
    state: [state, resolution].filter(Boolean).join(' '),
    seen: snapshots,
    firstSeen: minute(firstSeen),
    lastSeen: minute(lastSeen),
    wasWorse: incident.severity !== 'info',
    mutedUntil: mutedUntil === null ? null : minute(mutedUntil),
    history: history
      .filter(({ what }) => what !== 'seen' && what !== 'verdict')
      .map((item) => `${minute(item.at)} ${item.what}`),
  }
}

const CHANGES = {
  acknowledged: { state: 'acknowledged' },
  resolved: { state: 'resolved' },
  open: { state: 'open' },
  noted: { note: 'looked at it' },
  muted: {},
} as const

async function change(store: Store, id: string, { at: minute, deed }: Done): Promise<void> {
  const muted = deed === 'muted' ? { mutedUntil: toTime(at(minute + MUTE_MINUTES)) } : {}
  await changeIncident(store, id, {
    ...CHANGES[deed],
    ...muted,
    who: 'ann',
    at: toTime(at(minute)),
  })
}

/** Lets it all happen to the store; answers its incidents by key, and what people did. */
async function live(store: Store, history: History, host: string) {
  const taken = takenOf(history, host)
  const keys = keysOf(taken)
  const ids = new Map<string, string>()
  const deeds: Done[] = []
  for (let minute = 0; minute <= (SLOTS + 4) * 10; minute += 10) {
    const arriving = taken.filter(({ arrives }) => arrives === minute)
    const told = await Promise.all(arriving.map((each) => save(store, each, host)))
    for (const [key, id] of told.flat()) {
      assert.equal(ids.get(key) ?? id, id, 'one incident has one id')
      ids.set(key, id)
    }
    const wish = history.slots[minute / 10]?.deed
    const key = keys[(wish?.key ?? 0) % Math.max(keys.length, 1)] ?? ''
    const id = ids.get(key)
    if (!wish || !id) continue
    const done: Done = { kind: 'done', at: minute + 5, key, deed: wish.deed }
    const known = modelOf(key, [...taken.filter(({ arrives }) => arrives <= minute), ...deeds])
    // To open what is open says nothing.
    if (wish.deed === 'open' && known?.state === 'open') continue
    await change(store, id, done)
    deeds.push(done)
  }
  return { taken, keys, ids, deeds }
}

test('incidents live as the model says, in whatever order and however often snapshots come', async (t) => {
  const store = temporaryStore(t)
  let run = 0
  await fc.assert(
    fc.asyncProperty(someHistory, async (history) => {
      run += 1
      const { taken, keys, ids, deeds } = await live(store, history, `host-${run}`)
      assert.equal(new Set(ids.values()).size, keys.length, 'each has an id of its own')
      for (const key of keys) {
        const model = modelOf(key, [...taken, ...deeds])
        assert.deepEqual(await storedOf(store, ids.get(key) ?? ''), model, key)
      }
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: TIME_MAX_MS },
  )
})
