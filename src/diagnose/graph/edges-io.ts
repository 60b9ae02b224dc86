import type { GraphNode } from '../../model/diagnosis.ts'
import type { BlockDevice } from '../../model/snapshot.ts'
import type { Actor } from '../situation/actor.ts'
import { journalDevice } from '../situation/devices.ts'
import type { Connection, DaemonState } from '../situation/fuse.ts'
import { isBelow, type NfsServer } from '../situation/nfs.ts'
import type { Situation } from '../situation/situation.ts'
import type { Draw, EdgeRule } from './graph.ts'

/** Ways in which a task waits for what lies below it: a daemon, a server, a journal, a device. */
export const IO_EDGES: readonly EdgeRule[] = [
  { name: 'fuse-answer', draw: drawFuse },
  { name: 'nfs-answer', draw: drawNfs },
  { name: 'journal', draw: drawJournal },
  { name: 'device', draw: drawDevices },
  { name: 'flusher', draw: drawFlushers },
  { name: 'work', draw: drawWork },
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

export function deviceNode(name: string): GraphNode {
  return { id: `device:${name}`, kind: 'device', label: `block device ${name}` }
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

function drawJournal({ notable }: Situation, draw: Draw): void {
  const committers = notable.filter((actor) => actor.blocked && journalDevice(actor) !== null)
  for (const actor of notable) {
    if (actor.wait?.class !== 'ext4' || !actor.blocked || committers.includes(actor)) continue
    for (const committer of committers) {
      draw({
        from: actor,
        to: committer,
        kind: 'journal-commit',
        evidence: 'waits for the transaction that this thread commits',
      })
    }
  }
  for (const committer of committers) drawCommitter(committer, notable, draw)
}

/** A commit waits for open handles, then for the blocks it has written. */
function drawCommitter(committer: Actor, notable: readonly Actor[], draw: Draw): void {
  const names = committer.task.stack?.names ?? []
  const waitsForHandles = names.includes('jbd2_journal_wait_updates')
  const holders = !waitsForHandles
    ? []
    : notable.filter(
        (actor) => actor.blocked && actor.wait?.class !== 'ext4' && standsInExt4(actor),
      )
  for (const holder of holders) {
    draw({
      from: committer,
      to: holder,
      kind: 'open-handle',
      evidence:
        'the commit waits for handles to be closed, and this task sleeps in ext4 with one open',
    })
  }
  const device = journalDevice(committer)
  if (device !== null && holders.length === 0) {
    draw({
      from: committer,
      to: deviceNode(device),
      kind: 'device-io',
      evidence: 'the commit waits for blocks it has written to the device',
    })
  }
}

function standsInExt4({ task }: Actor): boolean {
  return (
    task.stack?.names.some((name) => name.startsWith('ext4_') || name.startsWith('jbd2_')) ?? false
  )
}

const DEVICE_CLASSES: ReadonlySet<string> = new Set([
  'block-io',
  'blk-freeze',
  'dm',
  'md-raid',
  'nvme',
  'scsi',
  'nbd',
  'loop',
])

function drawDevices(situation: Situation, draw: Draw): void {
  const { notable, snapshot } = situation
  const devices = new Map(snapshot.blockDevices.map((device) => [device.name, device]))
  const names = new Set(devices.keys())
  for (const actor of notable) {
    if (!actor.blocked) continue
    const name = situation.devices.of(actor)
    if (name === null) continue
    names.add(name)
    if (!DEVICE_CLASSES.has(actor.wait?.class ?? '')) continue
    const evidence = `waits in ${actor.wait?.function} for the device`
    draw({ from: actor, to: deviceNode(name), kind: 'device-io', evidence })
  }
  for (const name of names) drawWorkers(name, situation, draw)
  for (const device of devices.values()) drawBacking(device, situation, draw)
}

/** A loop device is worked by a kernel worker that reads and writes a file. */
function drawWorkers(name: string, { notable }: Situation, draw: Draw): void {
  for (const actor of notable) {
    if (!worksFor(actor, name)) continue
    const evidence = `${actor.task.comm} does the reads and writes of the device`
    draw({ from: deviceNode(name), to: actor, kind: 'worked-by', evidence })
  }
}

/** `kworker/u4:3+loop0`, or `loop0` on kernels before 5.12. */
function worksFor({ task, wait }: Actor, name: string): boolean {
  const isWorker = task.comm === name || task.comm?.endsWith(`+${name}`) === true
  return isWorker && name.startsWith('loop') && wait?.blocked === true
}

/** An nbd device is served by a task, a loop device by a file that may lie on a stuck mount. */
function drawBacking(
  { name, pid, backingFile }: BlockDevice,
  situation: Situation,
  draw: Draw,
): void {
  const from = deviceNode(name)
  const server = pid === null ? undefined : situation.leaders.get(pid)
  if (server) {
    draw({ from, to: server, kind: 'served-by', evidence: `its pid file names tgid ${pid}` })
  }
  if (backingFile === null) return
  for (const connection of situation.fuse.connections) {
    if (!connection.mounts.some(({ mountPoint }) => isBelow(backingFile, mountPoint))) continue
    const evidence = `its backing file ${backingFile} lies on this mount`
    draw({ from, to: connectionNode(connection), kind: 'backed-by', evidence })
  }
}

/** `sync` and writers wait for the flusher's pass over a file system. */
function drawFlushers({ notable }: Situation, draw: Draw): void {
  const flushers = notable.filter(
    ({ blocked, task }) => blocked && task.stack?.names.includes('wb_workfn'),
  )
  for (const actor of notable) {
    if (actor.wait?.class !== 'writeback' || !actor.blocked || flushers.includes(actor)) continue
    for (const flusher of flushers) {
      draw({
        from: actor,
        to: flusher,
        kind: 'writeback',
        evidence: 'waits for the writeback that this worker does',
      })
    }
  }
}

/** Who flushes a workqueue waits for the workers that are blocked in its work. */
function drawWork({ notable }: Situation, draw: Draw): void {
  const workers = notable.filter(
    ({ blocked, task }) => blocked && task.stack?.names.includes('process_one_work'),
  )
  for (const actor of notable) {
    if (actor.wait?.class !== 'workqueue' || !actor.blocked) continue
    for (const worker of workers) {
      if (worker === actor) continue
      draw({
        from: actor,
        to: worker,
        kind: 'work',
        evidence: 'waits for queued work, and this worker is blocked in one',
      })
    }
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
