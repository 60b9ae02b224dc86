import { oneOf } from './incident-rows.ts'
import type { IncidentRow } from './schema.ts'
import type { Sql } from './sql.ts'

// What became of incidents, for those who are to be told. A row is written in the transaction of
// the change it tells of, so no change is ever told that was not kept, and none is forgotten.

const CHANGES = ['opened', 'reopened', 'resolved'] as const
const REASONS = ['cleared', 'rebooted'] as const

/** One change of an incident that others may want to hear of. */
export type OutboxItem = {
  /** Counts up; what `doneOutbox` is told. */
  readonly no: number
  readonly incidentId: string
  readonly what: (typeof CHANGES)[number]
  /** Why it is over, where a snapshot showed so; null for what a person resolved, and while it is open. */
  readonly why: (typeof REASONS)[number] | null
  /** When it happened on the host, or when somebody said so. */
  readonly atMs: number
  /** `hangar`, or the person. */
  readonly who: string
  /** The snapshot that showed it; null where a person did it. */
  readonly snapshotId: string | null
}

/** The oldest changes that nobody has been told of; they stay until `doneOutbox`. */
export async function takeOutbox(sql: Sql, limit: number): Promise<readonly OutboxItem[]> {
  const rows = await sql.all<OutboxColumns>(
    `SELECT outbox_no AS no, incident_id AS incidentId, what, why, at AS atMs, who, snapshot_id AS snapshotId
     FROM incident_outbox ORDER BY outbox_no LIMIT ?`,
    limit,
  )
  return rows.map((row) => ({
    ...row,
    what: oneOf(CHANGES, row.what, 'opened'),
    why: oneOf(REASONS, row.why, null),
  }))
}

type OutboxColumns = Omit<OutboxItem, 'what' | 'why'> & {
  readonly what: string
  readonly why: string
}

/** Takes changes out: in the transaction that writes down who is to be told of them. */
export async function doneOutbox(tx: Sql, nos: readonly number[]): Promise<void> {
  for (const no of nos) await tx.run('DELETE FROM incident_outbox WHERE outbox_no = ?', no)
}

/** What a change is to be told with. */
export type Told = {
  readonly atMs: number
  readonly who: string
  readonly snapshotId: string | null
  readonly nowMs: number
}

/** Writes down what became of an incident, unless nobody need hear of it; `before` is null when it is new. */
export async function tellChange(
  tx: Sql,
  before: IncidentRow | null,
  after: IncidentRow,
  told: Told,
): Promise<void> {
  const what = changeOf(before, after)
  if (what === null) return
  await tx.run(
    `INSERT INTO incident_outbox (incident_id, what, why, at, who, snapshot_id, written_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    after.id,
    what,
    what === 'resolved' ? (after.resolution ?? '') : '',
    told.atMs,
    told.who,
    told.snapshotId,
    told.nowMs,
  )
}

/**
 * A note opens nothing; one that turns out worse opens then, whenever it was first noted. Of a
 * muted one only its end is told; should it not have ended when the mute does, that is told.
 */
function changeOf(before: IncidentRow | null, after: IncidentRow): OutboxItem['what'] | null {
  const was = before !== null && isUnresolved(before)
  const is = isUnresolved(after)
  if (was && !is) return 'resolved'
  if (!is || after.muted === 1) return null
  if (was) return before.muted === 1 ? 'reopened' : null
  return before?.was_worse === 1 ? 'reopened' : 'opened'
}

function isUnresolved(row: Pick<IncidentRow, 'state' | 'severity'>): boolean {
  return row.state !== 'resolved' && row.severity !== 'info'
}

/** True while an incident asks for somebody: not over, more than a note, and not muted. */
export function isPressing(row: Pick<IncidentRow, 'state' | 'severity' | 'muted'>): boolean {
  return isUnresolved(row) && row.muted === 0
}
