import {
  type Actor,
  blocksReaders,
  isMoving,
  isProvenStuck,
  isUnreadable,
} from '../situation/actor.ts'
import type { Connection } from '../situation/fuse.ts'
import { lastedSeconds, modulesOf, timesOf } from '../situation/reported.ts'
import type { Situation } from '../situation/situation.ts'
import type { Asked } from './match.ts'

/** What a signature may ask of a match as a whole, beyond its roles. */
export const FACTS: Readonly<Record<string, (asked: Asked) => boolean>> = {
  /** The bundle holds files of /proc, so that what it does not show is not there. */
  'proc-shown': ({ situation }) => situation.snapshot.tasks.some(({ origin }) => origin === 'proc'),
  /** Some anchor is proven stuck. */
  proven: ({ draft }) => draft.anchors.some(isProvenStuck),
  /** No anchor has stood still long enough to be called stuck. */
  young: ({ draft }) => draft.anchors.every(isMoving),
  /** Open descriptors were collected, so that a daemon would have been seen. */
  'descriptors-shown': ({ situation }) => situation.actors.some(({ task }) => task.fds.length > 0),
  'daemon-stopped': (asked) => daemonIs(asked, 'stopped'),
  'daemon-idle': (asked) => daemonIs(asked, 'idle'),
  'daemon-busy': (asked) => daemonIs(asked, 'busy'),
  'daemon-blocked': (asked) => daemonIs(asked, 'blocked'),
  'daemon-exiting': (asked) => daemonIs(asked, 'exiting'),
  /** The connection is known and nothing in the bundle serves it. */
  'daemon-gone': (asked) => {
    const connections = connectionsOf(asked)
    return connections.length > 0 && connections.every(({ daemons }) => daemons.length === 0)
  },
  /** A connection that the anchors may wait on counts requests without an answer. */
  'requests-waiting': (asked) => connectionsOf(asked).some(({ waiting }) => (waiting ?? 0) > 0),
  /** Some connection, by number, may be the one that the anchors wait on. */
  'connection-named': (asked) => connectionsOf(asked).length > 0,
  'connection-known': (asked) => connectionsOf(asked).some(({ sys }) => sys !== null),
  /** The kernel log was in the input. */
  'log-shown': ({ situation }) => situation.snapshot.reports.length > 0,
  /** Requests to the NFS server are queued in sunrpc. */
  'rpc-queued': ({ situation }) => situation.snapshot.rpcTasks.length > 0,
  /** Some FUSE connection has requests without an answer, and no readable task waits for one. */
  'unseen-fuse-wait': ({ situation }) => situation.fuse.unseen.length > 0,
  /** Some readable task waits for a FUSE daemon: what cannot be read may queue behind the same. */
  'fuse-wait-seen': ({ situation }) =>
    situation.notable.some(({ wait }) => wait?.class === 'fuse' && wait.blocked),
  /** Reading the stack of some anchor blocked. */
  'reading-blocked': ({ draft }) => draft.anchors.some(blocksReaders),
  /** Every anchor is a report that no longer holds. */
  past: ({ draft }) => draft.anchors.every(({ kind }) => kind === 'history'),
  /** The stack of some anchor names what it waits in. */
  'function-known': ({ draft }) => draft.anchors.some(({ wait }) => wait !== null),
  /** Lockups and stalls that the bundle shows to be over. */
  over: ({ draft }) => draft.anchors.every(({ isOver }) => isOver),
  /** When the anchors were reported is known. */
  'time-known': ({ draft, situation }) => timesOf(draft.anchors, situation.snapshot).length > 0,
  /** How long what the anchors' reports tell has lasted is known. */
  'duration-known': ({ draft }) => lastedSeconds(draft.anchors) !== null,
  /** The stack of some anchor goes through a loadable module. */
  'module-known': ({ draft }) => draft.anchors.some((anchor) => modulesOf(anchor).length > 0),
  /** The host panicked after everything else that the bundle shows, so it is down or rebooted. */
  'host-down': ({ situation }) => situation.panic === 'after',
  /** It panicked, and what /proc shows is a later boot. */
  'host-is-back': ({ situation }) => situation.panic === 'before',
  /** Where some connection is mounted is known. */
  'mount-known': (asked) => connectionsOf(asked).some(({ mounts }) => mounts.length > 0),
  /** Which block device the anchors wait for is known. */
  'device-known': ({ draft, situation }) =>
    draft.anchors.some((anchor) => situation.devices.of(anchor) !== null),
  /** It is one of the device mapper. */
  'device-is-dm': ({ draft, situation }) =>
    draft.anchors.some((anchor) => /^dm-\d+$/.test(situation.devices.of(anchor) ?? '')),
  /** Some task waits for those of the match. */
  'has-victims': ({ victims }) => victims.length > 0,
  /** The NFS server that the anchors wait for is known. */
  'server-known': ({ draft, situation }) =>
    draft.anchors.some((anchor) => situation.nfs.of(anchor) !== null),
  /** More than one task waits for the same. */
  'several-wait': ({ draft }) => draft.anchors.length > 1,
}

function daemonIs(asked: Asked, state: string): boolean {
  return connectionsOf(asked).some(({ daemons }) =>
    daemons.some((daemon) => daemon.state === state),
  )
}

/** The FUSE connections that the anchors may wait on. */
export function connectionsOf({ draft, situation }: Asked): readonly Connection[] {
  const found = new Set<Connection>()
  for (const anchor of draft.anchors) {
    for (const connection of awaitedBy(anchor, situation)) found.add(connection)
  }
  return [...found]
}

/** A task that nobody could read may wait for the requests that no readable task waits for. */
function awaitedBy(anchor: Actor, { fuse }: Situation): readonly Connection[] {
  if (anchor.wait?.class === 'fuse') return fuse.of(anchor)
  if (anchor.wait !== null || !isUnreadable(anchor)) return []
  const near = fuse.of(anchor).filter((connection) => fuse.unseen.includes(connection))
  return near.length > 0 ? near : fuse.unseen
}
