import type { GraphEdge, GraphNode, IncidentTask, WaitGraph } from '../model/diagnosis.ts'
import { type Marked, markParts } from './graph-parts.ts'
import type { Part } from './parts/roles.ts'

/** A node as drawn: one of the graph's, or many alike as one. */
export type ShownNode = {
  readonly id: string
  readonly kind: string
  readonly label: string
  /** Role of its task in the incident; null for what is no task of it. */
  readonly role: string | null
  readonly part: Part
  /** Labels of the nodes it stands for; empty for a node that stands for itself. */
  readonly folded: readonly string[]
  readonly inCycle: boolean
}

export type ShownEdge = GraphEdge & { readonly inCycle: boolean }

export type ShownGraph = {
  readonly nodes: readonly ShownNode[]
  readonly edges: readonly ShownEdge[]
  /** Nodes that are not drawn at all, and are in the words beside the picture only. */
  readonly left: number
}

/** More nodes than this are a wall, not a picture. */
const NODES_MAX = 40
/** So many alike are still drawn one by one, and so many culprits. */
const ALIKE_MAX: Readonly<Record<Part, number>> = { culprit: 6, other: 3, victim: 3 }
/** A picture of more nodes is folded once more, by whom they wait for first. */
const CROWD = 12

type Folded = { readonly nodes: readonly ShownNode[]; readonly edges: readonly GraphEdge[] }

/** The graph as a person can read it: nodes alike as one, the cycle marked, the rest near the culprit. */
export function foldGraph(graph: WaitGraph, tasks: readonly IncidentTask[]): ShownGraph {
  const marked = markParts(graph, tasks)
  const exact = fold(graph, marked, tiesOf(graph.edges))
  const folded = exact.nodes.length > CROWD ? fold(graph, marked, looseTiesOf(graph)) : exact
  const near = nearest(tied(folded))
  const nodes = folded.nodes.filter(({ id }) => near.has(id))
  const edges = markCycle(
    folded.edges.filter(({ from, to }) => near.has(from) && near.has(to)),
    graph.cycle,
  )
  const cycle = new Set(edges.flatMap((edge) => (edge.inCycle ? [edge.from, edge.to] : [])))
  return {
    nodes: nodes.map((node) => ({ ...node, inCycle: cycle.has(node.id) })),
    edges,
    left: folded.nodes.length - nodes.length,
  }
}

/** Nodes of one kind and role, tied in the same way to the same others, become one. */
function fold(graph: WaitGraph, marked: Marked, ties: ReadonlyMap<string, string[]>): Folded {
  const groups = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    const { role, part } = marked(node.id)
    const alike = (ties.get(node.id) ?? []).sort().join('\n')
    append(groups, `${node.kind}\n${role}\n${part}\n${alike}`, node)
  }
  const nodes = [...groups.values()].flatMap((alike) => foldGroup(alike, marked))
  const kept = new Set(nodes.map(({ id }) => id))
  return { nodes, edges: graph.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)) }
}

/** Everything that ties a node to others. */
function tiesOf(edges: readonly GraphEdge[]): Map<string, string[]> {
  const ties = new Map<string, string[]>()
  for (const { from, to, kind } of edges) {
    append(ties, from, `> ${kind} ${to}`)
    append(ties, to, `< ${kind} ${from}`)
  }
  return ties
}

/** Of a node that nobody waits for, only the first thing it waits for itself. */
function looseTiesOf({ edges }: WaitGraph): Map<string, string[]> {
  const ties = tiesOf(edges)
  const waitedFor = new Set(edges.map(({ to }) => to))
  for (const [id, all] of ties) {
    const [first] = all
    if (!waitedFor.has(id) && first !== undefined) ties.set(id, [first])
  }
  return ties
}

/** The first stands for itself, the second for all the others: its ties are theirs. */
function foldGroup(alike: readonly GraphNode[], marked: Marked): readonly ShownNode[] {
  const shown = alike.map((node) => ({ ...node, ...marked(node.id), folded: [], inCycle: false }))
  const [first, second] = shown
  if (!first || !second) return shown
  if (alike.length <= ALIKE_MAX[first.part]) return shown
  const folded = alike.slice(1).map(({ label }) => label)
  return [first, { ...second, label: `${folded.length} more`, folded }]
}

/** Where some nodes are tied to others, those that are tied to none only stand in the way. */
function tied({ nodes, edges }: Folded): Folded {
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]))
  return { nodes: edges.length === 0 ? nodes : nodes.filter(({ id }) => ends.has(id)), edges }
}

/** The ids that fit the picture, found outwards from the culprits. */
function nearest({ nodes, edges }: Folded): ReadonlySet<string> {
  const next = neighbours(edges, true)
  const starts = nodes.filter(({ part }) => part === 'culprit')
  const found = new Set<string>()
  for (const { id: start } of [...starts, ...nodes]) {
    const queue = [start]
    for (const id of queue) {
      if (found.size >= NODES_MAX) return found
      if (found.has(id)) continue
      found.add(id)
      queue.push(...(next.get(id) ?? []))
    }
  }
  return found
}

function markCycle(edges: readonly GraphEdge[], hasCycle: boolean): readonly ShownEdge[] {
  const next = neighbours(edges, false)
  return edges.map((edge) => ({
    ...edge,
    inCycle: hasCycle && reaches(next, edge.to, edge.from),
  }))
}

function neighbours(edges: readonly GraphEdge[], isBothWays: boolean): Map<string, string[]> {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) {
    append(next, from, to)
    if (isBothWays) append(next, to, from)
  }
  return next
}

function reaches(next: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set([from])
  for (const id of seen) {
    if (id === to) return true
    for (const further of next.get(id) ?? []) seen.add(further)
  }
  return false
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
