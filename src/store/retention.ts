import { countedOf } from './incident-save.ts'
import { fromJson } from './packed.ts'
import { dropCounts } from './roll-ups.ts'
import type { IncidentRow } from './schema.ts'
import { removeSnapshot } from './snapshot-save.ts'
import { dropSource } from './sources.ts'
import type { Sql } from './sql.ts'

// What is given up when it has grown old. Everything here takes a limit: the service answers
// others between two steps, and the next sweep goes on.

const DROPPED = ['archives', 'incidents', 'looks', 'changes'] as const
export type DroppedKind = (typeof DROPPED)[number]

/** How much has been given up, ever. */
export type Dropped = {
  readonly [Kind in DroppedKind]: { readonly items: number; readonly bytes: number }
}

export async function countDropped(sql: Sql): Promise<Dropped> {
  const rows = await sql.all<{ what: string; items: number; bytes: number }>(
    'SELECT what, items, bytes FROM dropped',
  )
  const of = (kind: DroppedKind) => {
    const { items = 0, bytes = 0 } = rows.find(({ what }) => what === kind) ?? {}
    return { items, bytes }
  }
  return {
    archives: of('archives'),
    incidents: of('incidents'),
    looks: of('looks'),
    changes: of('changes'),
  }
}

/** An archive that is kept, oldest arrivals first. */
export type KeptArchive = {
  readonly snapshotId: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly segment: number | null
  readonly receivedAt: number
  readonly isFailed: boolean
  /** It waits to be diagnosed, or an incident that is not over was seen in it. */
  readonly isHeld: boolean
}

/** Kept archives that arrived after a snapshot, and before an instant. */
export async function listKeptArchives(
  sql: Sql,
  afterId: string,
  beforeMs: number,
  limit: number,
): Promise<readonly KeptArchive[]> {
  const rows = await sql.all<
    Omit<KeptArchive, 'isHeld' | 'isFailed'> & { status: string; incidentIds: string }
  >(
    `SELECT b.snapshot_id AS snapshotId, b.sha256, b.size_bytes AS sizeBytes, b.segment,
       s.received_at AS receivedAt, s.status, s.incident_ids AS incidentIds
     FROM bundles b CROSS JOIN snapshots s ON s.id = b.snapshot_id
     WHERE b.removed_at IS NULL AND b.snapshot_id > ? AND s.received_at < ?
     ORDER BY b.snapshot_id LIMIT ?`,
    afterId,
    beforeMs,
    limit,
  )
  const archives: KeptArchive[] = []
  for (const { status, incidentIds, ...row } of rows) {
    const isEnded = status === 'done' || status === 'failed'
    const isHeld = !isEnded || (await hasUnresolved(sql, fromJson(incidentIds)))
    archives.push({ ...row, isFailed: status === 'failed', isHeld })
  }
  return archives
}

async function hasUnresolved(sql: Sql, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) {
    const row = await sql.get(
      `SELECT 1 FROM incidents WHERE host_id = ? AND id = ? AND state <> 'resolved'`,
      Number.parseInt(id.slice(-8), 16),
      id,
    )
    if (row) return true
  }
  return false
}

/** Bytes of all archives that are kept. */
export async function sumKeptArchives(sql: Sql): Promise<number> {
  const row = await sql.get<{ bytes: number | null }>(
    `SELECT sum(size_bytes) AS bytes FROM bundles WHERE removed_at IS NULL AND snapshot_id > ''`,
  )
  return row?.bytes ?? 0
}

/**
 * Notes that an archive is gone, and forgets its parsed form; a failed snapshot goes with it, there is
 * nothing else of it.
 */
export async function dropArchive(tx: Sql, archive: KeptArchive, nowMs: number): Promise<void> {
  const { snapshotId, sha256 } = archive
  if (archive.isFailed) {
    await removeSnapshot(tx, snapshotId)
  } else {
    await tx.run('UPDATE bundles SET removed_at = ? WHERE sha256 = ?', nowMs, sha256)
    await dropSource(tx, snapshotId)
  }
  await addDropped(tx, 'archives', 1, archive.sizeBytes)
}

