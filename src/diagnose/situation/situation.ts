import type { Earlier } from '../../model/earlier.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Actor } from './actor.ts'
import { castOf } from './actors.ts'
import { type DeviceView, devicesOf } from './devices.ts'
import { comparerOf } from './earlier.ts'
import { type FuseView, fuseOf } from './fuse.ts'
import { isZapping, type PidNamespaces, pidNamespacesOf } from './namespaces.ts'
import { type NfsView, nfsOf } from './nfs.ts'
import { panicOf } from './panic.ts'

/** Everything one bundle shows, joined: what rules and signatures ask their questions of. */
export type Situation = {
  readonly snapshot: Snapshot
  /** Every task. */
  readonly actors: readonly Actor[]
  /** Tasks that are not plainly at rest, events, and goroutines: all that a hang can be made of. */
  readonly notable: readonly Actor[]
  readonly byTid: ReadonlyMap<number, Actor>
  /** The leader of each thread group, by tgid. */
  readonly leaders: ReadonlyMap<number, Actor>
  /** The tasks of each thread group, by tgid. */
  readonly groups: ReadonlyMap<number, readonly Actor[]>
  /** Leaders by their parent's tgid. */
  readonly children: ReadonlyMap<number, readonly Actor[]>
  readonly namespaces: PidNamespaces
  readonly fuse: FuseView
  readonly nfs: NfsView
  readonly devices: DeviceView
  /**
   * The host panicked: after all that the bundle shows of it, or before the boot that its /proc is
   * of. Null: no panic, or nothing tells which of both.
   */
  readonly panic: 'after' | 'before' | null
  /** Events of the log, reports that no longer hold, and goroutines. */
  readonly others: readonly Actor[]
}

/** Joins a snapshot with the one before it. Cost grows with its tasks, not with their stacks. */
export function situationOf(snapshot: Snapshot, earlier: Earlier | null = null): Situation {
  const { tasks: actors, others } = castOf(snapshot, comparerOf(snapshot, earlier))
  const byTid = new Map<number, Actor>()
  const leaders = new Map<number, Actor>()
  const groups = new Map<number, Actor[]>()
  const children = new Map<number, Actor[]>()
  for (const actor of actors) {
    const { tid, tgid, ppid } = actor.task
    if (tid !== null) byTid.set(tid, actor)
    if (tgid === null) continue
    append(groups, tgid, actor)
    if (tgid !== tid) continue
    leaders.set(tgid, actor)
    if (ppid !== null) append(children, ppid, actor)
  }
  const namespaces = pidNamespacesOf(actors, leaders)
  const notable = [...actors.filter((actor) => isNotable(actor, groups)), ...others]
  return {
    snapshot,
    actors,
    notable,
    byTid,
    leaders,
    groups,
    children,
    namespaces,
    fuse: fuseOf(snapshot, groups, leaders, namespaces),
    nfs: nfsOf(snapshot),
    devices: devicesOf(notable, snapshot.blockDevices),
    panic: panicOf(snapshot),
    others,
  }
}

function append(map: Map<number, Actor[]>, key: number, actor: Actor): void {
  const found = map.get(key)
  if (found) found.push(actor)
  else map.set(key, [actor])
}

/** Blocked, exiting, stopped or traced, a zombie leader with live threads, or in a kernel report. */
function isNotable(actor: Actor, groups: ReadonlyMap<number, readonly Actor[]>): boolean {
  if (actor.blocked || actor.exiting || actor.reports.length > 0 || isZapping(actor)) return true
  const { state, unreadable } = actor.task
  return state === 'T' || state === 't' || unreadable.length > 0 || hasLiveThreads(actor, groups)
}

/** A zombie leader whose group still has a task that is no zombie: it cannot be reaped yet. */
export function hasLiveThreads(
  { task }: Actor,
  groups: ReadonlyMap<number, readonly Actor[]>,
): boolean {
  if (task.state !== 'Z' || task.tgid !== task.tid || task.tgid === null) return false
  return (groups.get(task.tgid) ?? []).some(({ task: { state } }) => state !== 'Z' && state !== 'X')
}
