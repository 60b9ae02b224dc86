import type { Mount, Snapshot } from '../../model/snapshot.ts'
import type { Actor } from './actor.ts'

/** One NFS server that the host has mounts of. */
export type NfsServer = {
  /** Name or address as the mount's source has it, e.g. `10.0.0.7`. */
  readonly name: string
  readonly address: string | null
  readonly mounts: readonly Mount[]
}

export type NfsView = {
  readonly servers: readonly NfsServer[]
  /** The server a task waits for; null when the bundle does not tell. */
  readonly of: (actor: Actor) => NfsServer | null
}

/** Joins NFS mounts by server, and tasks with the server their stack or state manager names. */
export function nfsOf(snapshot: Snapshot): NfsView {
  const byName = new Map<string, Mount[]>()
  for (const mount of snapshot.mounts) {
    if (mount.type !== 'nfs' && mount.type !== 'nfs4') continue
    const name = serverName(mount.source)
    const found = byName.get(name)
    if (found) found.push(mount)
    else byName.set(name, [mount])
  }
  const servers = [...byName].map(([name, mounts]) => ({
    name,
    address: addressOf(mounts),
    mounts,
  }))
  return { servers, of: (actor) => serverOf(actor, servers) }
}

/** `host:/path` and `[v6]:/path`. */
function serverName(source: string): string {
  const bracket = source.startsWith('[') ? source.indexOf(']') : -1
  if (bracket > 0) return source.slice(1, bracket)
  const colon = source.indexOf(':/')
  return colon > 0 ? source.slice(0, colon) : source
}

function addressOf(mounts: readonly Mount[]): string | null {
  for (const { options } of mounts) {
    const found = options.split(',').find((option) => option.startsWith('addr='))
    if (found) return found.slice('addr='.length)
  }
  return null
}

/** State managers carry the server's address in their name: `10.0.0.7-manager`. */
function serverOf({ task }: Actor, servers: readonly NfsServer[]): NfsServer | null {
  if (servers.length < 2) return servers[0] ?? null
  const comm = task.comm ?? ''
  const managed = servers.find(({ address }) => address !== null && comm.startsWith(`${address}-`))
  if (managed) return managed
  const open = servers.filter(({ mounts }) =>
    task.fds.some(({ target }) => mounts.some(({ mountPoint }) => isBelow(target, mountPoint))),
  )
  return open.length === 1 ? (open[0] ?? null) : null
}

/** True for the mount point itself and every path under it. */
export function isBelow(path: string, mountPoint: string): boolean {
  return (
    path === mountPoint || path.startsWith(mountPoint.endsWith('/') ? mountPoint : `${mountPoint}/`)
  )
}
