import { type RawBuilder, sql } from 'kysely'
import type { CountKey, CountRow } from '../model/incident.ts'
import type { IncidentFilter } from '../model/query.ts'
import { CELL_KEYS } from './cells.ts'
import { DIMENSION_COLUMNS, finestSpan, LABEL_PREFIX, SPANS } from './dimensions.ts'
import {
  cellConditions,
  incidentConditions,
  isEmpty,
  isOfCells,
  whereAll,
} from './incident-filter.ts'
import type { Store } from './open.ts'
import { toTime } from './packed.ts'
import { mergedRoot } from './problem-groups.ts'
import type { FigureColumns } from './schema.ts'
import { withTicketsResolved } from './ticket-filter.ts'

export type CountQuery = {
  readonly by: readonly CountKey[]
  readonly filter: IncidentFilter
  /** Rows by the hour or day (UTC) in which incidents were first seen, too; they carry `at`. */
  readonly interval: 'hour' | 'day' | null
}

/**
 * Incidents counted by any keys, the most first; with an interval, oldest first. One key without
 * a filter is read out of its own roll-up, keys of cells out of cells, the rest is counted.
 */
export async function countIncidents(
  store: Store,
  query: CountQuery,
): Promise<readonly CountRow[]> {
  const by = [...new Set(query.by)]
  const filter = await withTicketsResolved(store, query.filter)
  const asked = { ...query, by, filter }
  if (by.length <= 1 && isEmpty(filter) && isRolledUp(asked)) return ofRollUp(store, asked)
  if (isOfCells(filter) && query.interval === null && by.every(isCellKey)) {
    return ofCells(store, asked)
  }
  return ofIncidents(store, asked)
}

function isRolledUp({ by: [key], interval }: CountQuery): boolean {
  return interval !== 'hour' || finestSpan(key ?? 'total') === 'hour'
}

type Figures = FigureColumns & { readonly hosts: number }

/** A row as read: its key values under `k0`, `k1`... in the order asked, the start of its span as `bucket`. */
type KeyedFigures = Figures & { readonly [key: `k${number}`]: string; readonly bucket?: number }

async function ofRollUp(store: Store, query: CountQuery): Promise<readonly CountRow[]> {
  const [key = 'total'] = query.by
  const rows = await store.read.all<KeyedFigures>(
    `SELECT value AS k0, bucket, incidents, hosts, tasks, first_seen, last_seen FROM counts
     WHERE dimension = ? AND span = ?`,
    key,
    query.interval ?? 'all',
  )
  return toRows(query, key === 'fingerprint' ? await byProblem(store, query, rows) : rows)
}

/** Shapes that were merged are counted as the problem they are part of, which has counts of its own. */
async function byProblem(
  store: Store,
  { interval }: CountQuery,
  rows: readonly KeyedFigures[],
): Promise<readonly KeyedFigures[]> {
  const merged = await store.read.all<KeyedFigures>(
    `SELECT value AS k0, bucket, incidents, hosts, tasks, first_seen, last_seen FROM counts
     WHERE dimension = 'problem' AND span = ?`,
    interval ?? 'all',
  )
  if (merged.length === 0) return rows
  const alone: KeyedFigures[] = []
  for (const row of rows) {
    if ((await mergedRoot(store.read, row['k0'] ?? '')) === null) alone.push(row)
  }
  return [...alone, ...merged]
}

function isCellKey(key: CountKey): key is keyof typeof CELL_KEYS {
  return key in CELL_KEYS
}

