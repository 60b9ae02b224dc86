import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncidentTask, WaitGraph } from '../../src/model/diagnosis.ts'
import { foldGraph } from '../../src/web/graph-fold.ts'
import { shapeOf } from '../../src/web/graph-shapes.ts'
import { graphFigure } from '../../src/web/graph-svg.ts'
import { readMarkup } from './markup.ts'
import { INCIDENT } from './values.ts'

const { graph, tasks } = INCIDENT

function figure(drawn: WaitGraph, of: readonly IncidentTask[] = []): string {
  return graphFigure(drawn, of, 'g')?.markup ?? ''
}

/** `count` tasks of one kind that all wait for the same one. */
function star(count: number): WaitGraph {
  const victims = Array.from({ length: count }, (_, index) => `task:${index + 10}`)
  return {
    nodes: ['task:1', ...victims].map((id) => ({ id, kind: 'task', label: `job (${id})` })),
    edges: victims.map((from) => ({ from, to: 'task:1', kind: 'lock-owner', evidence: 'the log' })),
    cycle: false,
  }
}

test('fifty victims are one victim and 49 more', () => {
  const folded = foldGraph(star(50), [])
  assert.deepEqual(
    folded.nodes.map(({ label }) => label),
    ['job (task:1)', 'job (task:10)', '49 more'],
  )
  assert.equal(folded.nodes[2]?.folded.length, 49)
  assert.equal(folded.edges.length, 2)
  assert.match(figure(star(50)), /49 tasks alike are drawn as one/)
})

test('three victims stay three', () => {
  assert.equal(foldGraph(star(3), []).nodes.length, 4)
})

test('six culprits alike stay six, so that none hides behind a number', () => {
  const culprits = star(6).nodes.map((_, index) => ({
    role: 'flusher',
    tgid: index + 10,
    tid: index + 10,
    comm: null,
    state: null,
    waitsOn: null,
  }))
  assert.equal(foldGraph(star(6), culprits).nodes.length, 7)
  assert.equal(foldGraph(star(6), []).nodes.length, 3)
})

test('of culprits that wait for another one only the last is to blame', () => {
  const role = 'culprit'
  const culprits = [1, 10, 11].map((tid) => ({
    role,
    tgid: tid,
    tid,
    comm: null,
    state: null,
    waitsOn: null,
  }))
  const parts = foldGraph(star(2), culprits).nodes.map(({ label, part }) => `${label}: ${part}`)
  assert.deepEqual(parts, ['job (task:1): culprit', 'job (task:10): other', 'job (task:11): other'])
})

test('a crowd is folded by whom each waits for first', () => {
  const { nodes, edges, cycle } = star(20)
  const more = nodes.slice(1).map(({ id }, index) => ({
    from: id,
    to: `fuse:${index}`,
    kind: 'open-file',
    evidence: '',
  }))
  const mounts = more.map(({ to }) => ({ id: to, kind: 'fuse-connection', label: to }))
  const shown = foldGraph({ nodes: [...nodes, ...mounts], edges: [...edges, ...more], cycle }, [])
  assert.equal(shown.nodes.find(({ folded }) => folded.length > 0)?.label, '19 more')
})

test('what is tied to nothing is not drawn beside what is tied', () => {
  const { nodes, edges, cycle } = star(2)
  const alone = ['task:7', 'task:8'].map((id) => ({ id, kind: 'task', label: id }))
  const shown = foldGraph({ nodes: [...nodes, ...alone], edges, cycle }, [])
  assert.equal(shown.nodes.length, 3)
  assert.equal(shown.left, 2)
  assert.equal(foldGraph({ nodes: alone, edges: [], cycle }, []).nodes.length, 2)
})

test('the edges of the cycle are marked, and no others', () => {
  const shown = foldGraph(graph, tasks)
  const cycle = shown.edges.filter(({ inCycle }) => inCycle).map(({ kind }) => kind)
  assert.deepEqual(cycle.sort(), [
    'has-live-thread',
    'lives-in',
    'reaps',
    'served-by',
    'waits-for-answer',
  ])
  assert.equal(shown.nodes.filter(({ inCycle }) => inCycle).length, 5)
})

