import { sql } from 'kysely'
import { hasLabels, type Labels } from '../model/access.ts'
import {
  type HostItem,
  type IncidentItem,
  type Page,
  type SnapshotItem,
  UNNAMED,
} from '../model/incident.ts'
import type { Host, Kernel } from '../model/snapshot.ts'
import { whereAll } from './incident-filter.ts'
import { withLinks } from './links.ts'
import type { Store } from './open.ts'
import { fromJson, toTime } from './packed.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import type { HostRow, IncidentRow, SnapshotRow } from './schema.ts'
import { hostSeenBy, saveLabels } from './seen-by.ts'
import { toSnapshotItem } from './snapshots.ts'
import type { Sql } from './sql.ts'

/** Rows that a host's own answer shows of each kind; the lists have the rest. */
const SHOWN_MAX = 100

export type HostQuery = {
  readonly limit: number
  readonly cursor?: string | null | undefined
  /** Part of a name. */
  readonly q?: string | null | undefined
  /** `open`: the most open incidents first. Else, and of as many, the one seen last first. */
  readonly sort?: 'open' | 'lastSeen' | undefined
  /** What hosts must be labelled; null: anything. */
  readonly labels?: Labels | null
}

/** Hosts, a page at a time. */
export async function listHosts(store: Store, query: HostQuery): Promise<Page<HostItem>> {
  const isByOpen = query.sort === 'open'
  const seen = hostSeenBy(query.labels ?? null)
  const question = ['hosts', query.q ?? null, isByOpen]
  const after = fromCursor(question, query.cursor, 3)
  const limit = limitOf(query.limit)
  let matching = store.db.selectFrom('hosts')
  if (query.q) matching = matching.where('name', 'like', `%${query.q.replace(/[%_]/g, '')}%`)
  for (const condition of seen) matching = matching.where(condition)
  let page = matching.selectAll()
  if (isByOpen) page = page.orderBy('open_incidents', 'desc')
  page = page.orderBy('last_seen', 'desc').orderBy('host_id', 'desc')
  if (after) page = page.where(isBehind(after.map(Number), isByOpen))
  const rows = await page.limit(limit + 1).execute()
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  const counted = await matching.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirst()
  return {
    items: shown.map(toHostItem),
    next: last ? toCursor(question, [last.open_incidents, last.last_seen, last.host_id]) : null,
    total: counted?.n ?? 0,
  }
}

/** What comes behind a row, in either order; as one index holds it. */
function isBehind([open = 0, lastSeen = 0, hostId = 0]: readonly number[], isByOpen: boolean) {
  return isByOpen
    ? sql<boolean>`(open_incidents, last_seen, host_id) < (${open}, ${lastSeen}, ${hostId})`
    : sql<boolean>`(last_seen, host_id) < (${lastSeen}, ${hostId})`
}

export type HostWhole = HostItem & {
  /** Newest first, at most a hundred. */
  readonly recentSnapshots: readonly SnapshotItem[]
  /** Last seen first, at most a hundred. */
  readonly recentIncidents: readonly IncidentItem[]
}

/** The host of this name (the one seen last, where several share it), or null. */
export async function findHost(
  store: Store,
  name: string,
  labels: Labels | null = null,
): Promise<HostWhole | null> {
  const row = await findNamed(store, name, labels)
  if (!row) return null
  const snapshots = await store.read.all<SnapshotRow>(
    `SELECT * FROM snapshots WHERE host_id = ? ORDER BY id DESC LIMIT ${SHOWN_MAX}`,
    row.host_id,
  )
  const incidents = await store.read.all<IncidentRow>(
    `SELECT * FROM incidents WHERE host_id = ? ORDER BY last_seen DESC, incident_no DESC LIMIT ${SHOWN_MAX}`,
    row.host_id,
  )
  return {
    ...toHostItem(row),
    recentSnapshots: snapshots.map(toSnapshotItem).filter((each) => isSeen(each, labels)),
    recentIncidents: (await withLinks(store.read, incidents)).filter((each) =>
      isSeen(each, labels),
    ),
  }
}

/** Of hosts that share a name the one seen last, among those that are labelled so. */
export async function findNamed(
  { db }: Store,
  name: string,
  labels: Labels | null,
): Promise<HostRow | null> {
  const where = whereAll([sql<boolean>`name = ${name}`, ...hostSeenBy(labels)])
  const { rows } = await sql<HostRow>`
    SELECT * FROM hosts ${where} ORDER BY last_seen DESC LIMIT 1`.execute(db)
  return rows[0] ?? null
}

/** What a host had before it was labelled anew may be of others. */
function isSeen(of: { readonly labels: Labels }, labels: Labels | null): boolean {
  return hasLabels(of.labels, labels ?? {})
}

/**
 * The host a snapshot is of, or null for a new one. Images are cloned with their machine id, so the
 * id counts together with the name; a bundle that tells a name alone (a crash dump's log) is of the
 * host that first had it. A snapshot that tells neither, nor its boot, is of no host that is known.
 */
