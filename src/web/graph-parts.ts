import type { GraphNode, IncidentTask, WaitGraph } from '../model/diagnosis.ts'
import { type Part, partOf } from './parts/roles.ts'

/** What a node is in the incident, by its id. */
export type Marked = (id: string) => { readonly role: string | null; readonly part: Part }

const NO_TASK = { role: null, part: 'other' } as const

/**
 * Marks the nodes by the roles of their tasks. Of culprits that wait for another one, only those
 * at the end of the chain stay culprits: the picture shows which way the blame runs.
 */
export function markParts(graph: WaitGraph, tasks: readonly IncidentTask[]): Marked {
  const roles = rolesOf(graph.nodes, tasks)
  const culprits = new Set(
    [...roles].filter(([, role]) => partOf(role) === 'culprit').map(([id]) => id),
  )
  const waiting = new Set(
    graph.edges.flatMap(({ from, to }) => (culprits.has(from) && culprits.has(to) ? [from] : [])),
  )
  const isBlamed = (id: string) => waiting.size === culprits.size || !waiting.has(id)
  return (id) => {
    const role = roles.get(id)
    if (role === undefined) return NO_TASK
    const part = partOf(role)
    return { role, part: part !== 'culprit' || isBlamed(id) ? part : 'other' }
  }
}

const TASK_KINDS: ReadonlySet<string> = new Set(['task', 'daemon', 'kthread', 'worker'])

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
