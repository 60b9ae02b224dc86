import { sql } from 'kysely'
import type { Labels } from '../model/access.ts'
import { SEVERITIES, type Severity } from '../model/diagnosis.ts'
import { countIncidents } from './counts.ts'
import { whereAll } from './incident-filter.ts'
import type { Store } from './open.ts'
import { fromJson } from './packed.ts'
import { hostSeenBy, seenBy } from './seen-by.ts'

/** Unresolved incidents of one severity under one value of a key. */
export type OpenRow = {
  readonly value: string
  readonly severity: Severity
  readonly incidents: number
}

export type OpenNow = {
  readonly rows: readonly OpenRow[]
  /** Distinct hosts under each value. */
  readonly hosts: ReadonlyMap<string, number>
}

const IS_OPEN = `c.state IN ('open', 'acknowledged') AND c.muted = 0 AND c.incidents > 0`

/** What is unresolved and not muted now under each value of a key, out of the cells. */
export async function readOpenNow(
  store: Store,
  key: 'signature' | 'severity' | 'kernel',
  labels: Labels | null,
): Promise<OpenNow> {
  if (labels !== null) return countOpen(store, key, labels)
  const rows = await store.read.all<OpenRow>(
    `SELECT c.${key} AS value, c.severity, sum(c.incidents) AS incidents
     FROM cells c WHERE ${IS_OPEN} GROUP BY c.${key}, c.severity`,
  )
  const hosts = await store.read.all<{ value: string; hosts: number }>(
    `SELECT c.${key} AS value, count(DISTINCT h.host_id) AS hosts
     FROM cells c JOIN cell_hosts h ON h.cell_id = c.cell_id WHERE ${IS_OPEN} GROUP BY c.${key}`,
  )
  return { rows, hosts: new Map(hosts.map(({ value, hosts: count }) => [value, count])) }
}

/** The same of what is labelled so, counted one by one. */
async function countOpen(
  store: Store,
  key: 'signature' | 'severity' | 'kernel',
  labels: Labels,
): Promise<OpenNow> {
  const filter = { ...seenBy(labels), state: ['open', 'acknowledged'], muted: false } as const
  const by = [key, 'severity'] as const
  const counted = await countIncidents(store, { by, filter, interval: null })
  const hosts = await countIncidents(store, { by: [key], filter, interval: null })
  return {
    rows: counted.flatMap((row) => {
      const severity = SEVERITIES.find((each) => each === row['severity'])
      return severity ? [{ value: String(row[key] ?? ''), severity, incidents: row.incidents }] : []
    }),
    hosts: new Map(hosts.map((row) => [String(row[key] ?? ''), row.hosts])),
  }
}

/** Unresolved incidents that are more than a note, on hosts with one label. */
export type OpenLabel = {
  readonly name: string
  readonly value: string
  readonly incidents: number
  readonly hosts: number
}

/** Hosts whose labels are added up: the worst ones, where more than these are affected. */
const HOSTS_MAX = 5_000

/** The same by the labels of hosts, the most incidents first, and how many hosts are affected. */
export async function readOpenLabels(
  store: Store,
  labels: Labels | null,
): Promise<{ readonly labels: readonly OpenLabel[]; readonly hosts: number }> {
  const where = whereAll([sql<boolean>`open_incidents > 0`, ...hostSeenBy(labels)])
  const { rows } = await sql<{ labels: string; incidents: number }>`
    SELECT labels, open_incidents AS incidents FROM hosts ${where}
    ORDER BY open_incidents DESC LIMIT ${sql.lit(HOSTS_MAX)}`.execute(store.db)
  const counted = await sql<{ hosts: number }>`
    SELECT count(*) AS hosts FROM hosts ${where}`.execute(store.db)
  const found = new Map<string, OpenLabel>()
  for (const { labels, incidents } of rows) {
    for (const [name, value] of Object.entries(fromJson<Record<string, string>>(labels))) {
      const key = `${name}\n${value}`
      const known = found.get(key) ?? { name, value, incidents: 0, hosts: 0 }
      found.set(key, {
        ...known,
        incidents: known.incidents + incidents,
        hosts: known.hosts + 1,
      })
    }
  }
  return {
    labels: [...found.values()].sort((one, other) => other.incidents - one.incidents),
    hosts: counted.rows[0]?.hosts ?? 0,
  }
}
