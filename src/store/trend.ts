import type { Labels } from '../model/access.ts'
import { countIncidents } from './counts.ts'
import type { Store } from './open.ts'
import { seenBy } from './seen-by.ts'

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
  /** What hosts must be labelled; null: anything. */
  readonly labels?: Labels | null
}

/**
 * Incidents by the hour or day (UTC) they were first seen in, out of the roll-ups of these hours
 * alone: what a trend costs does not grow with the history before it.
 */
export async function readTrend(store: Store, query: TrendQuery): Promise<readonly TrendPoint[]> {
  if (query.labels) return countTrend(store, query, query.labels)
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

/** The same of what is labelled so, counted one by one. */
async function countTrend(
  store: Store,
  { key, span, sinceMs }: TrendQuery,
  labels: Labels,
): Promise<readonly TrendPoint[]> {
  const by = key === 'total' ? [] : [key]
  const since = new Date(sinceMs).toISOString()
  const filter = { ...seenBy(labels), since }
  const rows = await countIncidents(store, { by, filter, interval: span })
  return rows
    .map((row) => ({
      value: key === 'total' ? '' : String(row[key] ?? ''),
      atMs: Date.parse(String(row['at'])),
      incidents: row.incidents,
    }))
    .filter(({ atMs }) => atMs >= sinceMs)
}

async function valuesOf(store: Store, key: string): Promise<readonly string[]> {
  const rows = await store.read.all<{ value: string }>(
    `SELECT value FROM counts WHERE dimension = ? AND span = 'all'`,
    key,
  )
  return rows.map(({ value }) => value)
}
