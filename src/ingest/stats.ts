import type { Store } from '../store/open.ts'
import { queueDepth } from '../store/queue.ts'
import { countDropped, type Dropped } from '../store/retention.ts'
import { countSnapshots } from '../store/snapshots.ts'

export type IngestStats = {
  readonly queued: number
  readonly processing: number
  readonly done: number
  readonly failed: number
  /** Since the oldest waiting upload arrived; null when none waits. */
  readonly oldestQueuedMs: number | null
  readonly workers: number
  /** What has been given up, ever. */
  readonly dropped: Dropped
}

export async function statsOf(store: Store, workers: number, nowMs: number): Promise<IngestStats> {
  const { oldestQueuedAt } = await queueDepth(store.read)
  return {
    ...(await countSnapshots(store)),
    oldestQueuedMs: oldestQueuedAt === null ? null : Math.max(0, nowMs - oldestQueuedAt),
    workers,
    dropped: await countDropped(store.read),
  }
}
