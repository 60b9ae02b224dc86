import type { SnapshotStatus } from '../model/incident.ts'
import { PROBLEMS, type Problem } from '../model/problem.ts'
import type { Given } from '../model/snapshot.ts'
import type { FoundSnapshot } from './found.ts'
import { fromJson, fromTime } from './packed.ts'
import { addJob } from './queue.ts'
import { saveLabels } from './seen-by.ts'
import { toStatus } from './snapshots.ts'
import type { Sql } from './sql.ts'

// How a snapshot gets from its upload to its end.

/** What is needed to diagnose a snapshot; null for an unknown id. */
export async function findGiven(
  sql: Sql,
  id: string,
): Promise<{
  readonly snapshotNo: number
  readonly status: SnapshotStatus
  readonly given: Given
} | null> {
  const row = await sql.get<{ snapshot_no: number; status: string; given: string }>(
    'SELECT snapshot_no, status, given FROM snapshots WHERE id = ?',
    id,
  )
  if (!row) return null
  return {
    snapshotNo: row.snapshot_no,
    status: toStatus(row.status),
    given: fromJson<Given>(row.given),
  }
}

/** Says how far snapshots are; one that is done or failed already stays so. */
export async function markSnapshots(
  tx: Sql,
  ids: readonly string[],
  status: 'queued' | 'processing',
): Promise<void> {
  const other = status === 'queued' ? 'processing' : 'queued'
  for (const id of ids) {
    const changed = await tx.run(
      'UPDATE snapshots SET status = ? WHERE id = ? AND status = ?',
      status,
      id,
      other,
    )
    if (changed > 0) await moveSnapshotCount(tx, other, status)
  }
}

/** Puts what was being worked on back into the queue. */
export async function requeueSnapshots(tx: Sql): Promise<void> {
  const rows = await tx.all<{ id: string }>(`SELECT id FROM snapshots WHERE status = 'processing'`)
  await markSnapshots(
    tx,
    rows.map((row) => row.id),
    'queued',
  )
}

/** Ends a snapshot that cannot be diagnosed. */
export async function failSnapshot(tx: Sql, id: string, problem: Problem): Promise<void> {
  const before = await findGiven(tx, id)
  if (!before || before.status === 'done' || before.status === 'failed') return
  const { title } = PROBLEMS[problem.kind]
  await tx.run(
    `UPDATE snapshots SET status = 'failed', problem = ? WHERE id = ?`,
    JSON.stringify({ type: problem.kind, title, facts: problem.facts }),
    id,
  )
  await moveSnapshotCount(tx, before.status, 'failed')
}

/** Queues a failed snapshot again: a limit may have been raised since. False when it has not failed. */
export async function retrySnapshot(tx: Sql, id: string, nowMs: number): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE snapshots SET status = 'queued', problem = NULL WHERE id = ? AND status = 'failed'`,
    id,
  )
  if (changed === 0) return false
  await addJob(tx, id, nowMs)
  await moveSnapshotCount(tx, 'failed', 'queued')
  return true
}

/** Forgets a failed snapshot with its bytes' name; answers that, null when it has not failed. */
export async function removeSnapshot(tx: Sql, id: string): Promise<string | null> {
  const row = await tx.get<{ sha256: string }>(
    `DELETE FROM snapshots WHERE id = ? AND status = 'failed' RETURNING sha256`,
    id,
  )
  if (!row) return null
  await tx.run('DELETE FROM bundles WHERE sha256 = ?', row.sha256)
  await saveLabels(tx, 'snapshot', id, {})
  await moveSnapshotCount(tx, 'failed', null)
  return row.sha256
}

/** Ends a snapshot that was diagnosed, with what was found in it. */
export async function completeSnapshot(
  tx: Sql,
  id: string,
  done: {
    readonly hostId: number
    readonly snapshotNo: number
    /** Null where nothing names the host. */
    readonly hostName: string | null
    readonly takenAt: number
    readonly found: FoundSnapshot
    readonly incidentIds: readonly string[]
  },
): Promise<void> {
  const { found, hostId, snapshotNo } = done
  const before = await findGiven(tx, id)
  await tx.run(
    `UPDATE snapshots SET status = 'done', problem = NULL, host_id = ?, host_name = ?, kernel = ?,
       labels = ?, collected_at = ?, counts = ?, incident_ids = ? WHERE id = ?`,
    hostId,
    done.hostName,
    found.kernel.release,
    JSON.stringify(found.host.labels),
    fromTime(found.collectedAt, null),
    JSON.stringify(found.counts),
    JSON.stringify(done.incidentIds),
    id,
  )
  await saveLabels(tx, 'snapshot', id, found.host.labels)
  await moveSnapshotCount(tx, before?.status ?? null, 'done')
  await tx.run(
    'INSERT INTO diagnoses (host_id, snapshot_no, body, tasks, catalogue) VALUES (?, ?, ?, ?, ?)',
    hostId,
    snapshotNo,
    found.body,
    found.taskTotal,
    found.catalogue ?? '',
  )
  for (const chunk of found.taskChunks) {
    await tx.run(
      'INSERT INTO snapshot_tasks (host_id, snapshot_no, first, body) VALUES (?, ?, ?, ?)',
      hostId,
      snapshotNo,
      chunk.first,
      chunk.body,
    )
  }
}

/** Keeps how many snapshots are in each status. */
export async function moveSnapshotCount(
  tx: Sql,
  from: SnapshotStatus | null,
  to: SnapshotStatus | null,
): Promise<void> {
  if (from)
    await tx.run('UPDATE snapshot_counts SET snapshots = snapshots - 1 WHERE status = ?', from)
  if (to === null) return
  await tx.run(
    `INSERT INTO snapshot_counts (status, snapshots) VALUES (?, 1)
     ON CONFLICT (status) DO UPDATE SET snapshots = snapshot_counts.snapshots + 1`,
    to,
  )
}
