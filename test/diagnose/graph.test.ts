import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { type Graph, graphOf, hasCycle, reachable } from '../../src/diagnose/graph/graph.ts'
import { situationOf } from '../../src/diagnose/situation/situation.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import type { GraphEdge } from '../../src/model/diagnosis.ts'

/** The graph of these arrows: `a>b c>d`. */
function graphMade(arrows: string): Graph {
  const nodes = new Map<string, { id: string; kind: string; label: string }>()
  const out = new Map<string, GraphEdge[]>()
  const into = new Map<string, GraphEdge[]>()
  for (const arrow of arrows.split(' ')) {
    const [from = '', to = ''] = arrow.split('>')
    for (const id of [from, to]) nodes.set(id, { id, kind: 'task', label: id })
    const edge = { from, to, kind: 'lock-owner', evidence: 'made up' }
    out.set(from, [...(out.get(from) ?? []), edge])
    into.set(to, [...(into.get(to) ?? []), edge])
  }
  return { nodes, out, into }
}

for (const [says, arrows, within, wanted] of [
  ['two that wait for each other', 'a>b b>a', 'a b', true],
  ['a ring of four, with a tail', 'x>a a>b b>c c>d d>a d>y', 'x a b c d y', true],
  ['a chain', 'a>b b>c c>d', 'a b c d', false],
  ['a diamond', 'a>b a>c b>d c>d', 'a b c d', false],
  ['many arrows into one', 'a>z b>z c>z z>y', 'a b c z y', false],
  ['a ring of which one is not asked for', 'a>b b>c c>a', 'a b', false],
  ['a ring that is not asked for', 'a>b c>d d>c', 'a b', false],
  ['two parts, a ring in the second', 'a>b c>d d>e e>c', 'a b c d e', true],
  ['a node without arrows', 'a>b', 'z', false],
  ['nothing', 'a>b', '', false],
] as const) {
  test(`${says}: ${wanted ? 'a cycle' : 'no cycle'}`, () => {
    const set = new Set<string>(within.split(' ').filter((id) => id !== ''))
    assert.equal(hasCycle(graphMade(arrows), set), wanted)
  })
}

test('what can be come to holds the starts, and goes round a ring once', () => {
  const { out, into } = graphMade('a>b b>c c>a c>d e>a')
  assert.deepEqual([...reachable(out, ['b'], 'to')].sort(), ['a', 'b', 'c', 'd'])
  assert.deepEqual([...reachable(into, ['a'], 'from')].sort(), ['a', 'b', 'c', 'e'])
  assert.deepEqual([...reachable(out, ['d'], 'to')], ['d'])
  assert.deepEqual([...reachable(out, [], 'to')], [])
})

test('a chain of a hundred thousand is walked without running out of stack', () => {
  const arrows = Array.from({ length: 100_000 }, (_, index) => `n${index}>n${index + 1}`)
  const graph = graphMade(arrows.join(' '))
  assert.equal(reachable(graph.out, ['n0'], 'to').size, 100_001)
  assert.equal(hasCycle(graph, new Set(graph.nodes.keys())), false)
})

const S = 'samples/signature'

/** Arrows that a sample must show, as `from kind to`. */
const DRAWN: readonly (readonly [sample: string, edges: readonly string[]])[] = [
  [
    'fuse-flush-deadlock/fires-confirmed-zombie-leader-one-incident',
    [
      'task:455 reaps task:483',
      'task:483 has-live-thread task:492',
      'task:492 waits-for-answer fuse:48',
    ],
  ],
  [
    'fuse-flush-deadlock/fires-confirmed-nested-namespaces-one-incident',
    ['task:455 reaps task:467', 'task:467 reaps task:473', 'task:473 has-live-thread task:476'],
  ],
  [
    'pidns-teardown-stuck/fires-likely-tracer-is-stopped',
    ['task:455 reaps task:471', 'task:471 traced-by task:360'],
  ],
  [
    'fuse-daemon-unresponsive/fires-confirmed-daemon-stopped-one-incident',
    ['task:402 waits-for-answer fuse:40', 'fuse:40 served-by task:350'],
  ],
  [
    'fuse-daemon-unresponsive/fires-confirmed-loop-device-on-fuse-file-one-incident',
    [
      'task:402 journal-commit task:356',
      'task:356 device-io device:loop0',
      'device:loop0 worked-by task:207',
      'device:loop0 backed-by fuse:40',
      'task:207 waits-for-answer fuse:40',
    ],
  ],
  [
    'fuse-daemon-unresponsive/fires-confirmed-page-fault-holds-mmap-lock-one-incident',
    ['task:404 lock-owner-inferred task:403', 'task:405 lock-owner-inferred task:403'],
  ],
  [
    'fuse-daemon-unresponsive/fires-confirmed-writer-holds-inode-lock-one-incident',
    ['task:410 lock-owner-inferred task:402', 'task:414 lock-owner-inferred task:402'],
  ],
  [
    'nfs-flush-deadlock/fires-confirmed-release-by-task-work-one-incident',
    ['task:492 waits-for-answer nfs:10.20.0.7', 'task:471 waits-for-answer nfs:10.20.0.7'],
  ],
]

for (const [sample, wanted] of DRAWN) {
  test(`${sample} draws ${wanted.length} arrows`, async () => {
    const snapshot = await readBundle(`${S}/${sample}`, { name: 'x' })
    const { out } = graphOf(situationOf(snapshot))
    const drawn = [...out.values()].flat().map(({ from, kind, to }) => `${from} ${kind} ${to}`)
    assert.deepEqual(
      wanted.filter((edge) => !drawn.includes(edge)),
      [],
      drawn.join('\n'),
    )
  })
}

test('the picture of a deadlock holds its tasks, and every arrow has both ends', async () => {
  const path = `${S}/fuse-flush-deadlock/fires-confirmed-zombie-leader-one-incident`
  const { incidents } = diagnose(await readBundle(path, { name: 'x' }), loadCatalogue())
  const { nodes, edges } = incidents[0]?.graph ?? { nodes: [], edges: [] }
  const ids = new Set(nodes.map(({ id }) => id))
  for (const id of ['task:455', 'task:483', 'task:492', 'fuse:48']) assert.ok(ids.has(id), id)
  for (const { from, to, evidence } of edges) {
    assert.ok(ids.has(from) && ids.has(to), `${from} ${to}`)
    assert.notEqual(evidence, '')
  }
})

test('a daemon that its own kernel-mode thread starves is drawn as a cycle', async () => {
  // The daemon itself reads from the mount it serves.
  const path = `${S}/fuse-daemon-unresponsive/fires-confirmed-daemon-waits-for-itself-one-incident`
  const { incidents } = diagnose(await readBundle(path, { name: 'x' }), loadCatalogue())
  assert.equal(incidents[0]?.graph.cycle, true)
})