test('roles come from the tasks of the incident, and the culprit is told in words', () => {
  const shown = foldGraph(graph, tasks)
  const roles = Object.fromEntries(shown.nodes.map(({ id, role }) => [id, role]))
  assert.equal(roles['task:492'], 'culprit')
  assert.equal(roles['task:433'], 'reaper')
  assert.equal(roles['fuse:48'], null)
  assert.match(figure(graph, tasks), />✕ culprit {2}⟳</)
})

test('a wall of nodes is cut, with the culprit and those near it kept', () => {
  const nodes = Array.from({ length: 300 }, (_, index) => ({
    id: `task:${index}`,
    kind: 'task',
    label: `t${index}`,
  }))
  const edges = nodes.slice(1).map(({ id }, index) => ({
    from: id,
    to: `task:${index}`,
    kind: 'reaps',
    evidence: '',
  }))
  const culprit = { role: 'culprit', tgid: 150, tid: 150, comm: null, state: null, waitsOn: null }
  const shown = foldGraph({ nodes, edges, cycle: false }, [culprit])
  assert.equal(shown.nodes.length, 40)
  assert.equal(shown.left, 260)
  assert.ok(shown.nodes.some(({ role }) => role === 'culprit'))
  assert.match(figure({ nodes, edges, cycle: false }, [culprit]), /260 further nodes are not drawn/)
})

test('where nobody waits for another there is no picture', () => {
  const { nodes } = star(3)
  assert.equal(graphFigure({ nodes, edges: [], cycle: false }, [], 'g'), null)
})

test('a long label is cut, and whole in the title', () => {
  const label = `FUSE connection 7 (${'/very/deep'.repeat(40)})`
  const nodes = [
    { id: 'fuse:7', kind: 'fuse-connection', label },
    { id: 'task:1', kind: 'task', label: 'job (tid 1)' },
  ]
  const edges = [{ from: 'task:1', to: 'fuse:7', kind: 'waits', evidence: '' }]
  const markup = figure({ nodes, edges, cycle: false })
  const texts = readMarkup(markup).filter(({ name }) => name === 'text')
  for (const { text } of texts) assert.ok(text.length <= 24, text)
  assert.ok(markup.includes(`${label}</title>`))
})

test('every kind that diagnosis draws has an outline of its own', () => {
  const kinds = [
    'task',
    'daemon',
    'pid-namespace',
    'fuse-connection',
    'mount',
    'device',
    'lock',
    'nfs-server',
    'new',
  ]
  const outlines = kinds.map((kind) => {
    const { outline, inner } = shapeOf(kind)
    return outline({ width: 200, height: 60 }) + (inner?.({ width: 200, height: 60 }) ?? '')
  })
  assert.equal(new Set(outlines).size, kinds.length)
})

test('no two nodes overlap, and all lie in the picture', () => {
  const markup = figure(graph, tasks)
  const boxes = [...markup.matchAll(/transform="translate\(([\d.]+) ([\d.]+)\)"><title>/g)].map(
    ([, x, y]) => ({ x: Number(x), y: Number(y) }),
  )
  assert.equal(boxes.length, 7)
  const { width, height } = /viewBox="0 0 (?<width>\d+) (?<height>\d+)"/.exec(markup)?.groups ?? {}
  for (const [index, box] of boxes.entries()) {
    assert.ok(box.x >= 0 && box.x + 220 <= Number(width) && box.y + 66 <= Number(height))
    for (const other of boxes.slice(index + 1)) {
      assert.ok(Math.abs(box.x - other.x) >= 220 || Math.abs(box.y - other.y) >= 66)
    }
  }
})

test('five thousand victims are drawn within half a second', () => {
  const begun = performance.now()
  figure(star(5000))
  assert.ok(performance.now() - begun < 500)
})
