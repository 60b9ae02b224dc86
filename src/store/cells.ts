import { type Counted, isShorter } from './counted.ts'
import type { Sql } from './sql.ts'

/** Keys of a cell: those with few values, which most lists and counts ask for. */
export const CELL_KEYS = {
  signature: 'signature',
  verdict: 'verdict',
  severity: 'severity',
  state: 'state',
  class: 'class',
  kernel: 'kernel',
  kernelSeries: 'kernel_series',
} as const

/** The cell of an incident, made when it is the first one in it. */
export async function findCell(tx: Sql, incident: Omit<Counted, 'cell_id'>): Promise<number> {
  const keys = [
    incident.signature,
    incident.verdict,
    incident.severity,
    incident.state,
    incident.muted,
    incident.class,
    incident.kernel,
  ] as const
  const known = await tx.get<{ cell_id: number }>(
    `SELECT cell_id FROM cells WHERE signature = ? AND verdict = ? AND severity = ? AND state = ?
     AND muted = ? AND class = ? AND kernel = ?`,
    ...keys,
  )
  if (known) return known.cell_id
  const made = await tx.get<{ cell_id: number }>(
    `INSERT INTO cells (signature, verdict, severity, state, muted, class, kernel, kernel_series,
       incidents, tasks, first_seen, last_seen)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0) RETURNING cell_id`,
    ...keys,
    incident.kernel_series,
  )
  return made?.cell_id ?? 0
}

export async function joinCell(tx: Sql, incident: Counted): Promise<void> {
  await tx.run(
    `UPDATE cells SET
       first_seen = CASE WHEN incidents = 0 OR first_seen > ? THEN ? ELSE first_seen END,
       last_seen = CASE WHEN incidents = 0 OR last_seen < ? THEN ? ELSE last_seen END,
       incidents = incidents + 1, tasks = tasks + ?
     WHERE cell_id = ?`,
    incident.first_seen,
    incident.first_seen,
    incident.last_seen,
    incident.last_seen,
    incident.task_count,
    incident.cell_id,
  )
  await tx.run(
    `INSERT INTO cell_hosts (cell_id, host_id, incidents) VALUES (?, ?, 1)
     ON CONFLICT (cell_id, host_id) DO UPDATE SET incidents = cell_hosts.incidents + 1`,
    incident.cell_id,
    incident.host_id,
  )
}

export async function leaveCell(tx: Sql, incident: Counted): Promise<void> {
  const { cell_id: cellId, host_id: hostId } = incident
  await tx.run(
    'UPDATE cells SET incidents = incidents - 1, tasks = tasks - ? WHERE cell_id = ?',
    incident.task_count,
    cellId,
  )
  const host = await tx.get<{ incidents: number }>(
    `UPDATE cell_hosts SET incidents = incidents - 1 WHERE cell_id = ? AND host_id = ?
     RETURNING incidents`,
    cellId,
    hostId,
  )
  if (host?.incidents === 0) {
    await tx.run('DELETE FROM cell_hosts WHERE cell_id = ? AND host_id = ?', cellId, hostId)
  }
  await findCellEnds(tx, cellId)
}

/** An incident that stays in its cell, with other figures. */
export async function touchCell(tx: Sql, before: Counted, after: Counted): Promise<void> {
  await tx.run(
    `UPDATE cells SET tasks = tasks + ?,
       first_seen = CASE WHEN first_seen > ? THEN ? ELSE first_seen END,
       last_seen = CASE WHEN last_seen < ? THEN ? ELSE last_seen END
     WHERE cell_id = ?`,
    after.task_count - before.task_count,
    after.first_seen,
    after.first_seen,
    after.last_seen,
    after.last_seen,
    after.cell_id,
  )
  if (isShorter(before, after)) await findCellEnds(tx, after.cell_id)
}

async function findCellEnds(tx: Sql, cellId: number): Promise<void> {
  await tx.run(
    `UPDATE cells SET
       first_seen = coalesce((SELECT min(i.first_seen) FROM incidents i WHERE i.cell_id = ?), 0),
       last_seen = coalesce((SELECT max(i.last_seen) FROM incidents i WHERE i.cell_id = ?), 0)
     WHERE cell_id = ?`,
    cellId,
    cellId,
    cellId,
  )
}
