import { SEVERITIES, VERDICTS } from '../model/diagnosis.ts'
import { type HistoryItem, type IncidentState, RESOLUTIONS } from '../model/incident.ts'
import type { Looked, Proof } from './found.ts'
import { oneOf } from './incident-rows.ts'
import type { HistoryRow, Life, Sighting, Visit } from './life.ts'
import { fromJson } from './packed.ts'
import type { IncidentRow } from './schema.ts'
import type { Sql } from './sql.ts'

// What happened to incidents: snapshots that show them, snapshots of their host, and people.

export type SightingWithProof = Sighting & { readonly proof: Proof }

export async function addVisit(
  tx: Sql,
  hostId: number,
  snapshotNo: number,
  visit: Visit,
): Promise<void> {
  await tx.run(
    `INSERT INTO host_snapshots (host_id, snapshot_no, snapshot_id, taken_at, boot_id, looked)
     VALUES (?, ?, ?, ?, ?, ?)`,
    hostId,
    snapshotNo,
    visit.snapshotId,
    visit.at,
    visit.bootId,
    JSON.stringify(visit.looked),
  )
}

/** Snapshots of a host taken at or after an instant, oldest first. */
export async function listVisits(
  tx: Sql,
  hostId: number,
  fromMs: number,
): Promise<readonly Visit[]> {
  const rows = await tx.all<{ at: number; snapshotId: string; bootId: string; looked: string }>(
    `SELECT taken_at AS at, snapshot_id AS snapshotId, boot_id AS bootId, looked
     FROM host_snapshots WHERE host_id = ? AND taken_at >= ? ORDER BY taken_at, snapshot_no`,
    hostId,
    fromMs,
  )
  return rows.map((row) => ({ ...row, looked: fromJson<Looked>(row.looked) }))
}

export async function addSighting(
  tx: Sql,
  incident: Pick<IncidentRow, 'host_id' | 'incident_no'>,
  snapshotNo: number,
  sighting: SightingWithProof,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_snapshots
       (host_id, incident_no, snapshot_no, snapshot_id, taken_at, verdict, severity, proof)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    incident.host_id,
    incident.incident_no,
    snapshotNo,
    sighting.snapshotId,
    sighting.at,
    sighting.verdict,
    sighting.severity,
    JSON.stringify(sighting.proof),
  )
}

/** The same, where the snapshot may be one that shows it already. */
export async function putSighting(
  tx: Sql,
  incident: Pick<IncidentRow, 'host_id' | 'incident_no'>,
  snapshotNo: number,
  sighting: SightingWithProof,
): Promise<void> {
  await removeSighting(tx, incident, snapshotNo)
  await addSighting(tx, incident, snapshotNo, sighting)
}

/** A snapshot does not show an incident after all. */
export async function removeSighting(
  tx: Sql,
  incident: Pick<IncidentRow, 'host_id' | 'incident_no'>,
  snapshotNo: number,
): Promise<void> {
  await tx.run(
    'DELETE FROM incident_snapshots WHERE host_id = ? AND incident_no = ? AND snapshot_no = ?',
    incident.host_id,
    incident.incident_no,
    snapshotNo,
  )
}

const SIGHTING = `SELECT taken_at AS at, snapshot_id AS snapshotId, verdict, severity, proof
  FROM incident_snapshots WHERE host_id = ? AND incident_no = ?`

/** All snapshots that show an incident, oldest first. */
export async function listSightings(
  tx: Sql,
  incident: Pick<IncidentRow, 'host_id' | 'incident_no'>,
): Promise<readonly SightingWithProof[]> {
  const rows = await tx.all<Sighting & { proof: string }>(
    `${SIGHTING} ORDER BY taken_at, snapshot_no`,
    incident.host_id,
    incident.incident_no,
  )
  return rows.map((row) => ({ ...row, proof: fromJson<Proof>(row.proof) }))
}

/** How many snapshots of a range of numbers show an incident. */
export async function countSightings(
  sql: Sql,
  incident: Pick<IncidentRow, 'host_id' | 'incident_no'>,
  range: { readonly low: number; readonly high: number },
): Promise<number> {
  const row = await sql.get<{ count: number }>(
    `SELECT count(*) AS count FROM incident_snapshots
     WHERE host_id = ? AND incident_no = ? AND snapshot_no >= ? AND snapshot_no <= ?`,
    incident.host_id,
    incident.incident_no,
    range.low,
    range.high,
  )
  return row?.count ?? 0
}

