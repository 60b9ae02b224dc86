import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PROBLEM_SORTS, type ProblemItem } from '../../src/model/fleet-problem.ts'
import { Problem } from '../../src/model/problem.ts'
import { countIncidents } from '../../src/store/counts.ts'
import { findIncident, listIncidents } from '../../src/store/incidents.ts'
import { addLink } from '../../src/store/links.ts'
import type { Store } from '../../src/store/open.ts'
import { mergeProblem, nameProblem, partProblem } from '../../src/store/problem-change.ts'
import { listProblems } from '../../src/store/problem-list.ts'
import { findProblem } from '../../src/store/problems.ts'
import { recount } from '../../src/store/recount.ts'
import { findTicket } from '../../src/store/tickets.ts'
import { incidentWith, ingest, START_MS, snapshotWith, temporaryStore } from './build.ts'

const HOUR_MS = 3_600_000
const SHAPES = ['1:a', '1:b', '1:c', '1:d'] as const
const BY = { who: 'ann', atMs: START_MS }

const someStep = fc.oneof(
  fc.record({
    kind: fc.constant('snapshot' as const),
    host: fc.constantFrom('h1', 'h2', 'h3'),
    hours: fc.integer({ min: 0, max: 100 }),
    kernel: fc.constantFrom('6.1.0', '5.15.0'),
    shape: fc.constantFrom(...SHAPES),
    subjectId: fc.constantFrom('1', '2'),
    signature: fc.constantFrom('unknown', 's1'),
  }),
  fc.record({
    kind: fc.constant('merge' as const),
    from: fc.constantFrom(...SHAPES),
    into: fc.constantFrom(...SHAPES),
  }),
  fc.record({ kind: fc.constant('part' as const), from: fc.constantFrom(...SHAPES) }),
)
type Step = typeof someStep extends fc.Arbitrary<infer Value> ? Value : never

async function take(store: Store, step: Step, parents: Map<string, string>): Promise<void> {
  if (step.kind === 'snapshot') {
    const { shape: fingerprint, hours, ...words } = step
    const incidents = [incidentWith({ ...words, fingerprint })]
    await ingest(store, snapshotWith({ ...words, atMs: START_MS + hours * HOUR_MS, incidents }))
    return
  }
  try {
    if (step.kind === 'part') {
      await partProblem(store, step.from, BY)
      parents.delete(step.from)
      return
    }
    await mergeProblem(store, step.from, { into: step.into, note: null }, BY)
    parents.set(step.from, rootIn(parents, step.into))
  } catch (error) {
    assert.ok(error instanceof Problem, String(error))
    if (error.kind === 'problem-merge-circular' && step.kind === 'merge') {
      assert.ok(isUnder(parents, step.into, step.from), 'refused only where it would be a circle')
    }
  }
}

function rootIn(parents: ReadonlyMap<string, string>, shape: string): string {
  const parent = parents.get(shape)
  return parent === undefined ? shape : rootIn(parents, parent)
}

function isUnder(parents: ReadonlyMap<string, string>, shape: string, other: string): boolean {
  const parent = parents.get(shape)
  return shape === other || (parent !== undefined && isUnder(parents, parent, other))
}

test('problems count what counting every incident gives, after any merges and partings', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { minLength: 2, maxLength: 16 }), async (steps) => {
      const store = temporaryStore(t)
      const parents = new Map<string, string>()
      for (const step of steps) await take(store, step, parents)
      await checkProblems(store, parents)
      const kept = await rowsOf(store)
      await store.write(recount)
      assert.deepEqual(await rowsOf(store), kept, 'what was kept is what a recount gives')
    }),
    { numRuns: 25 },
  )
})

async function checkProblems(store: Store, parents: ReadonlyMap<string, string>): Promise<void> {
  const { items: all } = await listIncidents(store, { limit: 500 })
  const byRoot = Map.groupBy(all, ({ fingerprint }) => rootIn(parents, fingerprint))
  const { items, total } = await listProblems(store, { limit: 500 })
  assert.equal(total, byRoot.size)
  const counts = await countIncidents(store, { by: ['fingerprint'], filter: {}, interval: null })
  const filter = { state: ['open', 'acknowledged', 'resolved'] }
  const walked = await countIncidents(store, { by: ['fingerprint'], filter, interval: null })
  for (const [root, incidents] of byRoot) {
    const hosts = new Set(incidents.map(({ host }) => host)).size
    const item = items.find(({ fingerprint }) => fingerprint === root)
    assert.equal(item?.incidents, incidents.length)
    assert.equal(item?.hosts, hosts)
    assert.equal(item?.open, incidents.filter(({ state }) => state !== 'resolved').length)
    assert.equal(
      item?.known,
      incidents.some(({ signature }) => signature !== 'unknown'),
    )
    assert.equal(
      item?.lastSeen,
      incidents
        .map(({ lastSeen }) => lastSeen)
        .sort()
        .at(-1),
    )
    for (const rows of [counts, walked]) {
      const row = rows.find(({ fingerprint }) => fingerprint === root)
      assert.deepEqual([row?.incidents, row?.hosts], [incidents.length, hosts])
    }
    for (const { fingerprint } of incidents) {
      const page = await listIncidents(store, { fingerprint: [fingerprint], limit: 500 })
      assert.equal(page.total, incidents.length)
      assert.equal(page.items.length, incidents.length)
    }
  }
}

