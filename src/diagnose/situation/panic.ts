import type { Snapshot } from '../../model/snapshot.ts'

/** Uptime and the log's clock drift apart by less than this within a minute of a sick host. */
const SLACK_SECONDS = 2

/**
 * Whether a panic in the log came after what /proc shows, or in an earlier boot: no kernel goes on
 * after one, so a panic younger than /proc is of the same boot, and an older one of another.
 */
export function panicOf(snapshot: Snapshot): 'after' | 'before' | null {
  const panic = snapshot.reports.findLast(({ kind }) => kind === 'panic')
  if (panic === undefined) return null
  if (!snapshot.tasks.some(({ origin }) => origin === 'proc')) return 'after'
  if (panic.uptimeSeconds === null || snapshot.uptimeSeconds === null) return null
  return panic.uptimeSeconds >= snapshot.uptimeSeconds - SLACK_SECONDS ? 'after' : 'before'
}
