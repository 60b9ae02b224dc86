import type { FuseConnection, Mount, Snapshot } from '../../model/snapshot.ts'
import type { Actor } from './actor.ts'
import { ancestorsOf, type PidNamespaces } from './namespaces.ts'

/** What the threads of a FUSE daemon do. */
export type DaemonState =
  /** Stopped (T): SIGCONT heals it. */
  | 'stopped'
  /** All readers wait in `fuse_dev_do_read`: it waits for requests. */
  | 'idle'
  /** Some thread of it does something else: a request may be in work. */
  | 'busy'
  /** Some thread of it is blocked in the kernel: see what in. */
  | 'blocked'
  /** On its way out: it will not answer any more. */
  | 'exiting'

/** A thread group that has /dev/fuse open, or reads requests from it. */
export type FuseDaemon = {
  readonly tgid: number
  readonly actors: readonly Actor[]
  readonly state: DaemonState
  /** Its thread that is blocked, when it is. */
  readonly blockedActor: Actor | null
}

/** One FUSE connection with what the bundle shows around it. */
export type Connection = {
  /** Minor device number, the name of its folder in /sys/fs/fuse/connections. */
  readonly minor: number
  /** Requests not answered yet; null when the bundle has no count. */
  readonly waiting: number | null
  readonly sys: FuseConnection | null
  readonly mounts: readonly Mount[]
  /** Daemons that may serve it; more than one where nothing tells them apart. */
  readonly daemons: readonly FuseDaemon[]
}

export type FuseView = {
  readonly connections: readonly Connection[]
  readonly daemons: readonly FuseDaemon[]
  /** Connections with requests that no task of the bundle is seen to wait for. */
  readonly unseen: readonly Connection[]
  /** Connections that a task which waits for FUSE may wait on, likeliest first. */
  readonly of: (actor: Actor) => readonly Connection[]
}

const READS_REQUESTS: ReadonlySet<string> = new Set([
  'fuse_dev_do_read',
  'fuse_dev_read',
  'fuse_dev_splice_read',
])

/** Joins connections, mounts and daemons of a bundle. */
export function fuseOf(
  snapshot: Snapshot,
  groups: ReadonlyMap<number, readonly Actor[]>,
  leaders: ReadonlyMap<number, Actor>,
  namespaces: PidNamespaces,
): FuseView {
  const mounts = fuseMountsByMinor(snapshot.mounts)
  const daemons = daemonsOf(groups, namespaces, [...mounts.values()].flat())
  const minors = new Set([...mounts.keys(), ...snapshot.fuseConnections.map(({ minor }) => minor)])
  const spaces = mountSpacesOf(snapshot.mounts, leaders)
  const sys = new Map(snapshot.fuseConnections.map((each) => [each.minor, each]))
  const bare = [...minors]
    .sort((a, b) => a - b)
    .map((minor) => ({
      minor,
      waiting: sys.get(minor)?.waiting ?? null,
      sys: sys.get(minor) ?? null,
      mounts: mounts.get(minor) ?? [],
    }))
  const connections = bare.map((each) => ({
    ...each,
    daemons: daemons.filter(
      (daemon) =>
        mayServe(daemon, each, bare) &&
        wasNear(daemon, each, bare, leaders) &&
        sees(daemon, each, spaces),
    ),
  }))
  const of = (actor: Actor) => candidates(actor, connections, leaders)
  const awaited = new Set([...groups.values()].flat().filter(isWaiting).flatMap(of))
  const unseen = connections.filter((each) => (each.waiting ?? 0) > 0 && !awaited.has(each))
  return { connections, daemons, unseen, of }
}

function isWaiting({ wait }: Actor): boolean {
  return wait?.class === 'fuse' && wait.blocked
}

function daemonsOf(
  groups: ReadonlyMap<number, readonly Actor[]>,
  namespaces: PidNamespaces,
  mounts: readonly Mount[],
): readonly FuseDaemon[] {
  const daemons: FuseDaemon[] = []
  for (const [tgid, actors] of groups) {
    const isDaemon = serves(actors) || (actors.every(isLeaving) && bearsName(actors, mounts))
    if (!isDaemon) continue
    const blockedActor = actors.find(({ blocked, exiting }) => blocked && !exiting) ?? null
    daemons.push({
      tgid,
      actors,
      state: daemonState(actors, blockedActor, namespaces),
      blockedActor,
    })
  }
  return daemons
}

function serves(actors: readonly Actor[]): boolean {
  return actors.some(
    ({ task }) =>
      task.fds.some(({ target }) => target === '/dev/fuse') ||
      task.stack?.names.some((name) => READS_REQUESTS.has(name)) === true,
  )
}

/** Once its files are gone only its name says that a task served a mount. */
function isLeaving({ exiting, task }: Actor): boolean {
  return exiting || task.state === 'Z' || task.state === 'X'
}

function daemonState(
  actors: readonly Actor[],
  blockedActor: Actor | null,
  namespaces: PidNamespaces,
): DaemonState {
  if (actors.some((actor) => isDoomed(actor, namespaces))) return 'exiting'
  if (actors.some(({ task }) => task.state === 'T')) return 'stopped'
  if (blockedActor) return 'blocked'
  const threads = actors.filter(({ task }) => task.state !== 'Z')
  const readers = threads.filter(({ task }) =>
    task.stack?.names.some((name) => READS_REQUESTS.has(name)),
  )
  // One thread of a multithreaded daemon is its session's main thread and never reads.
  return readers.length > 0 && readers.length >= threads.length - 1 ? 'idle' : 'busy'
}

