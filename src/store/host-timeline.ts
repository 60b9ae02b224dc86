import { sql } from 'kysely'
import type { Labels } from '../model/access.ts'
import { findNamed } from './hosts.ts'
import { whereAll } from './incident-filter.ts'
import type { Store } from './open.ts'
import { toTime } from './packed.ts'
import { snapshotSeenBy } from './seen-by.ts'

/** One look at a host. */
export type HostLook = {
  readonly snapshot: string
  /** RFC 3339. */
  readonly takenAt: string
  /** '' where the snapshot does not tell its boot. */
  readonly boot: string
  readonly kernel: string | null
}

const LOOKS_MAX = 200

/** The last snapshots of a host in the order they were taken, oldest first. */
export async function readHostTimeline(
  store: Store,
  name: string,
  labels: Labels | null = null,
): Promise<readonly HostLook[]> {
  const host = await findNamed(store, name, labels)
  const seen = labels === null ? [] : snapshotSeenBy(labels, 'p.snapshot_id')
  const where = whereAll([sql<boolean>`p.host_id = ${host?.host_id ?? 0}`, ...seen])
  const { rows } = await sql<{
    snapshot: string
    takenAt: number
    boot: string
    kernel: string | null
  }>`SELECT p.snapshot_id AS snapshot, p.taken_at AS takenAt, p.boot_id AS boot, s.kernel
     FROM host_snapshots p JOIN snapshots s ON s.snapshot_no = p.snapshot_no
     ${where} ORDER BY p.taken_at DESC, p.snapshot_no DESC LIMIT ${LOOKS_MAX}`.execute(store.db)
  return rows.map((row) => ({ ...row, takenAt: toTime(row.takenAt) })).reverse()
}
