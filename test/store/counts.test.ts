import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CountKey, CountRow, IncidentItem } from '../../src/model/incident.ts'
import { COUNT_KEYS, INCIDENT_STATES } from '../../src/model/incident.ts'
import type { IncidentFilter } from '../../src/model/query.ts'
import { countIncidents } from '../../src/store/counts.ts'
import { changeIncident, listIncidents } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/open.ts'
import { recount } from '../../src/store/recount.ts'
import { incidentWith, ingest, START_MS, snapshotWith, temporaryStore } from './build.ts'

const HOUR_MS = 3_600_000

const someIncident = fc.record({
  signature: fc.constantFrom('s1', 's2', 's3'),
  subjectId: fc.constantFrom('1', '2'),
  verdict: fc.constantFrom('confirmed' as const, 'likely' as const, 'possible' as const),
  severity: fc.constantFrom('critical' as const, 'medium' as const, 'info' as const),
  class: fc.constantFrom('fuse', 'nfs', null),
  fingerprint: fc.constantFrom('1:a', '1:b'),
  taskCount: fc.integer({ min: 1, max: 5 }),
})

const someSnapshot = fc.record({
  kind: fc.constant('snapshot' as const),
  host: fc.constantFrom('a', 'b', 'c'),
  bootId: fc.constantFrom('b1', 'b2', null),
  hours: fc.integer({ min: 0, max: 60 }),
  kernel: fc.constantFrom('6.1.0-1', '6.1.0-2', '5.15.35', null),
  labels: fc.constantFrom({}, { rack: 'r1' }, { rack: 'r2', env: 'prod' }),
  incidents: fc.uniqueArray(someIncident, {
    maxLength: 3,
    selector: ({ signature, subjectId }) => `${signature} ${subjectId}`,
  }),
})

const someChange = fc.record({
  kind: fc.constant('change' as const),
  index: fc.nat({ max: 20 }),
  state: fc.constantFrom(...INCIDENT_STATES),
  hours: fc.integer({ min: 0, max: 60 }),
})

const KEYS: readonly (readonly CountKey[])[] = [
  [],
  ...COUNT_KEYS.map((key) => [key]),
  ['label.rack'],
  ['signature', 'kernel'],
  ['state', 'severity', 'class'],
  ['kernelSeries', 'verdict'],
  ['host', 'signature'],
  ['label.rack', 'label.env'],
  ['label.rack', 'state'],
]

const FILTERS: readonly IncidentFilter[] = [
  {},
  { state: ['open'] },
  { signature: ['!s1'], severity: ['critical', 'medium'] },
  { host: ['a', 'b'], state: ['!resolved'] },
  { labels: { rack: ['r1'] } },
  { fingerprint: ['1:a'], kernel: ['6.1.0-1'] },
  { since: new Date(START_MS + 20 * HOUR_MS).toISOString() },
  { until: new Date(START_MS + 20 * HOUR_MS).toISOString(), verdict: ['confirmed'] },
]

test('counts are what counting every incident gives, after any sequence of events', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof({ weight: 4, arbitrary: someSnapshot }, { weight: 1, arbitrary: someChange }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      async (steps) => {
        const store = temporaryStore(t)
        for (const step of steps) await take(store, step)
        const all = await listAll(store, {})
        for (const filter of FILTERS) await checkFilter(store, filter, all)
        const kept = await rollUpsOf(store)
        await store.write(recount)
        assert.deepEqual(await rollUpsOf(store), kept, 'what was kept is what a recount gives')
      },
    ),
    { numRuns: 10 },
  )
})

type Step = typeof someSnapshot extends fc.Arbitrary<infer Value> ? Value : never
type Change = typeof someChange extends fc.Arbitrary<infer Value> ? Value : never

async function take(store: Store, step: Step | Change): Promise<void> {
  const atMs = START_MS + step.hours * HOUR_MS
  if (step.kind === 'snapshot') {
    await ingest(
      store,
      snapshotWith({ ...step, atMs, incidents: step.incidents.map(incidentWith) }),
    )
    return
  }
  const { items } = await listIncidents(store, { limit: 50 })
  const item = items[step.index % Math.max(items.length, 1)]
  if (!item) return
  const at = new Date(atMs).toISOString()
  await changeIncident(store, item.id, { state: step.state, who: 'ann', at })
}

async function listAll(store: Store, filter: IncidentFilter): Promise<readonly IncidentItem[]> {
  const items: IncidentItem[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof listIncidents>> = await listIncidents(store, {
      ...filter,
      limit: 3,
      ...(cursor ? { cursor } : {}),
    })
    items.push(...page.items)
    cursor = page.next
  } while (cursor)
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length, 'no incident twice')
  return items
}

