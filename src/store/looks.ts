import type { Earlier } from '../model/earlier.ts'
import type { Host } from '../model/snapshot.ts'
import { findHostOf } from './hosts.ts'
import { unpack } from './packed.ts'
import type { Sql } from './sql.ts'

// What snapshots keep of their waiting tasks, for the next snapshot of the same boot.

/** A task that stands for longer than this was proven to by the snapshots in between, if there were any. */
export const APART_MAX_MS = 24 * 60 * 60 * 1000

/** Keeps what later snapshots of the same boot are compared with. */
export async function saveLook(
  tx: Sql,
  at: { readonly hostId: number; readonly snapshotNo: number; readonly takenAt: number },
  bootId: string,
  body: Uint8Array,
): Promise<void> {
  await tx.run(
    `INSERT INTO snapshot_looks (host_id, boot_id, taken_at, snapshot_no, body)
     VALUES (?, ?, ?, ?, ?)`,
    at.hostId,
    bootId,
    at.takenAt,
    at.snapshotNo,
    body,
  )
}

/** The latest snapshot of a boot of a host that was taken before an instant, and within a day of it; or null. */
export async function findEarlier(
  sql: Sql,
  host: Host,
  beforeMs: number,
): Promise<{ readonly earlier: Earlier; readonly snapshotNo: number } | null> {
  if (host.bootId === null) return null
  const known = await findHostOf(sql, host)
  if (!known) return null
  const row = await sql.get<{ body: Uint8Array; snapshotNo: number }>(
    `SELECT body, snapshot_no AS snapshotNo FROM snapshot_looks
     WHERE host_id = ? AND boot_id = ? AND taken_at < ? AND taken_at >= ?
     ORDER BY taken_at DESC, snapshot_no DESC LIMIT 1`,
    known.host_id,
    host.bootId,
    beforeMs,
    beforeMs - APART_MAX_MS,
  )
  return row ? { earlier: unpack<Earlier>(row.body), snapshotNo: row.snapshotNo } : null
}
