import { SEVERITIES, VERDICTS } from '../model/diagnosis.ts'
import type { Actor } from './actor.ts'
import { type Graph, reachable } from './graph.ts'
import type { Match } from './match.ts'
import type { Situation } from './situation.ts'

/** One cause: the match that names it, and everyone who waits for its tasks. */
export type Cause = {
  readonly match: Match
  /** Other matches of the same cause; their tasks are victims here. */
  readonly absorbed: readonly Match[]
  readonly victims: readonly Actor[]
}

type Reach = {
  readonly match: Match
  readonly anchors: readonly string[]
  readonly tasks: ReadonlySet<string>
  /** Everything that waits for its anchors. */
  readonly upstream: ReadonlySet<string>
  /** Everything its anchors wait for, tasks and what they wait on. */
  readonly downstream: ReadonlySet<string>
}

/** One cause for each group of matches that hang on the same tasks, worst first. */
export function causesOf(
  matches: readonly Match[],
  situation: Situation,
  graph: Graph,
): readonly Cause[] {
  const reaches = [...matches].sort(byRank).map((match) => reachOf(match, graph))
  const parents = new Map<Reach, Reach>()
  for (const [rank, reach] of reaches.entries()) {
    const parent = reaches.find(
      (other, index) => isPartOf(reach, other, index < rank) && !leadsTo(other, reach, parents),
    )
    if (parent) parents.set(reach, parent)
  }
  const roots = reaches.filter((reach) => !parents.has(reach))
  return roots.map((root) => {
    const absorbed = reaches.filter((reach) => reach !== root && rootOf(reach, parents) === root)
    return causeOf(root, absorbed, situation, graph)
  })
}

function byRank(one: Match, other: Match): number {
  return (
    SEVERITIES.indexOf(one.signature.severity) - SEVERITIES.indexOf(other.signature.severity) ||
    VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict)
  )
}

function reachOf(match: Match, graph: Graph): Reach {
  const anchors = match.anchors.map(({ key }) => key)
  const tasks = new Set([...match.roles.values()].flat().map(({ key }) => key))
  return {
    match,
    anchors,
    tasks,
    upstream: reachable(graph.into, anchors, 'from'),
    downstream: reachable(graph.out, anchors, 'to'),
  }
}

/**
 * True when `reach` is the other's business: named so by the other, or made of its victims only.
 * Of two that wait for each other the better one stands.
 */
function isPartOf(reach: Reach, other: Reach, isBetter: boolean): boolean {
  if (reach === other) return false
  if (other.match.signature.subsumes.includes(reach.match.signature.id)) {
    return haveToDo(reach, other)
  }
  if (reach.match.signature.subsumes.includes(other.match.signature.id)) return false
  if (!reach.anchors.every((key) => other.upstream.has(key))) return false
  return isBetter || !other.anchors.every((key) => reach.upstream.has(key))
}

function haveToDo(reach: Reach, other: Reach): boolean {
  return (
    reach.anchors.some((key) => other.tasks.has(key) || other.upstream.has(key)) ||
    [...reach.downstream].some((key) => other.downstream.has(key)) ||
    other.anchors.some((key) => reach.tasks.has(key))
  )
}

/** Whether following parents from `reach` comes to `target`: two that wait for each other. */
function leadsTo(reach: Reach, target: Reach, parents: ReadonlyMap<Reach, Reach>): boolean {
  for (let at: Reach | undefined = reach; at; at = parents.get(at)) if (at === target) return true
  return false
}

function rootOf(reach: Reach, parents: ReadonlyMap<Reach, Reach>): Reach {
  let at = reach
  for (let next = parents.get(at); next; next = parents.get(at)) at = next
  return at
}

function causeOf(
  root: Reach,
  absorbed: readonly Reach[],
  { notable }: Situation,
  graph: Graph,
): Cause {
  const starts = [root, ...absorbed].flatMap(({ anchors }) => anchors)
  const waiting = reachable(graph.into, starts, 'from')
  const match = withoutVictims(root.match, graph)
  const named = new Set([...match.roles.values()].flat())
  const victims = notable.filter(
    (actor) => waiting.has(actor.key) && !named.has(actor) && (actor.blocked || actor.exiting),
  )
  return { match, absorbed: absorbed.map(({ match: other }) => other), victims }
}

/** Of several tasks that show the same, those that wait for another of them are no culprits. */
function withoutVictims(match: Match, graph: Graph): Match {
  const first = match.signature.roles[0]
  if (first?.name !== CULPRIT || match.anchors.length < 2) return match
  const keys = new Set(match.anchors.map(({ key }) => key))
  const culprits = match.anchors.filter(({ key }) => {
    const ahead = reachable(graph.out, [key], 'to')
    return ![...ahead].some((each) => each !== key && keys.has(each))
  })
  if (culprits.length === 0) return match
  return { ...match, anchors: culprits, roles: new Map([...match.roles, [CULPRIT, culprits]]) }
}

/** The role that accuses; other first roles only say what their tasks do. */
const CULPRIT = 'culprit'
