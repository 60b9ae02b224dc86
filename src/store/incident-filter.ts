import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { IncidentFilter } from '../model/query.ts'
import type { Store } from './open.ts'
import { fromTime } from './packed.ts'
import { withMembers } from './problem-groups.ts'
import { splitValues } from './split-values.ts'
import { ticketConditions } from './ticket-filter.ts'

export type Condition = RawBuilder<SqlBool>

/** Filters that cells answer, and their columns there and in `incidents`. */
const CELL_FILTERS = ['signature', 'verdict', 'severity', 'state', 'kernel', 'class'] as const

/** Few enough to be looked up one by one; above it, rows are tested in the order of the list. */
const RARE_MAX = 5_000

/** Conditions that hold for cells and incidents alike. */
export function cellConditions(filter: IncidentFilter): readonly Condition[] {
  return [
    ...CELL_FILTERS.flatMap((name) => valueConditions(sql.ref(name), filter[name] ?? [])),
    ...(filter.muted === undefined ? [] : [sql<SqlBool>`muted = ${filter.muted ? 1 : 0}`]),
  ]
}

/** True when cells alone can answer the filter. */
export function isOfCells(filter: IncidentFilter): boolean {
  return restNames(filter).length === 0
}

/** True when nothing is asked for. */
export function isEmpty(filter: IncidentFilter): boolean {
  return isOfCells(filter) && cellConditions(filter).length === 0
}

/** Names of the filters beyond those of cells. */
export function restNames(filter: IncidentFilter): readonly string[] {
  const names = ['host', 'fingerprint', 'frame', 'ticket', 'since', 'until'] as const
  return [
    ...names.filter((name) => (filter[name] ?? '').length > 0),
    ...(wordsOf(filter.q).length > 0 ? ['q'] : []),
    ...Object.entries(filter.labels ?? {})
      .filter(([, values]) => values.length > 0)
      .map(([label]) => `label.${label}`),
  ]
}

/** Conditions of the whole filter on `incidents`; `isWalked` where they are asked in the order of a list. */
export async function incidentConditions(
  store: Store,
  filter: IncidentFilter,
  isWalked = false,
): Promise<readonly Condition[]> {
  return [
    ...cellConditions(filter),
    ...(await hostConditions(store, filter.host ?? [])),
    ...valueConditions(
      sql.ref('fingerprint'),
      await withMembers(store.read, filter.fingerprint ?? []),
    ),
    ...timeConditions(filter),
    ...(await labelConditions(store, filter.labels ?? {})),
    ...(await frameConditions(store, filter.frame ?? [])),
    ...(await ticketConditions(store, filter.ticket ?? [], isWalked)),
    ...(await wordConditions(store, filter.q)),
  ]
}

