import type { Given } from '../model/snapshot.ts'
import { addJob } from './queue.ts'
import { saveLabels } from './seen-by.ts'
import { moveSnapshotCount } from './snapshot-save.ts'
import type { Sql } from './sql.ts'

/** Where the bytes of a bundle lie: in a segment of the upload log, or (null) in a file of their own. */
export type Place = { readonly segment: number; readonly offset: number } | null

/** An upload whose bytes are on the disk. */
export type Received = {
  readonly id: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly place: Place
  readonly given: Given
  readonly receivedAtMs: number
}

/** How far the upload log has been taken over into the tables. */
export type LogPosition = { readonly segment: number; readonly offset: number }

// One process owns a data folder; a store of many nodes will name them.
const NODE = 'local'

/** Files uploads as queued snapshots, each with its job. Bytes that are known already are left out. */
export async function saveReceived(
  tx: Sql,
  uploads: readonly Received[],
  position: LogPosition,
): Promise<void> {
  for (const upload of uploads) {
    if (await findBundleId(tx, upload.sha256)) continue
    await insertBundle(tx, upload)
    await insertSnapshot(tx, upload)
    await addJob(tx, upload.id, upload.receivedAtMs)
    await moveSnapshotCount(tx, null, 'queued')
  }
  await tx.run(
    `INSERT INTO log_positions (node, segment, offset) VALUES (?, ?, ?)
     ON CONFLICT (node) DO UPDATE SET segment = excluded.segment, offset = excluded.offset`,
    NODE,
    position.segment,
    position.offset,
  )
}

/** Id of the snapshot that has these bytes, or null. */
export async function findBundleId(sql: Sql, sha256: string): Promise<string | null> {
  const row = await sql.get<{ snapshot_id: string }>(
    'SELECT snapshot_id FROM bundles WHERE sha256 = ?',
    sha256,
  )
  return row?.snapshot_id ?? null
}

/** A snapshot's bytes; null for an unknown id, and when they are no longer kept. */
export async function findBundle(
  sql: Sql,
  snapshotId: string,
): Promise<{ readonly sha256: string; readonly sizeBytes: number; readonly place: Place } | null> {
  const row = await sql.get<{
    sha256: string
    sizeBytes: number
    segment: number | null
    offset: number | null
  }>(
    `SELECT b.sha256, b.size_bytes AS sizeBytes, b.segment, b.offset
     FROM snapshots s JOIN bundles b ON b.sha256 = s.sha256
     WHERE s.id = ? AND b.removed_at IS NULL`,
    snapshotId,
  )
  if (!row) return null
  const { sha256, sizeBytes, segment, offset } = row
  const place = segment === null || offset === null ? null : { segment, offset }
  return { sha256, sizeBytes, place }
}

export async function findLogPosition(sql: Sql): Promise<LogPosition | null> {
  return sql.get<LogPosition>('SELECT segment, offset FROM log_positions WHERE node = ?', NODE)
}

async function insertBundle(tx: Sql, upload: Received): Promise<void> {
  await tx.run(
    `INSERT INTO bundles (sha256, snapshot_id, size_bytes, segment, offset) VALUES (?, ?, ?, ?, ?)`,
    upload.sha256,
    upload.id,
    upload.sizeBytes,
    upload.place?.segment ?? null,
    upload.place?.offset ?? null,
  )
}

async function insertSnapshot(tx: Sql, upload: Received): Promise<void> {
  await tx.run(
    `INSERT INTO snapshots (id, sha256, status, name, given, size_bytes, received_at, labels, incident_ids)
     VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, '[]')`,
    upload.id,
    upload.sha256,
    upload.given.name,
    JSON.stringify(upload.given),
    upload.sizeBytes,
    upload.receivedAtMs,
    JSON.stringify(upload.given.labels ?? {}),
  )
  await saveLabels(tx, 'snapshot', upload.id, upload.given.labels ?? {})
}
