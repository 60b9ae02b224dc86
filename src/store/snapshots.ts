import { sql } from 'kysely'
import type { Labels } from '../model/access.ts'
import type { DiagnosedTask, Diagnosis } from '../model/diagnosis.ts'
import {
  type Page,
  SNAPSHOT_STATUSES,
  type SnapshotItem,
  type SnapshotStatus,
} from '../model/incident.ts'
import type { Given } from '../model/snapshot.ts'
import { whereAll } from './incident-filter.ts'
import type { Store } from './open.ts'
import { fromJson, fromTime, toTime, unpack } from './packed.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import type { SnapshotRow } from './schema.ts'
import { snapshotSeenBy } from './seen-by.ts'

/** The snapshot with this id, or null. */
export async function findSnapshot(store: Store, id: string): Promise<SnapshotItem | null> {
  const row = await store.read.get<SnapshotRow>('SELECT * FROM snapshots WHERE id = ?', id)
  return row ? toSnapshotItem(row) : null
}

/** Labels of the snapshot with this id, or null. */
export async function findSnapshotLabels(store: Store, id: string): Promise<Labels | null> {
  const row = await store.read.get<{ labels: string }>(
    'SELECT labels FROM snapshots WHERE id = ?',
    id,
  )
  return row ? fromJson<Labels>(row.labels) : null
}

export type SnapshotQuery = {
  readonly limit: number
  readonly cursor?: string | null | undefined
  /** Name of a host. */
  readonly host?: string | null | undefined
  readonly status?: string | null | undefined
  /** What they must be labelled; null: anything. */
  readonly labels?: Labels | null
}

/** Snapshots, the newest arrival first. */
export async function listSnapshots(
  store: Store,
  query: SnapshotQuery,
): Promise<Page<SnapshotItem>> {
  if (query.labels) return listLabelled(store, query, query.labels)
  const host = query.host ?? null
  const status = query.status ?? null
  const question = ['snapshots', host, status]
  const after = fromCursor(question, query.cursor, 1)
  const limit = limitOf(query.limit)
  let matching = store.db.selectFrom('snapshots')
  if (status !== null) matching = matching.where('status', '=', status)
  if (host !== null) matching = matching.where('host_id', 'in', await hostIdsOf(store, host))
  let page = matching
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (after) page = page.where('id', '<', String(after[0]))
  const rows = await page.execute()
  const items = rows.slice(0, limit).map(toSnapshotItem)
  const last = rows.length > limit ? items.at(-1) : undefined
  const total =
    host === null
      ? await totalOf(store, status)
      : (await matching.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirst())?.n
  return { items, next: last ? toCursor(question, [last.id]) : null, total: total ?? 0 }
}

/** The same in the order of one label's rows, which lead to no other snapshot. */
async function listLabelled(
  store: Store,
  query: SnapshotQuery,
  labels: Labels,
): Promise<Page<SnapshotItem>> {
  const { host = null, status = null } = query
  const question = ['snapshots', host, status, labels]
  const after = fromCursor(question, query.cursor, 1)
  const limit = limitOf(query.limit)
  const [[label = '', value = ''] = [], ...others] = Object.entries(labels)
  const conditions = [
    sql<boolean>`l.label = ${label} AND l.value = ${value}`,
    ...snapshotSeenBy(Object.fromEntries(others), 'l.snapshot_id'),
    ...(status === null ? [] : [sql<boolean>`s.status = ${status}`]),
    ...(host === null
      ? []
      : [sql<boolean>`s.host_id IN (SELECT host_id FROM hosts WHERE name = ${host})`]),
  ]
  const from = sql`FROM snapshot_labels l CROSS JOIN snapshots s ON s.id = l.snapshot_id`
  const behind = after ? [sql<boolean>`l.snapshot_id < ${String(after[0])}`] : []
  const { rows } = await sql<SnapshotRow>`SELECT s.* ${from} ${whereAll([...conditions, ...behind])}
    ORDER BY l.snapshot_id DESC LIMIT ${limit + 1}`.execute(store.db)
  const counted = await sql<{ n: number }>`
    SELECT count(*) AS n ${from} ${whereAll(conditions)}`.execute(store.db)
  const items = rows.slice(0, limit).map(toSnapshotItem)
  const last = rows.length > limit ? items.at(-1) : undefined
  return {
    items,
    next: last ? toCursor(question, [last.id]) : null,
    total: counted.rows[0]?.n ?? 0,
  }
}