/** `WHERE` of conditions; nothing where there are none. */
export function whereAll(conditions: readonly Condition[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`
}

function valueConditions(
  column: RawBuilder<unknown>,
  values: readonly (string | number)[],
): readonly Condition[] {
  const { wanted, unwanted } = splitValues(values.map(String))
  return [
    ...(wanted.length > 0 ? [sql<SqlBool>`${column} IN (${sql.join(wanted)})`] : []),
    ...(unwanted.length > 0 ? [sql<SqlBool>`${column} NOT IN (${sql.join(unwanted)})`] : []),
  ]
}

/** Hosts are looked up first: their numbers are what `incidents` is ordered by. */
async function hostConditions(
  store: Store,
  values: readonly string[],
): Promise<readonly Condition[]> {
  const { wanted, unwanted } = splitValues(values)
  const conditions: Condition[] = []
  if (wanted.length > 0) {
    const ids = await hostIds(store, wanted)
    conditions.push(ids.length > 0 ? sql<SqlBool>`host_id IN (${sql.join(ids)})` : NEVER)
  }
  const others = unwanted.length > 0 ? await hostIds(store, unwanted) : []
  if (others.length > 0) conditions.push(sql<SqlBool>`+host_id NOT IN (${sql.join(others)})`)
  return conditions
}

const NEVER = sql<SqlBool>`1 = 0`

async function hostIds(store: Store, names: readonly string[]): Promise<readonly number[]> {
  const rows = await store.db
    .selectFrom('hosts')
    .select('host_id')
    .where('name', 'in', names)
    .execute()
  return rows.map((row) => row.host_id)
}

function timeConditions(filter: IncidentFilter): readonly Condition[] {
  const since = fromTime(filter.since, null)
  const until = fromTime(filter.until, null)
  return [
    ...(since === null ? [] : [sql<SqlBool>`last_seen >= ${since}`]),
    ...(until === null ? [] : [sql<SqlBool>`+first_seen < ${until}`]),
  ]
}

async function labelConditions(
  store: Store,
  labels: Readonly<Record<string, readonly string[]>>,
): Promise<readonly Condition[]> {
  const conditions: Condition[] = []
  for (const [label, values] of Object.entries(labels)) {
    const { wanted, unwanted } = splitValues(values)
    const rows = (those: readonly string[]) =>
      sql`FROM incident_labels x WHERE x.label = ${label} AND x.value IN (${sql.join(those)})`
    if (wanted.length > 0) conditions.push(await amongRows(store, rows(wanted)))
    if (unwanted.length > 0) conditions.push(sql<SqlBool>`NOT ${correlated(rows(unwanted))}`)
  }
  return conditions
}

async function frameConditions(
  store: Store,
  values: readonly string[],
): Promise<readonly Condition[]> {
  const { wanted, unwanted } = splitValues(values)
  const rows = (those: readonly string[]) =>
    sql`FROM incident_stacks x JOIN stack_frames f ON f.stack_no = x.stack_no WHERE f.symbol IN (${sql.join(those)})`
  return [
    ...(wanted.length > 0 ? [await amongRows(store, rows(wanted))] : []),
    ...(unwanted.length > 0 ? [sql<SqlBool>`NOT ${correlated(rows(unwanted))}`] : []),
  ]
}

/** Few rows lead to their incidents; of many, each incident on the way is asked whether it has one. */
async function amongRows(store: Store, rows: RawBuilder<unknown>): Promise<Condition> {
  const few = await isRare(store, sql`SELECT 1 ${rows}`)
  return few
    ? sql<SqlBool>`incident_no IN (SELECT x.incident_no ${rows})`
    : sql<SqlBool>`${correlated(rows)}`
}

function correlated(rows: RawBuilder<unknown>): Condition {
  return sql<SqlBool>`EXISTS (SELECT 1 ${rows} AND x.host_id = incidents.host_id AND x.incident_no = incidents.incident_no)`
}

async function isRare(store: Store, rows: RawBuilder<unknown>): Promise<boolean> {
  const counted = await sql<{ n: number }>`
    SELECT count(*) AS n FROM (${rows} LIMIT ${RARE_MAX + 1})`.execute(store.db)
  return (counted.rows[0]?.n ?? 0) <= RARE_MAX
}

async function wordConditions(store: Store, q: string | undefined): Promise<readonly Condition[]> {
  const words = wordsOf(q)
  if (words.length === 0) return []
  // Each word may go on: `fuse_fl` finds fuse_flush. Quotes keep it a word, whatever is in it.
  const match = words.map((word) => `"${word}" *`).join(' ')
  const rows = sql`FROM incident_words WHERE incident_words MATCH ${match}`
  const few = await isRare(store, sql`SELECT 1 ${rows}`)
  const column = few ? sql`incident_no` : sql`+incident_no`
  return [sql<SqlBool>`${column} IN (SELECT rowid ${rows})`]
}

/** The words of a search, as the index splits text; at most ten. */
function wordsOf(q: string | undefined): readonly string[] {
  return (q ?? '').match(/[\p{L}\p{N}_]+/gu)?.slice(0, 10) ?? []
}
