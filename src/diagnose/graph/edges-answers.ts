import type { GraphNode } from '../../model/diagnosis.ts'
import type { Actor } from '../situation/actor.ts'
import type { Connection, DaemonState } from '../situation/fuse.ts'
import { isBelow, type NfsServer } from '../situation/nfs.ts'
import type { Situation } from '../situation/situation.ts'
import type { Draw, EdgeRule } from './graph.ts'

/** Ways in which a task waits for the answer of someone outside the kernel: a daemon, a server. */
export const ANSWER_EDGES: readonly EdgeRule[] = [
  { name: 'fuse-answer', draw: drawFuse },
  { name: 'nfs-answer', draw: drawNfs },
  { name: 'open-file', draw: drawOpenFiles },
]

export function connectionNode(connection: Connection): GraphNode {
  const mount = connection.mounts[0]
  const label = `FUSE connection ${connection.minor}${mount ? ` (${mount.mountPoint})` : ''}`
  return { id: `fuse:${connection.minor}`, kind: 'fuse-connection', label }
}

export function serverNode(server: NfsServer | null): GraphNode {
  const name = server?.name ?? 'unknown'
  return {
    id: `nfs:${name}`,
    kind: 'nfs-server',
    label: server ? `NFS server ${name}` : 'an NFS server',
  }
}

const DAEMON_SAYS: Readonly<Record<DaemonState, string>> = {
  stopped: 'the daemon is stopped (State T) and answers nothing until SIGCONT',
  idle: 'the daemon waits for requests in fuse_dev_do_read',
  busy: 'the daemon is running',
  blocked: 'a thread of the daemon is itself blocked in the kernel',
  exiting: 'the daemon was killed or is exiting and will not answer any more',
}

function drawFuse(situation: Situation, draw: Draw): void {
  const asked = new Set<Connection>()
  for (const actor of situation.notable) {
    if (actor.wait?.class !== 'fuse' || !actor.wait.blocked) continue
    const connections = situation.fuse.of(actor)
    for (const connection of connections) {
      asked.add(connection)
      const evidence = `waits in ${actor.wait.function} for an answer over FUSE`
      draw({ from: actor, to: connectionNode(connection), kind: 'waits-for-answer', evidence })
    }
    const [only, second] = connections
    if (only && !second && only.daemons.length === 0) drawLostDaemon(actor, only, situation, draw)
  }
  for (const connection of asked) drawDaemons(connection, draw)
}

/** Nothing serves the one connection a task of a dying namespace waits on: its daemon died there. */
function drawLostDaemon(
  actor: Actor,
  connection: Connection,
  { namespaces }: Situation,
  draw: Draw,
): void {
  const namespace = namespaces.of(actor)
  if (!namespace?.isDying || namespace.init === null) return
  draw({
    from: lostDaemonNode(connection),
    to: namespace.init,
    kind: 'killed-with',
    evidence:
      'everything in this pid namespace was killed, and nothing outside serves the connection',
  })
}

function lostDaemonNode({ minor }: Connection): GraphNode {
  return { id: `daemon:${minor}`, kind: 'daemon', label: 'no task serves it' }
}

function drawDaemons(connection: Connection, draw: Draw): void {
  const from = connectionNode(connection)
  for (const daemon of connection.daemons) {
    const to = daemon.blockedActor ?? daemon.actors[0]
    if (to) draw({ from, to, kind: 'served-by', evidence: DAEMON_SAYS[daemon.state] })
  }
  if (connection.daemons.length > 0) return
  const evidence = 'no task of the bundle has /dev/fuse open or reads requests from it'
  draw({ from, to: lostDaemonNode(connection), kind: 'served-by', evidence })
}

function drawNfs({ notable, nfs }: Situation, draw: Draw): void {
  for (const actor of notable) {
    if (actor.wait?.class !== 'nfs' || !actor.blocked) continue
    const evidence = `waits in ${actor.wait.function} for the server's answer`
    draw({ from: actor, to: serverNode(nfs.of(actor)), kind: 'waits-for-answer', evidence })
  }
}

const FILE_CLASSES: ReadonlySet<string> = new Set([
  'page-lock',
  'writeback',
  'inode-lock',
  'lock',
  'mmap-lock',
])

/** A page or inode lock does not say whose file it is; an open file on a stuck mount does. */
function drawOpenFiles({ notable, fuse, nfs }: Situation, draw: Draw): void {
  const stuck = [
    ...fuse.connections
      .filter(({ waiting }) => (waiting ?? 0) > 0)
      .map((connection) => ({ mounts: connection.mounts, to: connectionNode(connection) })),
    ...nfs.servers.map((server) => ({ mounts: server.mounts, to: serverNode(server) })),
  ]
  for (const actor of notable) {
    if (!actor.blocked || actor.exiting || !FILE_CLASSES.has(actor.wait?.class ?? '')) continue
    for (const { mounts, to } of stuck) {
      if (!opens(actor, mounts)) continue
      const evidence = 'it has a file open on this mount, which has requests without an answer'
      draw({ from: actor, to, kind: 'open-file', evidence })
    }
  }
}

function opens({ task }: Actor, mounts: readonly { readonly mountPoint: string }[]): boolean {
  return task.fds.some(({ target }) => mounts.some(({ mountPoint }) => isBelow(target, mountPoint)))
}
