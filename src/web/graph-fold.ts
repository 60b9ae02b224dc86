import type { GraphEdge, GraphNode, IncidentTask, WaitGraph } from '../model/diagnosis.ts'
import { partOf } from './parts/roles.ts'

/** A node as drawn: one of the graph's, or many alike as one. */
export type ShownNode = {
  readonly id: string
  readonly kind: string
  readonly label: string
  /** Part of its task in the incident; null for what is no task of it. */
  readonly role: string | null
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
const ALIKE_MAX = 3
const CULPRITS_ALIKE_MAX = 6

/** The graph as a person can read it: nodes alike as one, the cycle marked, the rest near the culprit. */
export function foldGraph(graph: WaitGraph, tasks: readonly IncidentTask[]): ShownGraph {
  const roles = rolesOf(graph.nodes, tasks)
  const folded = foldAlike(graph, roles)
  const near = nearest(folded.nodes, folded.edges)
  const nodes = folded.nodes.filter(({ id }) => near.has(id))
  const edges = folded.edges.filter(({ from, to }) => near.has(from) && near.has(to))
  const next = neighbours(edges, false)
  const marked = edges.map((edge) => ({
    ...edge,
    inCycle: graph.cycle && reaches(next, edge.to, edge.from),
  }))
  const cycle = new Set(marked.flatMap((edge) => (edge.inCycle ? [edge.from, edge.to] : [])))
  return {
    nodes: nodes.map((node) => ({ ...node, inCycle: cycle.has(node.id) })),
    edges: marked,
    left: folded.nodes.length - nodes.length,
  }
}

function isCulprit(node: { readonly role: string | null } | undefined): boolean {
  return node !== undefined && node.role !== null && partOf(node.role) === 'culprit'
}

/** A node of a task ends in its tid: `task:492`. */
function rolesOf(
  nodes: readonly GraphNode[],
  tasks: readonly IncidentTask[],
): ReadonlyMap<string, string> {
  const byTid = new Map<number, string>()
  for (const { tid, tgid, role } of tasks) {
    const key = tid ?? tgid
    if (key !== null && !byTid.has(key)) byTid.set(key, role)
  }
  const roles = new Map<string, string>()
  for (const { id, kind } of nodes) {
    const number = /(\d+)\D*$/.exec(id)?.[1]
    const role = number === undefined ? undefined : byTid.get(Number(number))
    if (role !== undefined && TASK_KINDS.has(kind)) roles.set(id, role)
  }
  return roles
}

const TASK_KINDS: ReadonlySet<string> = new Set(['task', 'daemon', 'reaper', 'kthread', 'worker'])

type Folded = { readonly nodes: readonly ShownNode[]; readonly edges: readonly GraphEdge[] }

/** Nodes of one kind and role, tied in the same way to the same others, become one. */
function foldAlike(graph: WaitGraph, roles: ReadonlyMap<string, string>): Folded {
  const ties = tiesOf(graph.edges)
  const groups = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    const role = roles.get(node.id) ?? ''
    const alike = (ties.get(node.id) ?? []).sort().join('\n')
    const key = `${node.kind}\n${role}\n${alike}`
    append(groups, key, node)
  }
  const nodes = [...groups.values()].flatMap((alike) => foldGroup(alike, roles))
  const kept = new Set(nodes.map(({ id }) => id))
  return { nodes, edges: graph.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)) }
}

function tiesOf(edges: readonly GraphEdge[]): Map<string, string[]> {
  const ties = new Map<string, string[]>()
  for (const { from, to, kind } of edges) {
    append(ties, from, `> ${kind} ${to}`)
    append(ties, to, `< ${kind} ${from}`)
  }
  return ties
}

/** The first stands for itself, the second for all the others: its ties are theirs. */
function foldGroup(
  alike: readonly GraphNode[],
  roles: ReadonlyMap<string, string>,
): readonly ShownNode[] {
  const shown = alike.map((node) => ({
    ...node,
    role: roles.get(node.id) ?? null,
    folded: [],
    inCycle: false,
  }))
  const [first, second] = shown
  const most = isCulprit(first) ? CULPRITS_ALIKE_MAX : ALIKE_MAX
  if (!first || !second || alike.length <= most) return shown
  const folded = alike.slice(1).map(({ label }) => label)
  return [first, { ...second, label: `${folded.length} more`, folded }]
}

/** The ids that fit the picture, found outwards from the culprits. */
function nearest(nodes: readonly ShownNode[], edges: readonly GraphEdge[]): ReadonlySet<string> {
  const next = neighbours(edges, true)
  const starts = nodes.filter(isCulprit).map(({ id }) => id)
  const order = [...starts, ...nodes.map(({ id }) => id)]
  const found = new Set<string>()
  for (const start of order) {
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
