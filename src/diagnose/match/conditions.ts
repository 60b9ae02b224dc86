import type { Conditions, TaskWhere } from '../../model/signature.ts'
import { type Actor, isMoving, isProvenStuck, isUnreadable } from '../situation/actor.ts'

const CONDITIONS: {
  readonly [Name in keyof Conditions]: (actor: Actor, wanted: Conditions[Name]) => boolean
} = {
  frames: (actor, wanted) => hasInOrder(namesOf(actor), wanted),
  anyFrame: (actor, wanted) => namesOf(actor).some((name) => wanted.includes(name)),
  noFrame: (actor, wanted) => !namesOf(actor).some((name) => wanted.includes(name)),
  class: (actor, wanted) => actor.wait !== null && wanted.includes(actor.wait.class),
  notClass: (actor, wanted) => actor.wait === null || !wanted.includes(actor.wait.class),
  function: (actor, wanted) => actor.wait !== null && wanted.includes(actor.wait.function),
  context: (actor, wanted) => actor.wait !== null && wanted.includes(actor.wait.context),
  state: (actor, wanted) => actor.task.state !== null && wanted.includes(actor.task.state),
  event: (actor, wanted) =>
    actor.reports.some(({ kind }) => wanted.some((event) => event === kind)),
  exiting: (actor, wanted) => actor.exiting === wanted,
  blocked: (actor, wanted) => actor.blocked === wanted,
  proven: (actor, wanted) => isProvenStuck(actor) === wanted,
  moving: (actor, wanted) => isMoving(actor) === wanted,
  unreapable: (actor, wanted) => actor.isUnreapable === wanted,
  pendingSignal: ({ task }, wanted) =>
    task.taskPending.includes(wanted) || task.groupPending.includes(wanted),
  kthread: ({ task }, wanted) => (task.kthread ?? false) === wanted,
  comm: ({ task }, wanted) => task.comm !== null && isNamed(task.comm, wanted),
  kind: (actor, wanted) => wanted.includes(actor.kind),
  unreadable: (actor, wanted) => isUnreadable(actor) === wanted,
  pasted: ({ task }, wanted) => (task.origin === 'pasted' || task.origin === 'log') === wanted,
}

/** The names that a signature may use, for the check of its text. */
export const CONDITION_NAMES: readonly string[] = Object.keys(CONDITIONS)

/** True when every condition given holds for the task. */
export function holds(where: TaskWhere, actor: Actor): boolean {
  for (const name of Object.keys(where) as (keyof Conditions)[]) {
    if (!holdsOne(name, where, actor)) return false
  }
  return true
}

function holdsOne<Name extends keyof Conditions>(
  name: Name,
  where: TaskWhere,
  actor: Actor,
): boolean {
  const wanted: Conditions[Name] | undefined = where[name]
  return wanted === undefined || CONDITIONS[name](actor, wanted)
}

function namesOf({ task }: Actor): readonly string[] {
  return task.stack?.names ?? []
}

/** True when `wanted` can be had from `found` by leaving elements out. */
function hasInOrder(found: readonly string[], wanted: readonly string[]): boolean {
  let next = 0
  for (const symbol of found) if (symbol === wanted[next]) next += 1
  return next === wanted.length
}

function isNamed(comm: string, wanted: readonly string[]): boolean {
  return wanted.some((name) =>
    name.endsWith('*') ? comm.startsWith(name.slice(0, -1)) : comm === name,
  )
}