async function ofCells(store: Store, query: CountQuery): Promise<readonly CountRow[]> {
  const columns = query.by.filter(isCellKey).map((key) => sql.ref(CELL_KEYS[key]))
  const where = whereAll([...cellConditions(query.filter), sql<boolean>`cells.incidents > 0`])
  const group = groupBy(columns)
  const figures = await sql<KeyedFigures>`
    SELECT ${named(columns)} sum(incidents) AS incidents, 0 AS hosts, sum(tasks) AS tasks,
      min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM cells ${where} ${group}`.execute(store.db)
  // A host may stand in many cells of a row, so hosts are counted apart.
  const hosts = await sql<KeyedFigures>`
    SELECT ${named(columns)} count(DISTINCT h.host_id) AS hosts
    FROM cells JOIN cell_hosts h ON h.cell_id = cells.cell_id ${where} ${group}`.execute(store.db)
  const hostsOf = new Map(hosts.rows.map((row) => [keyText(query, row), row.hosts]))
  return toRows(
    query,
    figures.rows.map((row) => ({ ...row, hosts: hostsOf.get(keyText(query, row)) ?? 0 })),
  )
}

async function ofIncidents(store: Store, query: CountQuery): Promise<readonly CountRow[]> {
  const keys = query.by.map(keyColumn)
  const span = query.interval === null ? null : SPANS[query.interval]
  const bucket = span === null ? null : sql`first_seen - first_seen % ${sql.lit(span)}`
  const where = whereAll(await incidentConditions(store, query.filter))
  const joins = query.by.map(labelJoin)
  const { rows } = await sql<KeyedFigures>`
    SELECT ${named(keys)} ${bucket ? sql`${bucket} AS bucket,` : sql``} count(*) AS incidents,
      count(DISTINCT incidents.host_id) AS hosts, sum(task_count) AS tasks,
      min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM (SELECT * FROM incidents ${where}) AS incidents ${sql.join(joins, sql` `)}
    ${groupBy(bucket ? [...keys, bucket] : keys)}`.execute(store.db)
  return toRows(
    query,
    rows.filter((row) => row.incidents > 0),
  )
}

function keyColumn(key: CountKey, index: number): RawBuilder<unknown> {
  const column = Object.entries(DIMENSION_COLUMNS).find(([name]) => name === key)?.[1]
  // Few are merged, so that the others cost no look.
  if (key === 'fingerprint')
    return sql`coalesce(${sql.ref(`l${index}.root`)}, incidents.fingerprint)`
  return column ? sql.ref(`incidents.${column}`) : sql.ref(`l${index}.value`)
}

function labelJoin(key: CountKey, index: number): RawBuilder<unknown> {
  const alias = sql.ref(`l${index}`)
  if (key === 'fingerprint') {
    return sql`LEFT JOIN (SELECT fingerprint AS shape, root FROM problems WHERE merged_into IS NOT NULL)
      AS ${alias} ON ${alias}.shape = incidents.fingerprint`
  }
  if (!key.startsWith(LABEL_PREFIX)) return sql``
  return sql`JOIN incident_labels AS ${alias} ON ${alias}.host_id = incidents.host_id
    AND ${alias}.incident_no = incidents.incident_no AND ${alias}.label = ${key.slice(LABEL_PREFIX.length)}`
}

function named(columns: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join(
    columns.map((column, index) => sql`${column} AS ${sql.ref(`k${index}`)},`),
    sql` `,
  )
}

/** Without keys a sum of nothing would be a row: HAVING leaves it out. */
function groupBy(columns: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return columns.length === 0 ? sql`HAVING count(*) > 0` : sql`GROUP BY ${sql.join(columns)}`
}

function keyText({ by }: CountQuery, row: KeyedFigures): string {
  return by.map((_, index) => row[`k${index}`]).join('\0')
}

function toRows(query: CountQuery, rows: readonly KeyedFigures[]): readonly CountRow[] {
  const sorted = [...rows].sort(
    (left, right) =>
      (query.interval ? (left.bucket ?? 0) - (right.bucket ?? 0) : 0) ||
      right.incidents - left.incidents ||
      keyText(query, left).localeCompare(keyText(query, right)),
  )
  return sorted.map((row) => ({
    ...Object.fromEntries(query.by.map((key, index) => [key, row[`k${index}`] || null])),
    ...(query.interval ? { at: toTime(row.bucket ?? 0) } : {}),
    incidents: row.incidents,
    hosts: row.hosts,
    tasks: row.tasks,
    firstSeen: toTime(row.first_seen),
    lastSeen: toTime(row.last_seen),
  }))
}