/** The diagnosis of a snapshot, whole; null while it has none. */
export async function findDiagnosis(store: Store, id: string): Promise<Diagnosis | null> {
  const row = await store.read.get<{ host_id: number; snapshot_no: number; body: Uint8Array }>(
    `SELECT d.host_id, d.snapshot_no, d.body FROM snapshots s
     JOIN diagnoses d ON d.host_id = s.host_id AND d.snapshot_no = s.snapshot_no WHERE s.id = ?`,
    id,
  )
  if (!row) return null
  const chunks = await store.read.all<{ body: Uint8Array }>(
    'SELECT body FROM snapshot_tasks WHERE host_id = ? AND snapshot_no = ? ORDER BY first',
    row.host_id,
    row.snapshot_no,
  )
  const tasks = chunks.flatMap((chunk) => unpack<readonly DiagnosedTask[]>(chunk.body))
  return { ...unpack<Diagnosis>(row.body), tasks }
}

/** Notable tasks of a snapshot, in the order of its diagnosis; empty while it has none. */
export async function listSnapshotTasks(
  store: Store,
  id: string,
  query: { readonly limit: number; readonly cursor?: string | null | undefined },
): Promise<Page<DiagnosedTask>> {
  const question = ['tasks', id]
  const start = Number(fromCursor(question, query.cursor, 1)?.[0] ?? 0)
  const limit = limitOf(query.limit)
  const found = await store.read.get<{ host_id: number; snapshot_no: number; tasks: number }>(
    `SELECT d.host_id, d.snapshot_no, d.tasks FROM snapshots s
     JOIN diagnoses d ON d.host_id = s.host_id AND d.snapshot_no = s.snapshot_no WHERE s.id = ?`,
    id,
  )
  if (!found) return { items: [], next: null, total: 0 }
  const chunks = await store.read.all<{ first: number; body: Uint8Array }>(
    `SELECT first, body FROM snapshot_tasks WHERE host_id = ? AND snapshot_no = ? AND first < ?
     AND first >= (SELECT max(first) FROM snapshot_tasks WHERE host_id = ? AND snapshot_no = ? AND first <= ?)
     ORDER BY first`,
    found.host_id,
    found.snapshot_no,
    start + limit,
    found.host_id,
    found.snapshot_no,
    start,
  )
  const skip = start - (chunks[0]?.first ?? 0)
  const items = chunks
    .flatMap((chunk) => unpack<readonly DiagnosedTask[]>(chunk.body))
    .slice(skip, skip + limit)
  const end = start + items.length
  return { items, next: end < found.tasks ? toCursor(question, [end]) : null, total: found.tasks }
}

/** How many snapshots are in each status. */
export async function countSnapshots(
  store: Store,
): Promise<Readonly<Record<SnapshotStatus, number>>> {
  const rows = await store.read.all<{ status: string; snapshots: number }>(
    'SELECT status, snapshots FROM snapshot_counts',
  )
  const countOf = (status: SnapshotStatus): number =>
    rows.find((row) => row.status === status)?.snapshots ?? 0
  return {
    queued: countOf('queued'),
    processing: countOf('processing'),
    done: countOf('done'),
    failed: countOf('failed'),
  }
}

export function toSnapshotItem(row: SnapshotRow): SnapshotItem {
  return {
    id: row.id,
    url: `/snapshots/${row.id}`,
    sha256: row.sha256,
    status: toStatus(row.status),
    problem: row.problem === null ? null : fromJson(row.problem),
    name: row.name,
    sizeBytes: row.size_bytes,
    host: row.host_name,
    kernel: row.kernel,
    labels: fromJson(row.labels),
    collectedAt: collectedAtOf(row),
    receivedAt: toTime(row.received_at),
    counts: row.counts === null ? null : fromJson(row.counts),
    incidents: fromJson(row.incident_ids),
  }
}

/** Until the bundle was read, only the upload can tell when it was collected. */
function collectedAtOf(row: SnapshotRow): string | null {
  const told = row.collected_at ?? fromTime(fromJson<Given>(row.given).collectedAt, null)
  return told === null ? null : toTime(told)
}

export function toStatus(text: string): SnapshotStatus {
  return SNAPSHOT_STATUSES.find((status) => status === text) ?? 'queued'
}

async function hostIdsOf(store: Store, name: string): Promise<readonly number[]> {
  const rows = await store.read.all<{ host_id: number }>(
    'SELECT host_id FROM hosts WHERE name = ?',
    name,
  )
  return rows.map((row) => row.host_id)
}

async function totalOf(store: Store, status: string | null): Promise<number> {
  const counts = await countSnapshots(store)
  return Object.entries(counts)
    .filter(([name]) => status === null || name === status)
    .reduce((sum, [, snapshots]) => sum + snapshots, 0)
}
