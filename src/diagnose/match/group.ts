import { SEVERITIES, VERDICTS } from '../../model/diagnosis.ts'
import { type Graph, reachable } from '../graph/graph.ts'
import type { Actor } from '../situation/actor.ts'
import type { Connection, FuseView } from '../situation/fuse.ts'
import type { Situation } from '../situation/situation.ts'
import type { Match } from './match.ts'

/** One cause: the match that names it, and everyone who waits for its tasks. */
export type Cause = {
  readonly match: Match
  /** Other matches of the same cause; their tasks are victims here. */
  readonly absorbed: readonly Match[]
  /** Those of them that are the same finding about another subject, and no victims. */
  readonly alike: readonly Match[]
  readonly victims: readonly Actor[]
}

type Reach = {
  readonly match: Match
  /** Its place among all, the worst and surest first. */
  readonly rank: number
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
  const reaches = [...matches].sort(byRank).map((match, rank) => reachOf(match, rank, graph))
  const near = neighboursOf(reaches)
  const parents = new Map<Reach, Reach>()
  for (const reach of reaches) {
    const others = near(reach).filter((other) => !leadsTo(other, reach, parents))
    const parent =
      others.find((other) => isPartOf(reach, other)) ??
      others.find((other) => isSameCause(reach, other, situation)) ??
      // What two wait on may be a guess, so it joins them only where nothing better does.
      others.find((other) => subsumes(other, reach) && meet(reach, other))
    if (parent) parents.set(reach, parent)
  }
  const parts = new Map<Reach, Reach[]>()
  for (const reach of parents.keys()) {
    const root = rootOf(reach, parents)
    const found = parts.get(root)
    if (found) found.push(reach)
    else parts.set(root, [reach])
  }
  return reaches
    .filter((reach) => !parents.has(reach))
    .map((root) => causeOf(root, parts.get(root) ?? [], situation, graph))
}

/** The others that share a task or something waited for with a match, better ones first. */
function neighboursOf(reaches: readonly Reach[]): (reach: Reach) => readonly Reach[] {
  const byKey = new Map<string, Set<Reach>>()
  for (const reach of reaches) {
    for (const key of [...reach.tasks, ...reach.downstream]) {
      const found = byKey.get(key)
      if (found) found.add(reach)
      else byKey.set(key, new Set([reach]))
    }
  }
  return (reach) => {
    const found = new Set<Reach>()
    for (const key of [...reach.tasks, ...reach.downstream]) {
      for (const other of byKey.get(key) ?? []) if (other !== reach) found.add(other)
    }
    return [...found].sort((one, other) => one.rank - other.rank)
  }
}

function byRank(one: Match, other: Match): number {
  return (
    SEVERITIES.indexOf(one.signature.severity) - SEVERITIES.indexOf(other.signature.severity) ||
    VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict) ||
    // The order of tasks in a bundle must not decide which of two equals names the cause.
    compare(one.subject.id, other.subject.id)
  )
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function reachOf(match: Match, rank: number, graph: Graph): Reach {
  const anchors = match.anchors.map(({ key }) => key)
  const tasks = new Set([...match.roles.values()].flat().map(({ key }) => key))
  return {
    match,
    rank,
    anchors,
    tasks,
    upstream: reachable(graph.into, anchors, 'from'),
    downstream: reachable(graph.out, anchors, 'to'),
  }
}

function subsumes(other: Reach, reach: Reach): boolean {
  return other.match.signature.subsumes.includes(reach.match.signature.id)
}

/**
 * True when `reach` is the other's business: named so by the other, or made of its victims only.
 * Of two that wait for each other the better one stands.
 */
function isPartOf(reach: Reach, other: Reach): boolean {
  if (subsumes(other, reach)) {
    return (
      reach.anchors.some((key) => other.tasks.has(key) || other.upstream.has(key)) ||
      other.anchors.some((key) => reach.tasks.has(key))
    )
  }
  if (subsumes(reach, other)) return false
  if (!reach.anchors.every((key) => other.upstream.has(key))) return false
  return other.rank < reach.rank || !other.anchors.every((key) => reach.upstream.has(key))
}

/** The same finding about two subjects that wait on one FUSE connection: one abort heals both. */
function isSameCause(reach: Reach, other: Reach, { fuse }: Situation): boolean {
  if (reach.match.signature !== other.match.signature || other.rank > reach.rank) return false
  const [one, more] = connectionsOf(reach, fuse)
  if (one === undefined || more !== undefined || one.sys === null) return false
  const theirs = connectionsOf(other, fuse)
  return theirs.length === 1 && theirs[0] === one
}

function connectionsOf({ match }: Reach, fuse: FuseView): readonly Connection[] {
  const waiting = match.anchors.filter(({ wait }) => wait?.class === 'fuse')
  return [...new Set(waiting.flatMap((actor) => fuse.of(actor)))]
}

/** Both wait, in the end, for the same. */
function meet(reach: Reach, other: Reach): boolean {
  return [...reach.downstream].some((key) => other.downstream.has(key))
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
  const alike = absorbed.filter(
    (reach) =>
      reach.match.signature === match.signature &&
      !reach.anchors.every((key) => root.upstream.has(key)),
  )
  return { match, absorbed: absorbed.map(matchOf), alike: alike.map(matchOf), victims }
}

function matchOf({ match }: Reach): Match {
  return match
}

/** Of several tasks that show the same, those that wait for another of them are no culprits. */
function withoutVictims(match: Match, graph: Graph): Match {
  const first = match.signature.roles[0]
  if (first?.name !== CULPRIT || match.anchors.length < 2) return match
  const waiting = waitingFor(match.anchors, graph)
  const culprits = match.anchors.filter(({ key }) => !waiting.has(key))
  if (culprits.length === 0) return match
  return { ...match, anchors: culprits, roles: new Map([...match.roles, [CULPRIT, culprits]]) }
}

/** Everything from which an arrow, or several, lead to one of the tasks. */
function waitingFor(actors: readonly Actor[], graph: Graph): ReadonlySet<string> {
  const direct = actors.flatMap(({ key }) => (graph.into.get(key) ?? []).map(({ from }) => from))
  return reachable(graph.into, direct, 'from')
}

/** The role that accuses; other first roles only say what their tasks do. */
const CULPRIT = 'culprit'