async function rowsOf(store: Store) {
  const problems = await store.read.all(
    'SELECT *, round(heat, 6) AS heat FROM problems ORDER BY fingerprint',
  )
  const parts = await store.read.all(
    'SELECT fingerprint, part, value, incidents FROM problem_parts ORDER BY 1, 2, 3',
  )
  const counts = await store.read.all(
    `SELECT value, span, bucket, incidents, hosts, tasks, first_seen, last_seen FROM counts
     WHERE dimension = 'problem' ORDER BY 1, 2, 3`,
  )
  return {
    problems: problems.map((row) => ({ ...Object(row), title: '', class: '' })),
    parts,
    counts,
  }
}

/** Shapes 1:a on two hosts, 1:b and 1:c on one each. */
async function fill(store: Store): Promise<void> {
  for (const [host, fingerprint] of [
    ['h1', '1:a'],
    ['h2', '1:a'],
    ['h2', '1:b'],
    ['h3', '1:c'],
  ] as const) {
    const incidents = [incidentWith({ fingerprint, subjectId: fingerprint, signature: 'unknown' })]
    await ingest(store, snapshotWith({ host, incidents, looked: { tasks: false } }))
  }
}

test('a merge into a merged problem goes to its root, and a circle is refused', async (t) => {
  const store = temporaryStore(t)
  await fill(store)
  await mergeProblem(store, '1:b', { into: '1:a', note: 'the same lock' }, BY)
  await mergeProblem(store, '1:c', { into: '1:b', note: null }, BY)
  const problem = await findProblem(store, '1:c')
  assert.equal(problem.mergedInto, '1:a')
  assert.equal(problem.incidents, 4)
  assert.equal(problem.hosts, 3)
  assert.deepEqual(
    problem.history.map(({ what, who, other, note }) => [what, who, other, note]),
    [
      ['merged', 'ann', '1:a', null],
      ['merged', 'ann', '1:a', 'the same lock'],
    ],
  )
  await assert.rejects(mergeProblem(store, '1:a', { into: '1:c', note: null }, BY), {
    kind: 'problem-merge-circular',
  })
  await assert.rejects(partProblem(store, '1:a', BY), { kind: 'problem-not-merged' })
})

test('links of a merged problem hang on all of it, and part again with it', async (t) => {
  const store = temporaryStore(t)
  await fill(store)
  const url = 'https://tracker.example/OPS-1'
  const link = { url, key: 'OPS-1', title: null, atMs: START_MS, who: 'ann' }
  await addLink(store, { kind: 'problem', id: '1:b' }, link)
  await mergeProblem(store, '1:b', { into: '1:a', note: null }, BY)
  const listed = async () => (await listIncidents(store, { host: ['h1'], limit: 1 })).items
  const [item] = await listed()
  assert.equal(item?.links.length, 1)
  assert.equal((await findIncident(store, item?.id ?? ''))?.links.length, 1)
  assert.equal((await findTicket(store, 'OPS-1', { limit: 10 })).counts.incidents, 3)
  await partProblem(store, '1:b', BY)
  assert.equal((await listed())[0]?.links.length, 0)
  assert.equal((await findIncident(store, item?.id ?? ''))?.links.length, 0)
  assert.equal((await findTicket(store, 'OPS-1', { limit: 10 })).counts.incidents, 1)
})

test('every order is paged without a gap, and every filter leaves what it says', async (t) => {
  const store = temporaryStore(t)
  for (let index = 0; index < 12; index += 1) {
    const incidents = [
      incidentWith({
        fingerprint: `1:${index}`,
        subjectId: String(index),
        signature: index % 3 === 0 ? 'unknown' : 's1',
        class: index % 2 === 0 ? 'fuse' : 'nfs',
        title: `Shape number${index}`,
      }),
    ]
    const atMs = START_MS + index * HOUR_MS
    await ingest(
      store,
      snapshotWith({ looked: { tasks: false }, host: `h${index % 5}`, atMs, incidents }),
    )
  }
  await nameProblem(store, '1:7', { name: 'The Lock of Ann' }, BY)
  for (const sort of PROBLEM_SORTS) {
    const seen: ProblemItem[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof listProblems>> = await listProblems(store, {
        sort,
        limit: 5,
        ...(cursor ? { cursor } : {}),
      })
      seen.push(...page.items)
      cursor = page.next
    } while (cursor)
    assert.equal(new Set(seen.map(({ fingerprint }) => fingerprint)).size, 12, sort)
  }
  const total = async (filter: object) => (await listProblems(store, { ...filter, limit: 5 })).total
  assert.equal(await total({ known: false }), 4)
  assert.equal(await total({ class: ['nfs'] }), 6)
  assert.equal(await total({ signature: ['s1'] }), 8)
  assert.equal(await total({ q: 'lock ann' }), 1)
  assert.equal(await total({ since: new Date(START_MS + 10 * HOUR_MS).toISOString() }), 2)
})

test('no list of problems reads incidents, and each order has its index', async (t) => {
  const store = temporaryStore(t)
  const orders = [
    'is_known, hosts DESC',
    'hosts DESC',
    'incidents DESC',
    'last_seen DESC',
    'heat DESC',
  ]
  for (const order of orders) {
    const plan = await store.read.all<{ detail: string }>(
      `EXPLAIN QUERY PLAN SELECT * FROM problems WHERE is_listed = 1 ORDER BY ${order}, fingerprint LIMIT 50`,
    )
    const text = plan.map(({ detail }) => detail).join('\n')
    assert.match(text, /SEARCH problems USING INDEX/)
    assert.doesNotMatch(text, /TEMP B-TREE|SEARCH incidents|SCAN/)
  }
})