async function checkFilter(
  store: Store,
  filter: IncidentFilter,
  all: readonly IncidentItem[],
): Promise<void> {
  const matching = all.filter((item) => passes(item, filter))
  for (const sort of ['lastSeen', 'firstSeen', 'severity'] as const) {
    const page = await listIncidents(store, { ...filter, sort, limit: 500 })
    assert.equal(page.total, matching.length, JSON.stringify({ filter, sort }))
    assert.deepEqual(page.items.map(({ id }) => id).sort(), matching.map(({ id }) => id).sort())
  }
  const listed = await listAll(store, filter)
  assert.deepEqual(listed.map(({ id }) => id).sort(), matching.map(({ id }) => id).sort())
  for (const by of KEYS) {
    for (const interval of [null, 'day', 'hour'] as const) {
      const counted = await countIncidents(store, { by, filter, interval })
      assert.deepEqual(
        counted.map(asText).sort(),
        countByHand(matching, by, interval).map(asText).sort(),
        JSON.stringify({ by, filter, interval }),
      )
    }
  }
}

function asText(row: CountRow): string {
  return JSON.stringify(Object.entries(row).sort())
}

function passes(item: IncidentItem, filter: IncidentFilter): boolean {
  const fits = (value: string | null, values: readonly string[] | undefined): boolean => {
    const wanted = values?.filter((each) => !each.startsWith('!')) ?? []
    return (
      (wanted.length === 0 || wanted.includes(value ?? '')) && !values?.includes(`!${value ?? ''}`)
    )
  }
  return (
    fits(item.signature, filter.signature) &&
    fits(item.verdict, filter.verdict) &&
    fits(item.severity, filter.severity) &&
    fits(item.state, filter.state) &&
    fits(item.host, filter.host) &&
    fits(item.kernel, filter.kernel) &&
    fits(item.fingerprint, filter.fingerprint) &&
    Object.entries(filter.labels ?? {}).every(([label, values]) =>
      fits(item.labels[label] ?? null, values),
    ) &&
    (filter.since === undefined || item.lastSeen >= filter.since) &&
    (filter.until === undefined || item.firstSeen < filter.until)
  )
}

function countByHand(
  items: readonly IncidentItem[],
  by: readonly CountKey[],
  interval: 'hour' | 'day' | null,
): readonly CountRow[] {
  const groups = Map.groupBy(
    items.filter((item) =>
      by.every((key) => !key.startsWith('label.') || keyValueOf(item, key) !== null),
    ),
    (item) => JSON.stringify([by.map((key) => keyValueOf(item, key)), bucketOf(item, interval)]),
  )
  return [...groups].map(([key, group]) => {
    const [values, at] = JSON.parse(key)
    return {
      ...Object.fromEntries(by.map((name, index) => [name, values[index]])),
      ...(interval ? { at } : {}),
      incidents: group.length,
      hosts: new Set(group.map(({ host }) => host)).size,
      tasks: group.reduce((sum, { taskCount }) => sum + taskCount, 0),
      firstSeen: group.map(({ firstSeen }) => firstSeen).sort()[0] ?? '',
      lastSeen:
        group
          .map(({ lastSeen }) => lastSeen)
          .sort()
          .at(-1) ?? '',
    }
  })
}

function keyValueOf(item: IncidentItem, key: CountKey): string | null {
  if (key.startsWith('label.')) return item.labels[key.slice('label.'.length)] ?? null
  if (key === 'kernelSeries') return item.kernel?.split('.').slice(0, 2).join('.') ?? null
  const value = Object.entries(item).find(([name]) => name === key)?.[1]
  return typeof value === 'string' ? value : null
}

function bucketOf(item: IncidentItem, interval: 'hour' | 'day' | null): string | null {
  if (interval === null) return null
  return `${item.firstSeen.slice(0, interval === 'day' ? 10 : 13)}${interval === 'day' ? 'T00' : ''}:00:00.000Z`
}

/** Every roll-up, without the numbers that rows happen to have. */
async function rollUpsOf(store: Store): Promise<readonly unknown[]> {
  const counts = await store.read.all(
    `SELECT c.dimension, c.span, c.value, c.bucket, c.incidents, c.hosts, c.tasks, c.first_seen, c.last_seen,
       (SELECT sum(h.incidents) FROM count_hosts h WHERE h.count_id = c.count_id) AS in_hosts
     FROM counts c ORDER BY 1, 2, 3, 4`,
  )
  const cells = await store.read.all(
    `SELECT c.signature, c.verdict, c.severity, c.state, c.class, c.kernel, c.kernel_series, c.incidents,
       c.tasks, c.first_seen, c.last_seen,
       (SELECT count(*) FROM cell_hosts h WHERE h.cell_id = c.cell_id) AS hosts,
       (SELECT count(*) FROM incidents i WHERE i.cell_id = c.cell_id) AS members
     FROM cells c WHERE c.incidents > 0 ORDER BY 1, 2, 3, 4, 5, 6`,
  )
  return [...counts, ...cells]
}
