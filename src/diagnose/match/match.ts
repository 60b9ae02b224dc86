import type { Subject, Verdict } from '../../model/diagnosis.ts'
import { VERDICTS } from '../../model/diagnosis.ts'
import type { Clause, Role, Signature } from '../../model/signature.ts'
import type { Graph } from '../graph/graph.ts'
import type { Actor } from '../situation/actor.ts'
import type { Situation } from '../situation/situation.ts'
import { holds } from './conditions.ts'
import { FACTS } from './facts.ts'
import { RELATIONS, WITH_ANCHORS } from './relations.ts'
import { subjectOf } from './subjects.ts'

/** One finding of one signature about one subject. */
export type Match = {
  readonly signature: Signature
  readonly verdict: Verdict
  readonly subject: Subject
  /** The tasks of its first role: those that distinguish it. */
  readonly anchors: readonly Actor[]
  /** The tasks of every role, the first one included, in the order of the signature. */
  readonly roles: ReadonlyMap<string, readonly Actor[]>
}

/** A match before its verdict. */
export type Draft = Omit<Match, 'verdict'>

/** What clauses are asked of. */
export type Asked = {
  readonly draft: Draft
  /** Tasks that wait for those of the match; none before causes are told apart. */
  readonly victims: readonly Actor[]
  readonly situation: Situation
  readonly graph: Graph
}

/** Everything a signature finds: its anchors by subject, each with the best verdict that holds. */
export function matchSignature(
  signature: Signature,
  candidates: readonly Actor[],
  situation: Situation,
  graph: Graph,
): readonly Match[] {
  const [first] = signature.roles
  if (!first) return []
  const anchors = candidates.filter((actor) => holds(first.where, actor))
  const matches: Match[] = []
  for (const { subject, group } of bySubject(signature, anchors, situation)) {
    const roles = rolesOf(signature, group, situation, graph)
    const draft: Draft = { signature, subject, anchors: group, roles }
    const verdict = verdictOf({ draft, victims: [], situation, graph })
    if (verdict !== null) matches.push({ ...draft, verdict })
  }
  return matches
}

/** A match as it would be with these anchors, whatever its verdict. */
export function draftOf(
  signature: Signature,
  anchors: readonly Actor[],
  situation: Situation,
  graph: Graph,
): Draft {
  const [first] = anchors
  const subject: Subject = first
    ? subjectOf(signature.subject, first, situation)
    : { kind: 'host', id: 'host' }
  return { signature, subject, anchors, roles: rolesOf(signature, anchors, situation, graph) }
}

type BySubject = { readonly subject: Subject; readonly group: readonly Actor[] }

function bySubject(
  signature: Signature,
  anchors: readonly Actor[],
  situation: Situation,
): Iterable<BySubject> {
  const groups = new Map<string, { subject: Subject; group: Actor[] }>()
  for (const actor of anchors) {
    const subject = subjectOf(signature.subject, actor, situation)
    const key = `${subject.kind} ${subject.id}`
    const found = groups.get(key)
    if (found) found.group.push(actor)
    else groups.set(key, { subject, group: [actor] })
  }
  return groups.values()
}

function rolesOf(
  signature: Signature,
  anchors: readonly Actor[],
  situation: Situation,
  graph: Graph,
): ReadonlyMap<string, readonly Actor[]> {
  const roles = new Map<string, readonly Actor[]>()
  for (const role of signature.roles) {
    roles.set(
      role.name,
      roles.size === 0 ? anchors : related(role, roles, anchors, situation, graph),
    )
  }
  return roles
}

// Five inputs that belong together nowhere else: a role is found from others, in a bundle, by its graph.
function related(
  role: Role,
  roles: ReadonlyMap<string, readonly Actor[]>,
  anchors: readonly Actor[],
  situation: Situation,
  graph: Graph,
): readonly Actor[] {
  const from = role.of === null ? anchors : (roles.get(role.of) ?? [])
  const relation = role.relation === null ? undefined : RELATIONS[role.relation]
  const found = new Set(relation ? relation(from, situation, graph) : [])
  const own = new Set(WITH_ANCHORS.has(role.relation ?? '') ? [] : anchors)
  return [...found].filter((actor) => !own.has(actor) && holds(role.where, actor))
}

function verdictOf(asked: Asked): Verdict | null {
  for (const verdict of VERDICTS) {
    const clauses = asked.draft.signature.verdicts[verdict]
    if (clauses?.every((clause) => isTrue(clause, asked))) return verdict
  }
  return null
}

/** Whether a clause holds for a match. */
export function isTrue(clause: Clause, asked: Asked): boolean {
  if ('has' in clause) return roleOf(clause.has, asked).length > 0
  if ('lacks' in clause) return roleOf(clause.lacks, asked).length === 0
  if ('some' in clause)
    return roleOf(clause.some, asked).some((actor) => holds(clause.where, actor))
  if ('fact' in clause) return FACTS[clause.fact]?.(asked) ?? false
  if ('any' in clause) return clause.any.some((each) => isTrue(each, asked))
  if ('all' in clause) return clause.all.every((each) => isTrue(each, asked))
  return !isTrue(clause.not, asked)
}

function roleOf(name: string, { draft }: Asked): readonly Actor[] {
  return draft.roles.get(name) ?? []
}