export async function findHostOf(read: Sql, host: Host): Promise<HostRow | null> {
  const { strong, weak } = keysOf(host)
  const known = strong === null ? null : await findByKey(read, strong)
  return known ?? (weak === null ? null : await adoptable(read, weak, host.machineId))
}

/** The same, made when it is the first one; `name` is what it is called then. */
export async function resolveHost(
  tx: Sql,
  host: Host,
  takenAt: number,
  name: string = hostNameOf(host),
): Promise<HostRow> {
  const row = (await findHostOf(tx, host)) ?? (await insertHost(tx, host, takenAt, name))
  const { strong, weak, boot } = keysOf(host)
  for (const key of new Set([strong, weak, boot])) {
    if (key === null) continue
    await tx.run(
      'INSERT INTO host_keys (host_key, host_id) VALUES (?, ?) ON CONFLICT (host_key) DO NOTHING',
      key,
      row.host_id,
    )
  }
  return row
}

/** Notes what a snapshot tells of its host; one that is older than others changes nothing newer. */
export async function touchHost(
  tx: Sql,
  row: HostRow,
  seen: { readonly host: Host; readonly kernel: Kernel; readonly takenAt: number },
): Promise<void> {
  const isNewest = seen.takenAt >= row.last_seen
  if (isNewest) await saveLabels(tx, 'host', row.host_id, seen.host.labels)
  await tx.run(
    `UPDATE hosts SET machine_id = ?, boot_id = ?, kernel = ?, labels = ?, first_seen = ?, last_seen = ?,
       snapshots = snapshots + 1 WHERE host_id = ?`,
    row.machine_id ?? seen.host.machineId,
    (isNewest ? seen.host.bootId : null) ?? row.boot_id,
    (isNewest ? seen.kernel.release : null) ?? row.kernel ?? seen.kernel.release,
    isNewest ? JSON.stringify(seen.host.labels) : row.labels,
    Math.min(row.first_seen, seen.takenAt),
    Math.max(row.last_seen, seen.takenAt),
    row.host_id,
  )
}

/** A name for a host: what nobody named is called by what sets it apart; '' where nothing does. */
export function hostNameOf(host: Host): string {
  if (host.name) return host.name
  if (host.machineId) return `machine-${host.machineId.slice(0, 12)}`
  return host.bootId ? `boot-${host.bootId.slice(0, 12)}` : ''
}

/** Names that a host has before it is given one: they say nothing of which it is. */
const GENERIC_NAME = /^(?:localhost(?:[.-].*)?|\(none\)|debian|ubuntu|none|unknown)$/i

type HostKeys = {
  readonly strong: string | null
  /** Tells a host where no machine id does. */
  readonly weak: string | null
  readonly boot: string | null
}

function keysOf({ name, machineId, bootId }: Host): HostKeys {
  const strong = machineId ? `m:${machineId}:${firstLabelOf(name)}` : null
  const boot = bootId ? `b:${bootId}` : null
  const named = name && !GENERIC_NAME.test(name) ? `n:${name.toLowerCase()}` : null
  return { strong, weak: named ?? boot, boot }
}

function firstLabelOf(name: string | null): string {
  return (name ?? '').toLowerCase().split('.')[0] ?? ''
}

async function findByKey(tx: Sql, key: string): Promise<HostRow | null> {
  return tx.get<HostRow>(
    'SELECT h.* FROM host_keys k JOIN hosts h ON h.host_id = k.host_id WHERE k.host_key = ?',
    key,
  )
}

/** The host of a name, unless both machine ids are known and differ. */
async function adoptable(tx: Sql, key: string, machineId: string | null): Promise<HostRow | null> {
  const row = await findByKey(tx, key)
  const isOther = machineId && row?.machine_id && row.machine_id !== machineId
  return isOther ? null : row
}

async function insertHost(tx: Sql, host: Host, takenAt: number, name: string): Promise<HostRow> {
  const made = await tx.get<HostRow>(
    `INSERT INTO hosts (name, machine_id, labels, first_seen, last_seen, snapshots, incidents, open_incidents)
     VALUES (?, ?, '{}', ?, ?, 0, 0, 0) RETURNING *`,
    name,
    host.machineId,
    takenAt,
    takenAt,
  )
  if (!made) throw new Error('A host that was inserted is not there')
  if (made.name !== '') return made
  // It still has an address of its own.
  const unnamed = `${UNNAMED}${made.host_id}`
  await tx.run('UPDATE hosts SET name = ? WHERE host_id = ?', unnamed, made.host_id)
  return { ...made, name: unnamed }
}

function toHostItem(row: HostRow): HostItem {
  return {
    name: row.name,
    machineId: row.machine_id,
    kernel: row.kernel,
    labels: fromJson(row.labels),
    firstSeen: toTime(row.first_seen),
    lastSeen: toTime(row.last_seen),
    snapshots: row.snapshots,
    openIncidents: row.open_incidents,
    incidents: row.incidents,
  }
}
