import type { Catalogue, Signature } from '../../model/signature.ts'
import { type Graph, reachable } from '../graph/graph.ts'
import type { Actor } from '../situation/actor.ts'
import type { Situation } from '../situation/situation.ts'
import { type Match, matchSignature } from './match.ts'

/** Signatures by what a task must show to be their anchor at all; a thousand cost what ten cost. */
type Index = {
  readonly byKey: ReadonlyMap<string, readonly Signature[]>
  /** Signatures that ask for nothing that can be looked up. */
  readonly others: readonly Signature[]
}

const indexes = new WeakMap<Catalogue, Index>()

/** Everything the catalogue finds; signatures marked `last` see only what the others left. */
export function findMatches(
  catalogue: Catalogue,
  situation: Situation,
  graph: Graph,
): readonly Match[] {
  const found = run(catalogue, situation.notable, situation, graph, false)
  const explained = explainedBy(found, graph)
  const left = situation.notable.filter(({ key }) => !explained.has(key))
  return [...found, ...run(catalogue, left, situation, graph, true)]
}

/** Tasks in a role of a match, and all that wait for one. */
function explainedBy(matches: readonly Match[], graph: Graph): ReadonlySet<string> {
  const keys = matches.flatMap(({ roles }) => [...roles.values()].flat().map(({ key }) => key))
  return reachable(graph.into, keys, 'from')
}

function run(
  catalogue: Catalogue,
  actors: readonly Actor[],
  situation: Situation,
  graph: Graph,
  isLast: boolean,
): readonly Match[] {
  const candidates = new Map<Signature, Actor[]>()
  const index = indexOf(catalogue)
  for (const actor of actors) {
    for (const signature of candidatesFor(actor, index)) {
      if (signature.last !== isLast) continue
      const list = candidates.get(signature)
      if (list) list.push(actor)
      else candidates.set(signature, [actor])
    }
  }
  return [...candidates].flatMap(([signature, list]) =>
    matchSignature(signature, list, situation, graph),
  )
}

function candidatesFor({ task, wait, reports }: Actor, index: Index): ReadonlySet<Signature> {
  const found = new Set(index.others)
  const look = (key: string) => {
    for (const signature of index.byKey.get(key) ?? []) found.add(signature)
  }
  for (const name of task.stack?.names ?? []) look(`frame ${name}`)
  if (wait !== null) look(`class ${wait.class}`)
  for (const { kind } of reports) look(`event ${kind}`)
  return found
}

function indexOf(catalogue: Catalogue): Index {
  const known = indexes.get(catalogue)
  if (known) return known
  const byKey = new Map<string, Signature[]>()
  const others: Signature[] = []
  for (const signature of catalogue.signatures) {
    const keys = keysOf(signature)
    if (keys.length === 0) others.push(signature)
    for (const key of keys) {
      const list = byKey.get(key)
      if (list) list.push(signature)
      else byKey.set(key, [signature])
    }
  }
  const index = { byKey, others }
  indexes.set(catalogue, index)
  return index
}

/** Keys of which an anchor has at least one. A frame tells more tasks apart than a class does. */
function keysOf({ roles }: Signature): readonly string[] {
  const where = roles[0]?.where ?? {}
  if (where.frames) return where.frames.slice(0, 1).map((name) => `frame ${name}`)
  if (where.anyFrame) return where.anyFrame.map((name) => `frame ${name}`)
  if (where.event) return where.event.map((event) => `event ${event}`)
  if (where.class) return where.class.map((name) => `class ${name}`)
  return []
}