/** True while a segment of the upload log holds an archive that is kept. */
export async function isSegmentKept(sql: Sql, segment: number): Promise<boolean> {
  const row = await sql.get(
    'SELECT 1 FROM bundles WHERE segment = ? AND removed_at IS NULL LIMIT 1',
    segment,
  )
  return row !== null
}

const INCIDENT_TABLES = [
  'incident_bodies',
  'incident_snapshots',
  'incident_history',
  'incident_stacks',
  'incident_labels',
] as const

/** Forgets incidents that were over before an instant, but those with a ticket; answers how many. */
export async function dropIncidents(tx: Sql, beforeMs: number, limit: number): Promise<number> {
  const rows = await tx.all<IncidentRow>(
    `SELECT * FROM incidents WHERE state = 'resolved' AND last_event_at < ? AND muted = 0
     AND NOT EXISTS (SELECT 1 FROM links l WHERE l.target_kind = 'incident' AND l.target = incidents.id)
     ORDER BY last_event_at LIMIT ?`,
    beforeMs,
    limit,
  )
  for (const row of rows) {
    const key = [row.host_id, row.incident_no] as const
    for (const table of INCIDENT_TABLES) {
      await tx.run(`DELETE FROM ${table} WHERE host_id = ? AND incident_no = ?`, ...key)
    }
    await tx.run('DELETE FROM incident_words WHERE rowid = ?', row.incident_no)
    await tx.run('DELETE FROM incidents WHERE incident_no = ?', row.incident_no)
    await dropCounts(tx, countedOf(row))
    await tx.run('UPDATE hosts SET incidents = incidents - 1 WHERE host_id = ?', row.host_id)
  }
  await addDropped(tx, 'incidents', rows.length, 0)
  return rows.length
}

/**
 * Forgets what new snapshots would be compared with; answers how many. Those that were compared with
 * it keep it: without, reading them again would not find what it proved.
 */
export async function dropLooks(tx: Sql, beforeMs: number, limit: number): Promise<number> {
  const looks = await tx.all<LookKey & { readonly body: Uint8Array }>(
    `SELECT host_id, boot_id, taken_at, snapshot_no, body FROM snapshot_looks
     WHERE taken_at < ? ORDER BY taken_at LIMIT ?`,
    beforeMs,
    limit,
  )
  for (const {
    host_id: hostId,
    boot_id: bootId,
    taken_at: takenAt,
    snapshot_no: no,
    body,
  } of looks) {
    await tx.run(
      'UPDATE snapshot_sources SET earlier = ? WHERE host_id = ? AND earlier_no = ?',
      body,
      hostId,
      no,
    )
    await tx.run(
      `DELETE FROM snapshot_looks
       WHERE host_id = ? AND boot_id = ? AND taken_at = ? AND snapshot_no = ?`,
      hostId,
      bootId,
      takenAt,
      no,
    )
  }
  await addDropped(tx, 'looks', looks.length, 0)
  return looks.length
}

type LookKey = {
  readonly host_id: number
  readonly boot_id: string
  readonly taken_at: number
  readonly snapshot_no: number
}

/** Forgets changes that nobody came to take out; answers how many. */
export async function dropChanges(tx: Sql, beforeMs: number, limit: number): Promise<number> {
  const dropped = await tx.run(
    `DELETE FROM incident_outbox WHERE outbox_no IN
       (SELECT outbox_no FROM incident_outbox ORDER BY outbox_no LIMIT ?) AND written_at < ?`,
    limit,
    beforeMs,
  )
  await addDropped(tx, 'changes', dropped, 0)
  return dropped
}

async function addDropped(tx: Sql, kind: DroppedKind, items: number, bytes: number): Promise<void> {
  if (items === 0) return
  await tx.run(
    `INSERT INTO dropped (what, items, bytes) VALUES (?, ?, ?)
     ON CONFLICT (what) DO UPDATE SET items = dropped.items + excluded.items, bytes = dropped.bytes + excluded.bytes`,
    kind,
    items,
    bytes,
  )
}
