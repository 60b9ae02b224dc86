import type { Store } from './open.ts'

/** Incidents first seen in one stretch of time, under one value of a key. */
export type TrendPoint = {
  readonly value: string
  /** Start of the stretch, milliseconds since 1970 UTC. */
  readonly atMs: number
  readonly incidents: number
}

export type TrendQuery = {
  /** A key with few values: each of them is one look into the roll-up. */
  readonly key: 'severity' | 'signature' | 'total'
  readonly span: 'hour' | 'day'
  readonly sinceMs: number
  /** One value alone; absent: all of them. */
  readonly value?: string
}

/**
 * Incidents by the hour or day (UTC) they were first seen in, out of the roll-ups of these hours
 * alone: what a trend costs does not grow with the history before it.
 */
export async function readTrend(store: Store, query: TrendQuery): Promise<readonly TrendPoint[]> {
  const values = query.value === undefined ? await valuesOf(store, query.key) : [query.value]
  const points: TrendPoint[] = []
  for (const value of values) {
    points.push(
      ...(await store.read.all<TrendPoint>(
        `SELECT value, bucket AS atMs, incidents FROM counts
         WHERE dimension = ? AND span = ? AND value = ? AND bucket >= ? ORDER BY bucket`,
        query.key,
        query.span,
        value,
        query.sinceMs,
      )),
    )
  }
  return points
}

async function valuesOf(store: Store, key: string): Promise<readonly string[]> {
  const rows = await store.read.all<{ value: string }>(
    `SELECT value FROM counts WHERE dimension = ? AND span = 'all'`,
    key,
  )
  return rows.map(({ value }) => value)
}
