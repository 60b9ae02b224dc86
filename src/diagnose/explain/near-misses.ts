import type { NearMiss } from '../../model/diagnosis.ts'
import type { Catalogue, Clause, Conditions, Signature, TaskWhere } from '../../model/signature.ts'
import type { Graph } from '../graph/graph.ts'
import { holds } from '../match/conditions.ts'
import { draftOf, isTrue } from '../match/match.ts'
import type { Actor } from '../situation/actor.ts'
import type { Situation } from '../situation/situation.ts'

/** More than these are no near misses. */
const NEAR_MAX = 3

/** The signatures that came closest to a task, with the clauses that failed, nearest first. */
export function nearMissesOf(
  actor: Actor,
  catalogue: Catalogue,
  situation: Situation,
  graph: Graph,
): readonly NearMiss[] {
  return catalogue.signatures
    .filter(({ last }) => !last)
    .flatMap((signature) => nearMiss(signature, actor, situation, graph) ?? [])
    .sort((one, other) => one.failed.length - other.failed.length || other.held - one.held)
    .slice(0, NEAR_MAX)
}

function nearMiss(
  signature: Signature,
  actor: Actor,
  situation: Situation,
  graph: Graph,
): NearMiss | null {
  const where = signature.roles[0]?.where ?? {}
  const names = conditionNames(where)
  const failed = names.filter((name) => !holds(only(where, name), actor))
  const held = names.length - failed.length
  // A task that is merely blocked is near to everything, which says nothing.
  if (held === 0 || names.filter((name) => !VAGUE.has(name)).every((name) => failed.includes(name)))
    return null
  if (failed.length > 0) {
    return {
      signature: signature.id,
      held,
      failed: failed.map((name) => conditionInWords(name, where)),
    }
  }
  const draft = draftOf(signature, [actor], situation, graph)
  const clauses = signature.verdicts.possible ?? signature.verdicts.likely ?? []
  const unmet = clauses.filter(
    (clause) => !isTrue(clause, { draft, victims: [], situation, graph }),
  )
  if (unmet.length === 0) return null
  return { signature: signature.id, held, failed: unmet.map(clauseInWords) }
}

/** Conditions that nearly every stuck task meets. */
const VAGUE: ReadonlySet<keyof Conditions> = new Set([
  'blocked',
  'exiting',
  'noFrame',
  'notClass',
  'kind',
  'proven',
  'moving',
  'kthread',
  'pasted',
  'state',
])

function conditionNames(where: TaskWhere): readonly (keyof Conditions)[] {
  return Object.keys(where) as (keyof Conditions)[]
}

function only(where: TaskWhere, name: keyof Conditions): TaskWhere {
  return { [name]: where[name] }
}

/** `anyFrame: fuse_flush`, as the signature's file has it. */
function conditionInWords(name: keyof Conditions, where: TaskWhere): string {
  const wanted = where[name]
  return `${name}: ${Array.isArray(wanted) ? wanted.join(', ') : String(wanted)}`
}

export function clauseInWords(clause: Clause): string {
  if ('has' in clause) return `has: ${clause.has}`
  if ('lacks' in clause) return `lacks: ${clause.lacks}`
  if ('fact' in clause) return `fact: ${clause.fact}`
  if ('some' in clause) {
    const conditions = conditionNames(clause.where).map((name) =>
      conditionInWords(name, clause.where),
    )
    return `some ${clause.some} with ${conditions.join('; ')}`
  }
  if ('any' in clause) return `any of (${clause.any.map(clauseInWords).join(' | ')})`
  if ('all' in clause) return `all of (${clause.all.map(clauseInWords).join(' & ')})`
  return `not (${clauseInWords(clause.not)})`
}
