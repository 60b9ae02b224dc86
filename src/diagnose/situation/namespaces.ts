import type { Actor } from './actor.ts'

/** The function an init sits in while its pid namespace dies. Source: kernel/pid_namespace.c. */
const ZAP = 'zap_pid_ns_processes'

/** One pid namespace below the host's, as far as the bundle shows it. */
export type PidNamespace = {
  /** Inode of the namespace as text, or `init-<tid>` where the bundle has no ns links. */
  readonly id: string
  /** Its first task; null when the bundle does not show it. */
  readonly init: Actor | null
  /** Every other task of it, those of inner namespaces not counted. */
  readonly members: readonly Actor[]
  /** The namespace it was made in; null for one made on the host, or when that is unknown. */
  readonly parent: PidNamespace | null
  /** Init is in `zap_pid_ns_processes`: everything inside was killed and is being reaped. */
  readonly isDying: boolean
}

/** Who lives in which pid namespace. */
export type PidNamespaces = {
  readonly all: readonly PidNamespace[]
  /** The namespace a task lives in; null for the host's, or when unknown. */
  readonly of: (actor: Actor) => PidNamespace | null
}

type Draft = {
  id: string
  init: Actor | null
  members: Actor[]
  parent: Draft | null
  isDying: boolean
}

/** Finds the namespaces from `ns/pid` links, from `NSpid`, and from parents, whatever there is. */
export function pidNamespacesOf(
  actors: readonly Actor[],
  leaders: ReadonlyMap<number, Actor>,
): PidNamespaces {
  const drafts = new Map<string, Draft>()
  const home = new Map<Actor, Draft>()
  const nested = actors.filter((actor) => mayBeNested(actor, leaders))
  for (const actor of nested) {
    const id = idOf(actor, leaders)
    if (id === null) continue
    const draft = drafts.get(id) ?? { id, init: null, members: [], parent: null, isDying: false }
    drafts.set(id, draft)
    home.set(actor, draft)
    if (isInit(actor)) draft.init ??= actor
    else draft.members.push(actor)
    if (isZapping(actor)) draft.isDying = true
  }
  for (const draft of drafts.values()) draft.parent = parentOf(draft, leaders, home)
  return { all: [...drafts.values()], of: (actor) => home.get(actor) ?? null }
}

export function isZapping({ task }: Actor): boolean {
  return task.stack?.names.includes(ZAP) ?? false
}

/** A task is in a namespace of its own when it has more than one pid, or descends from a dying init. */
function mayBeNested(actor: Actor, leaders: ReadonlyMap<number, Actor>): boolean {
  if (actor.task.nsPids.length > 1 || isZapping(actor)) return true
  return actor.task.nsPids.length === 0 && zappingAncestor(actor, leaders) !== null
}

/** First in its namespace: pid 1 there. A zapping task is one even where NSpid is missing. */
function isInit(actor: Actor): boolean {
  const { nsPids, tid, tgid } = actor.task
  if (nsPids.length > 1) return nsPids.at(-1) === 1 && (tgid === null || tgid === tid)
  return isZapping(actor)
}

function idOf(actor: Actor, leaders: ReadonlyMap<number, Actor>): string | null {
  if (actor.task.pidNamespace !== null) return actor.task.pidNamespace
  const init = initAbove(actor, leaders)
  return init === null ? null : (init.task.pidNamespace ?? `init-${init.task.tid}`)
}

/** The nearest ancestor (or the task itself) that is the init of the namespace it lives in. */
function initAbove(actor: Actor, leaders: ReadonlyMap<number, Actor>): Actor | null {
  const depth = actor.task.nsPids.length
  for (const each of ancestorsOf(actor, leaders)) {
    if (depth > 1 && each.task.nsPids.length > 1 && each.task.nsPids.length !== depth) return null
    if (isInit(each)) return each
  }
  return null
}

function zappingAncestor(actor: Actor, leaders: ReadonlyMap<number, Actor>): Actor | null {
  for (const each of ancestorsOf(actor, leaders)) if (isZapping(each)) return each
  return null
}

/** A chain of parents can be a ring only in made-up input; no real one is deeper. */
const ANCESTORS_MAX = 1000

/** The task's leader, its parent, and so on outwards; begins with the task itself. */
export function* ancestorsOf(
  actor: Actor,
  leaders: ReadonlyMap<number, Actor>,
): Generator<Actor, void> {
  const seen = new Set<Actor>()
  let each: Actor | undefined = actor
  while (each && !seen.has(each) && seen.size < ANCESTORS_MAX) {
    yield each
    seen.add(each)
    const ppid: number | null = each.task.ppid
    each = ppid === null || ppid === 0 ? undefined : leaders.get(ppid)
  }
}

/** The namespace that holds the nearest ancestor of init with one pid fewer. */
function parentOf(
  draft: Draft,
  leaders: ReadonlyMap<number, Actor>,
  home: ReadonlyMap<Actor, Draft>,
): Draft | null {
  if (draft.init === null) return null
  for (const each of ancestorsOf(draft.init, leaders)) {
    const found = home.get(each)
    if (found && found !== draft) return found
  }
  return null
}

/** The namespace and those outside it, innermost first. */
export function outwards(namespace: PidNamespace | null): readonly PidNamespace[] {
  const found: PidNamespace[] = []
  for (let each = namespace; each !== null && !found.includes(each); each = each.parent) {
    found.push(each)
  }
  return found
}
