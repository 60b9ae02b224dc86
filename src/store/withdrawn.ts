import type { FoundIncident, Starts } from './found.ts'
import { compareStarts } from './incident-identity.ts'
import { fromJson } from './packed.ts'
import type { IncidentRow } from './schema.ts'
import type { Sql } from './sql.ts'

// Incidents that no snapshot shows under the present catalogue. They are in no list and no count,
// but stay at their address with all that people wrote, and come back as what they were.

/** Puts an incident aside; what hangs on it stays where it is. */
export async function putAside(tx: Sql, row: IncidentRow, atMs: number): Promise<void> {
  const key = [row.host_id, row.incident_no] as const
  await tx.run('DELETE FROM incidents WHERE incident_no = ?', row.incident_no)
  for (const table of ['incident_stacks', 'incident_labels']) {
    await tx.run(`DELETE FROM ${table} WHERE host_id = ? AND incident_no = ?`, ...key)
  }
  await tx.run('DELETE FROM incident_words WHERE rowid = ?', row.incident_no)
  await tx.run(
    `INSERT INTO withdrawn_incidents (incident_no, host_id, id, boot_id, identity, withdrawn_at, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    row.incident_no,
    row.host_id,
    row.id,
    row.boot_id,
    row.identity,
    atMs,
    JSON.stringify({ ...row, state: 'resolved', resolution: 'withdrawn' }),
  )
}

/** The row of an incident that was put aside, or null. */
export async function findWithdrawn(
  sql: Sql,
  hostId: number,
  id: string,
): Promise<IncidentRow | null> {
  const row = await sql.get<{ body: string }>(
    'SELECT body FROM withdrawn_incidents WHERE host_id = ? AND id = ?',
    hostId,
    id,
  )
  return row ? fromJson<IncidentRow>(row.body) : null
}

/** Takes back the incident that a sighting is of, if it was put aside; else null. */
export async function takeBack(
  tx: Sql,
  boot: { readonly hostId: number; readonly bootId: string },
  { identity, starts }: Pick<FoundIncident, 'identity' | 'starts'>,
): Promise<IncidentRow | null> {
  const rows = await tx.all<{ body: string }>(
    `SELECT body FROM withdrawn_incidents WHERE host_id = ? AND boot_id = ? AND identity >= ?
     AND identity < ? ORDER BY identity DESC LIMIT 100`,
    boot.hostId,
    boot.bootId,
    `${identity} @`,
    `${identity} A`,
  )
  const row = rows
    .map(({ body }) => fromJson<IncidentRow>(body))
    .find((each) => compareStarts(fromJson<Starts>(each.starts), starts) !== 'other')
  if (!row) return null
  await tx.run('DELETE FROM withdrawn_incidents WHERE incident_no = ?', row.incident_no)
  return row
}