/** The newest incident of a host boot with this signature and subject, or null. */
export async function findByIdentityText(
  sql: Sql,
  boot: { readonly hostId: number; readonly bootId: string },
  identity: string,
): Promise<IncidentRow | null> {
  return sql.get<IncidentRow>(
    `SELECT * FROM incidents WHERE host_id = ? AND boot_id = ? AND identity >= ? AND identity < ?
     ORDER BY identity DESC LIMIT 1`,
    boot.hostId,
    boot.bootId,
    `${identity} @`,
    `${identity} A`,
  )
}

/** The life a row tells of. */
export async function lifeOf(tx: Sql, row: IncidentRow): Promise<Life> {
  const newest = await tx.get<{ proof: string }>(
    `${SIGHTING} ORDER BY taken_at DESC, snapshot_no DESC LIMIT 1`,
    row.host_id,
    row.incident_no,
  )
  return {
    state: stateOf(row),
    resolution: oneOf(RESOLUTIONS, row.resolution, null),
    mutedUntil: row.muted_until,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    snapshots: row.snapshots,
    lastEventAt: row.last_event_at,
    wasWorse: row.was_worse === 1,
    shown: {
      at: row.shown_at,
      snapshotId: row.shown_snapshot,
      verdict: oneOf(VERDICTS, row.verdict, 'possible'),
      severity: oneOf(SEVERITIES, row.severity, 'info'),
    },
    proof: newest ? fromJson<Proof>(newest.proof) : UNPROVEN,
  }
}

const UNPROVEN: Proof = { tasks: true, log: false, goroutines: false, tids: [], taskCount: 0 }

export function stateOf(row: IncidentRow): IncidentState {
  return oneOf(['open', 'acknowledged', 'resolved'] as const, row.state, 'open')
}

/** Incidents of a host that a snapshot taken then can say something of by not showing them. */
export async function listUnsettled(
  tx: Sql,
  hostId: number,
  takenAt: number,
): Promise<readonly IncidentRow[]> {
  const unresolved = await tx.all<IncidentRow>(
    `SELECT * FROM incidents WHERE host_id = ? AND state IN ('open', 'acknowledged') AND first_seen <= ?`,
    hostId,
    takenAt,
  )
  // What a later snapshot or a person ended may have been over before.
  const later = await tx.all<IncidentRow>(
    `SELECT * FROM incidents WHERE host_id = ? AND state = 'resolved' AND first_seen <= ?
     AND last_event_at >= ?`,
    hostId,
    takenAt,
    takenAt,
  )
  return [...unresolved, ...later]
}

type IncidentKey = Pick<IncidentRow, 'host_id' | 'incident_no'>

export async function addHistory(tx: Sql, incident: IncidentKey, row: HistoryRow): Promise<void> {
  await tx.run(
    `INSERT INTO incident_history (host_id, incident_no, item, at, what, who, by_person, snapshot_id, note, until)
     VALUES (?, ?, (SELECT coalesce(max(item), 0) + 1 FROM incident_history WHERE host_id = ? AND incident_no = ?),
       ?, ?, ?, ?, ?, ?, ?)`,
    incident.host_id,
    incident.incident_no,
    incident.host_id,
    incident.incident_no,
    row.at,
    row.what,
    row.who,
    row.byPerson ? 1 : 0,
    row.snapshotId,
    row.note,
    row.until ?? null,
  )
}

/** History in the order it was written: by time, unless a late snapshot came. */
export async function listHistory(sql: Sql, incident: IncidentKey): Promise<readonly HistoryRow[]> {
  const rows = await sql.all<
    Omit<HistoryRow, 'byPerson'> & { byPerson: number; what: HistoryItem['what'] }
  >(
    `SELECT at, what, who, by_person AS byPerson, snapshot_id AS snapshotId, note, until
     FROM incident_history WHERE host_id = ? AND incident_no = ? ORDER BY item`,
    incident.host_id,
    incident.incident_no,
  )
  return rows.map((row) => ({ ...row, byPerson: row.byPerson === 1 }))
}

export async function replaceHistory(
  tx: Sql,
  incident: IncidentKey,
  rows: readonly HistoryRow[],
): Promise<void> {
  await tx.run(
    'DELETE FROM incident_history WHERE host_id = ? AND incident_no = ?',
    incident.host_id,
    incident.incident_no,
  )
  for (const row of rows) await addHistory(tx, incident, row)
}
