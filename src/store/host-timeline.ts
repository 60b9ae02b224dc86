import type { Store } from './open.ts'
import { toTime } from './packed.ts'

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
export async function readHostTimeline(store: Store, name: string): Promise<readonly HostLook[]> {
  const rows = await store.read.all<{
    snapshot: string
    takenAt: number
    boot: string
    kernel: string | null
  }>(
    `SELECT p.snapshot_id AS snapshot, p.taken_at AS takenAt, p.boot_id AS boot, s.kernel
     FROM host_snapshots p JOIN snapshots s ON s.snapshot_no = p.snapshot_no
     WHERE p.host_id = (SELECT host_id FROM hosts WHERE name = ? ORDER BY last_seen DESC LIMIT 1)
     ORDER BY p.taken_at DESC, p.snapshot_no DESC LIMIT ${LOOKS_MAX}`,
    name,
  )
  return rows.map((row) => ({ ...row, takenAt: toTime(row.takenAt) })).reverse()
}
