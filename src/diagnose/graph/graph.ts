import type { GraphEdge, GraphNode } from '../../model/diagnosis.ts'
import { type Actor, nameOf } from '../situation/actor.ts'
import type { Situation } from '../situation/situation.ts'
import { ANSWER_EDGES } from './edges-answers.ts'
import { EVENT_EDGES } from './edges-events.ts'
import { IO_EDGES } from './edges-io.ts'
import { LAYER_EDGES } from './edges-layers.ts'
import { LOCK_EDGES } from './edges-locks.ts'
import { TASK_EDGES } from './edges-tasks.ts'

/** Draws one edge; nodes that are no tasks are named where they are first met. */
export type Draw = (edge: {
  readonly from: Actor | GraphNode
  readonly to: Actor | GraphNode
  readonly kind: string
  readonly evidence: string
}) => void

/** One way in which one thing waits for another. */
export type EdgeRule = {
  readonly name: string
  /** `drawn` is what the rules before it have drawn. */
  readonly draw: (situation: Situation, draw: Draw, drawn: Graph) => void
}

/** Every way one task waits for another, in the order they are drawn. */
const EDGES: readonly EdgeRule[] = [
  ...TASK_EDGES,
  ...LOCK_EDGES,
  ...ANSWER_EDGES,
  ...IO_EDGES,
  ...EVENT_EDGES,
  ...LAYER_EDGES,
]

/** A thousand tasks on one lock must not become a picture of a million arrows. */
const EDGES_MAX = 20_000

export type Graph = {
  readonly nodes: ReadonlyMap<string, GraphNode>
  /** Edges by the node they leave. */
  readonly out: ReadonlyMap<string, readonly GraphEdge[]>
  /** Edges by the node they enter. */
  readonly into: ReadonlyMap<string, readonly GraphEdge[]>
}

/** Who waits for whom, as far as the bundle shows. */
export function graphOf(situation: Situation): Graph {
  const nodes = new Map<string, GraphNode>()
  const out = new Map<string, GraphEdge[]>()
  const into = new Map<string, GraphEdge[]>()
  const drawn = new Set<string>()
  const draw: Draw = ({ from, to, kind, evidence }) => {
    const [source, target] = [nodeOf(from), nodeOf(to)]
    const identity = `${source.id}>${target.id}`
    if (source.id === target.id || drawn.has(identity) || drawn.size >= EDGES_MAX) return
    drawn.add(identity)
    nodes.set(source.id, source)
    nodes.set(target.id, target)
    const edge = { from: source.id, to: target.id, kind, evidence }
    add(out, source.id, edge)
    add(into, target.id, edge)
  }
  for (const rule of EDGES) rule.draw(situation, draw, { nodes, out, into })
  return { nodes, out, into }
}

function add(map: Map<string, GraphEdge[]>, key: string, edge: GraphEdge): void {
  const found = map.get(key)
  if (found) found.push(edge)
  else map.set(key, [edge])
}

export function nodeOf(end: Actor | GraphNode): GraphNode {
  return 'task' in end ? { id: end.key, kind: 'task', label: nameOf(end) } : end
}

/** The nodes that can be come to from `starts`, those included, along or against the arrows. */
export function reachable(
  edges: ReadonlyMap<string, readonly GraphEdge[]>,
  starts: Iterable<string>,
  end: 'from' | 'to',
): ReadonlySet<string> {
  const seen = new Set(starts)
  const queue = [...seen]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const edge of edges.get(at) ?? []) {
      if (seen.has(edge[end])) continue
      seen.add(edge[end])
      queue.push(edge[end])
    }
  }
  return seen
}

/** True when some node of the set leads back to itself without leaving the set. */
export function hasCycle(graph: Graph, within: ReadonlySet<string>): boolean {
  // Whatever nothing of the set points to is in no cycle; what can never be peeled off so is in one.
  const incoming = new Map<string, number>()
  for (const id of within) incoming.set(id, 0)
  for (const id of within) {
    for (const { to } of graph.out.get(id) ?? []) {
      if (within.has(to)) incoming.set(to, (incoming.get(to) ?? 0) + 1)
    }
  }
  const free = [...within].filter((id) => incoming.get(id) === 0)
  let peeled = 0
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    peeled += 1
    free.push(...released(graph.out.get(id) ?? [], incoming))
  }
  return peeled < within.size
}

/** Takes the edges of a peeled node away; gives the nodes that nothing points to any more. */
function released(edges: readonly GraphEdge[], incoming: Map<string, number>): readonly string[] {
  return edges.flatMap(({ to }) => {
    const left = (incoming.get(to) ?? 0) - 1
    if (!incoming.has(to)) return []
    incoming.set(to, left)
    return left === 0 ? [to] : []
  })
}
