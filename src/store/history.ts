import type { Earlier } from '../model/earlier.ts'
import { APART_MAX_MS } from './looks.ts'
import { unpack } from './packed.ts'
import { SOURCE_FORMAT } from './source/pack-snapshot.ts'
import type { Sql } from './sql.ts'

// Snapshots that are done, as they are gone through to be diagnosed again.

/** A snapshot of the past, with what was found in it. */
export type PastSnapshot = {
  readonly snapshotNo: number
  readonly id: string
  readonly hostId: number
  readonly hostName: string
  readonly kernel: string
  readonly bootId: string
  readonly takenAt: number
  /** JSON of what its upload said of it. */
  readonly given: string
  /** Packed diagnosis without its tasks, and the hash of the catalogue it was made with. */
  readonly body: Uint8Array
  readonly catalogue: string
  /** Packed snapshot; null where it is not kept, or in a form that is not read any more. */
  readonly source: Uint8Array | null
  /** Number of the snapshot that it was compared with; null for none. */
  readonly earlierNo: number | null
  /** What it was compared with, packed, where it alone has that still. */
  readonly earlier: Uint8Array | null
  /** Whether it is known what it was compared with: not of what was kept before that was noted. */
  readonly isNoted: 0 | 1
}

const PAST = `SELECT s.snapshot_no AS snapshotNo, s.id, s.host_id AS hostId,
    coalesce(s.host_name, '') AS hostName, coalesce(s.kernel, '') AS kernel, h.boot_id AS bootId,
    h.taken_at AS takenAt, s.given, d.body, d.catalogue,
    CASE WHEN x.format = ${SOURCE_FORMAT} THEN x.body END AS source, x.earlier_no AS earlierNo,
    x.earlier, x.snapshot_no IS NOT NULL AS isNoted
  FROM snapshots s
  JOIN host_snapshots h ON h.host_id = s.host_id AND h.snapshot_no = s.snapshot_no
  JOIN diagnoses d ON d.host_id = s.host_id AND d.snapshot_no = s.snapshot_no
  LEFT JOIN snapshot_sources x ON x.host_id = s.host_id AND x.snapshot_no = s.snapshot_no`

/** The snapshot with this number; null for one that is not done, or gone. */
export async function findPast(sql: Sql, snapshotNo: number): Promise<PastSnapshot | null> {
  return sql.get<PastSnapshot>(`${PAST} WHERE s.snapshot_no = ? AND s.status = 'done'`, snapshotNo)
}

/** Which snapshots of the past are wanted. */
export type PastFilter = {
  /** Taken then or later, in milliseconds; null: all. */
  readonly sinceMs: number | null
  /** Name of the host, null: any. */
  readonly host: string | null
}

/** Numbers of the wanted snapshots from `low` to `high`; the work is that of the range. */
export async function listPastNos(
  sql: Sql,
  range: { readonly low: number; readonly high: number },
  { sinceMs, host }: PastFilter,
): Promise<readonly number[]> {
  const rows = await sql.all<{ no: number }>(
    `SELECT snapshot_no AS no FROM snapshots WHERE snapshot_no >= ? AND snapshot_no <= ?
     AND status = 'done' AND coalesce(collected_at, received_at) >= ?
     AND (? IS NULL OR host_name = ?) ORDER BY snapshot_no`,
    range.low,
    range.high,
    sinceMs ?? 0,
    host,
    host,
  )
  return rows.map(({ no }) => no)
}

/** The highest number that any snapshot has; 0 without. */
export async function lastSnapshotNo(sql: Sql): Promise<number> {
  const row = await sql.get<{ no: number | null }>('SELECT max(snapshot_no) AS no FROM snapshots')
  return row?.no ?? 0
}

/**
 * What a snapshot was compared with, or null for nothing; 'gone' where there was something which is
 * not kept any more, so that what rests on it cannot be found again.
 */
export async function findCompared(sql: Sql, past: PastSnapshot): Promise<Earlier | null | 'gone'> {
  if (past.earlier !== null) return unpack<Earlier>(past.earlier)
  const no = past.isNoted === 1 ? past.earlierNo : await numberBefore(sql, past)
  return no === null ? null : ((await findLook(sql, past.hostId, no)) ?? 'gone')
}

/** What it must have been compared with: the last before it in its boot, if that was within a day. */
async function numberBefore(sql: Sql, past: PastSnapshot): Promise<number | null> {
  if (past.bootId === '') return null
  const row = await sql.get<{ no: number }>(
    `SELECT snapshot_no AS no FROM host_snapshots
     WHERE host_id = ? AND taken_at < ? AND taken_at >= ? AND boot_id = ?
     ORDER BY taken_at DESC, snapshot_no DESC LIMIT 1`,
    past.hostId,
    past.takenAt,
    past.takenAt - APART_MAX_MS,
    past.bootId,
  )
  return row?.no ?? null
}

async function findLook(sql: Sql, hostId: number, snapshotNo: number): Promise<Earlier | null> {
  const row = await sql.get<{ body: Uint8Array }>(
    `SELECT l.body FROM host_snapshots h JOIN snapshot_looks l
       ON l.host_id = h.host_id AND l.boot_id = h.boot_id AND l.taken_at = h.taken_at
       AND l.snapshot_no = h.snapshot_no WHERE h.host_id = ? AND h.snapshot_no = ?`,
    hostId,
    snapshotNo,
  )
  return row ? unpack<Earlier>(row.body) : null
}

/** Notes that diagnoses are as this catalogue makes them. */
export async function noteCatalogue(
  tx: Sql,
  key: { readonly hostId: number; readonly snapshotNo: number },
  catalogue: string,
): Promise<void> {
  await tx.run(
    'UPDATE diagnoses SET catalogue = ? WHERE host_id = ? AND snapshot_no = ?',
    catalogue,
    key.hostId,
    key.snapshotNo,
  )
}

/** Replaces what was found in a snapshot, as lists and its page show it. */
export async function replaceDiagnosis(
  tx: Sql,
  key: { readonly hostId: number; readonly snapshotNo: number },
  found: { readonly body: Uint8Array; readonly catalogue: string },
  incidentIds: readonly string[],
): Promise<void> {
  await tx.run(
    'UPDATE diagnoses SET body = ?, catalogue = ? WHERE host_id = ? AND snapshot_no = ?',
    found.body,
    found.catalogue,
    key.hostId,
    key.snapshotNo,
  )
  await tx.run(
    'UPDATE snapshots SET incident_ids = ? WHERE snapshot_no = ?',
    JSON.stringify(incidentIds),
    key.snapshotNo,
  )
}
