import type { Sql } from './sql.ts'

/** One snapshot to be diagnosed. */
export type Job = {
  readonly snapshotId: string
  /** How often it was begun, this time included. */
  readonly attempts: number
}

/** Takes the oldest free jobs for so long; whoever does not finish in that time has lost them. */
export async function claimJobs(
  tx: Sql,
  limit: number,
  nowMs: number,
  leaseMs: number,
): Promise<readonly Job[]> {
  return tx.all<Job>(
    `UPDATE jobs SET leased_until = ?, attempts = attempts + 1
     WHERE job_id IN (SELECT job_id FROM jobs WHERE leased_until < ? ORDER BY job_id LIMIT ?)
     RETURNING job_id AS snapshotId, attempts`,
    nowMs + leaseMs,
    nowMs,
    limit,
  )
}

export async function addJob(tx: Sql, snapshotId: string, nowMs: number): Promise<void> {
  await tx.run(
    'INSERT INTO jobs (job_id, queued_at, leased_until, attempts) VALUES (?, ?, 0, 0)',
    snapshotId,
    nowMs,
  )
}

export async function removeJob(tx: Sql, snapshotId: string): Promise<void> {
  await tx.run('DELETE FROM jobs WHERE job_id = ?', snapshotId)
}

/** Gives a job back; `attempts` stay as they are unless it was not the job's fault. */
export async function releaseJob(tx: Sql, snapshotId: string, isBlameless: boolean): Promise<void> {
  await tx.run(
    'UPDATE jobs SET leased_until = 0, attempts = attempts - ? WHERE job_id = ?',
    isBlameless ? 1 : 0,
    snapshotId,
  )
}

/** Gives every job back: the only process that had them is gone. */
export async function releaseAllJobs(tx: Sql): Promise<void> {
  await tx.run('UPDATE jobs SET leased_until = 0 WHERE leased_until > 0')
}

/** How many snapshots wait or are worked on, and since when the oldest; the same work however many. */
export async function queueDepth(
  sql: Sql,
): Promise<{ readonly jobs: number; readonly oldestQueuedAt: number | null }> {
  const waiting = await sql.get<{ jobs: number | null }>(
    `SELECT sum(snapshots) AS jobs FROM snapshot_counts WHERE status IN ('queued', 'processing')`,
  )
  const oldest = await sql.get<{ queuedAt: number }>(
    'SELECT queued_at AS queuedAt FROM jobs ORDER BY job_id LIMIT 1',
  )
  return { jobs: waiting?.jobs ?? 0, oldestQueuedAt: oldest?.queuedAt ?? null }
}
