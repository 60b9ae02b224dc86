import { SOURCE_FORMAT } from './source/pack-snapshot.ts'
import type { Sql } from './sql.ts'

/** A snapshot as it is kept to be diagnosed again. */
export type Source = {
  readonly body: Uint8Array
  /** The snapshot of the same boot that it was compared with, by number; null for none. */
  readonly earlierNo: number | null
}

type SnapshotKey = { readonly hostId: number; readonly snapshotNo: number }

export async function saveSource(tx: Sql, at: SnapshotKey, source: Source): Promise<void> {
  await tx.run(
    `INSERT INTO snapshot_sources (host_id, snapshot_no, format, earlier_no, body)
     VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (host_id, snapshot_no) DO UPDATE SET
       format = excluded.format, earlier_no = excluded.earlier_no, body = excluded.body`,
    at.hostId,
    at.snapshotNo,
    SOURCE_FORMAT,
    source.earlierNo,
    source.body,
  )
}

/** Forgets the parsed form of a snapshot: it cannot be diagnosed again, what was found in it stays. */
export async function dropSource(tx: Sql, snapshotId: string): Promise<void> {
  const at = await tx.get<SnapshotKey>(
    'SELECT host_id AS hostId, snapshot_no AS snapshotNo FROM snapshots WHERE id = ?',
    snapshotId,
  )
  if (!at) return
  await tx.run(
    'DELETE FROM snapshot_sources WHERE host_id = ? AND snapshot_no = ?',
    at.hostId,
    at.snapshotNo,
  )
}