/** Killed with its namespace, or leaving: whatever it did, it answers no more. */
function isDoomed(actor: Actor, namespaces: PidNamespaces): boolean {
  if (actor.exiting || actor.task.state === 'Z' || actor.task.state === 'X') return true
  const isKilled = actor.task.groupPending.includes(9) || actor.task.taskPending.includes(9)
  return isKilled && namespaces.of(actor)?.isDying === true
}

function fuseMountsByMinor(mounts: readonly Mount[]): ReadonlyMap<number, Mount[]> {
  const byMinor = new Map<number, Mount[]>()
  for (const mount of mounts) {
    if (!isFuseType(mount.type) || mount.device === null) continue
    const minor = Number(mount.device.split(':')[1])
    if (!Number.isInteger(minor)) continue
    const found = byMinor.get(minor)
    if (found) found.push(mount)
    else byMinor.set(minor, [mount])
  }
  return byMinor
}

export function isFuseType(type: string): boolean {
  return type === 'fuse' || type === 'fuseblk' || type.startsWith('fuse.')
}

type Bare = Omit<Connection, 'daemons'>

/** A daemon named like a mount's type or source serves that one; any other may serve any. */
function mayServe(daemon: FuseDaemon, connection: Bare, all: readonly Bare[]): boolean {
  if (isNamedAfter(daemon, connection)) return true
  return (
    !all.some((other) => other !== connection && isNamedAfter(daemon, other)) &&
    (connection.mounts.length === 0 || !hasNamesake(connection, daemon))
  )
}

/** For each mount namespace whose mounts the bundle lists: the thread groups that list them. */
function mountSpacesOf(
  mounts: readonly Mount[],
  leaders: ReadonlyMap<number, Actor>,
): ReadonlyMap<string, ReadonlySet<number>> {
  const spaces = new Map<string, Set<number>>()
  for (const tgid of new Set(mounts.flatMap(({ seenBy }) => seenBy ?? []))) {
    const space = leaders.get(tgid)?.task.mountNamespace
    if (space === undefined || space === null) continue
    const found = spaces.get(space)
    if (found) found.add(tgid)
    else spaces.set(space, new Set([tgid]))
  }
  return spaces
}

/** A daemon has its own mount in sight: what its mount namespace does not list, it does not serve. */
function sees(
  { actors }: FuseDaemon,
  { mounts }: Bare,
  spaces: ReadonlyMap<string, ReadonlySet<number>>,
): boolean {
  const space = actors.find(({ task }) => task.mountNamespace !== null)?.task.mountNamespace
  const listedBy = space ? spaces.get(space) : undefined
  if (listedBy === undefined) return true
  return mounts.some(({ seenBy }) => seenBy !== null && listedBy.has(seenBy))
}

/** A daemon known by its name alone served the mount that its own namespace shows. */
function wasNear(
  daemon: FuseDaemon,
  connection: Bare,
  all: readonly Bare[],
  leaders: ReadonlyMap<number, Actor>,
): boolean {
  const [first] = daemon.actors
  if (!first || serves(daemon.actors)) return true
  return candidates(first, all, leaders).includes(connection)
}

/** `fuse.sshfs` or source `sshfs#...` against comm `sshfs`; comm is cut to 15 bytes. */
function isNamedAfter({ actors }: FuseDaemon, { mounts }: Bare): boolean {
  return bearsName(actors, mounts)
}

function bearsName(actors: readonly Actor[], mounts: readonly Mount[]): boolean {
  return mounts.some(({ type, source }) => {
    const names = [type.slice(type.indexOf('.') + 1), source.split(/[#:]/)[0] ?? '']
    return actors.some(
      ({ task }) => task.comm !== null && names.some((name) => isComm(name, task.comm ?? '')),
    )
  })
}

const COMM_BYTES = 15 // TASK_COMM_LEN less its zero byte, include/linux/sched.h

function isComm(name: string, comm: string): boolean {
  return name !== '' && name !== 'fuse' && name.slice(0, COMM_BYTES) === comm
}

/** Mounts that say whose they are, when it is not this daemon's: `fuse.lxcfs` is served by lxcfs. */
function hasNamesake({ mounts }: Bare, { actors }: FuseDaemon): boolean {
  const comms = new Set(actors.map(({ task }) => task.comm))
  return mounts.every(({ type }) => {
    const name = type.startsWith('fuse.') ? type.slice(5) : ''
    return name === 'lxcfs' && !comms.has(name)
  })
}

/** Where the task's own mounts are known they decide; then the counts of waiting requests do. */
function candidates<Each extends Bare>(
  actor: Actor,
  connections: readonly Each[],
  leaders: ReadonlyMap<number, Actor>,
): readonly Each[] {
  const pending = connections.filter(({ waiting }) => waiting === null || waiting > 0)
  const pool = pending.length > 0 ? pending : connections
  if (pool.length < 2) return pool
  for (const each of ancestorsOf(actor, leaders)) {
    const seen = pool.filter(({ mounts }) =>
      mounts.some(({ seenBy }) => seenBy !== null && seenBy === each.task.tgid),
    )
    if (seen.length > 0) return seen
  }
  const unseen = pool.filter(({ mounts }) => mounts.length === 0)
  return unseen.length > 0 ? unseen : pool
}
