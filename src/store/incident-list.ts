import { setImmediate as turn } from 'node:timers/promises'
import { sql } from 'kysely'
import { SEVERITIES } from '../model/diagnosis.ts'
import type { IncidentItem, Page } from '../model/incident.ts'
import type { IncidentFilter, IncidentQuery } from '../model/query.ts'
import { type CellPlan, listOfCells, planCells } from './cell-lists.ts'
import {
  type Condition,
  cellConditions,
  incidentConditions,
  isEmpty,
  isOfCells,
  restNames,
  whereAll,
} from './incident-filter.ts'
import { withLinks } from './links.ts'
import type { Store } from './open.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import { withMembers } from './problem-groups.ts'
import type { IncidentRow } from './schema.ts'
import { splitValues } from './split-values.ts'
import { withTicketsResolved } from './ticket-filter.ts'

/** Column that each order of the list goes by, newest first; `severity` goes through its values before. */
const SORT_COLUMNS = {
  lastSeen: 'last_seen',
  firstSeen: 'first_seen',
  severity: 'last_seen',
} as const
type SortColumn = (typeof SORT_COLUMNS)[keyof typeof SORT_COLUMNS]

/** A part of the list that one index holds in order: after a row, of one severity or of all. */
export type Stretch = {
  readonly column: SortColumn
  readonly severityRank: number | null
  readonly after: readonly [at: number, incidentNo: number]
}

const START = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const

/** Incidents that pass a filter, a page at a time. */
export async function listIncidents(
  store: Store,
  query: IncidentQuery,
): Promise<Page<IncidentItem>> {
  const { limit: wanted, cursor, sort = 'lastSeen', ...asked } = query
  // The bounds of time move with the clock when they say how long ago; a place in the order stays.
  const { since: _since, until: _until, ...lasting } = asked
  const question = ['incidents', sort, Object.entries(lasting).sort()]
  const filter = await withTicketsResolved(store, asked)
  const after = fromCursor(question, cursor, 3)?.map(Number)
  const limit = limitOf(wanted)
  const rows = await readAfter(store, { filter, sort, after }, limit + 1)
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    items: await withLinks(store.read, shown),
    next: last ? toCursor(question, keyOf(sort, last)) : null,
    total: await countMatching(store, filter),
  }
}

type Wanted = {
  readonly filter: IncidentFilter
  readonly sort: keyof typeof SORT_COLUMNS
  readonly after: readonly number[] | undefined
}

async function readAfter(
  store: Store,
  { filter, sort, after }: Wanted,
  limit: number,
): Promise<readonly IncidentRow[]> {
  const conditions = await incidentConditions(store, filter, true)
  const cells = await planCells(store, filter)
  const rows: IncidentRow[] = []
  for (const stretch of stretchesOf(sort, after)) {
    rows.push(...(await readStretch(store, { conditions, cells, stretch }, limit - rows.length)))
    if (rows.length >= limit) break
  }
  return rows
}

/**
 * Every incident that passes a filter, a piece at a time, each once, in the order of the list. Others
 * are served between two pieces, and what changes meanwhile is seen as it is then.
 */
export async function* eachIncident(
  store: Store,
  { sort = 'lastSeen', ...asked }: Omit<IncidentQuery, 'limit' | 'cursor'>,
): AsyncGenerator<readonly IncidentItem[]> {
  const filter = await withTicketsResolved(store, asked)
  let after: readonly number[] | undefined
  do {
    const rows = await readAfter(store, { filter, sort, after }, PIECE)
    yield await withLinks(store.read, rows)
    await turn()
    const last = rows.length === PIECE ? rows.at(-1) : undefined
    after = last && keyOf(sort, last)
  } while (after)
}

const PIECE = 200

function keyOf(sort: keyof typeof SORT_COLUMNS, row: IncidentRow): readonly number[] {
  return [row.severity_rank, row[SORT_COLUMNS[sort]], row.incident_no]
}

function stretchesOf(
  sort: keyof typeof SORT_COLUMNS,
  after: readonly number[] | undefined,
): readonly Stretch[] {
  const column = SORT_COLUMNS[sort]
  const [rank = 0, at = START[0], incidentNo = START[1]] = after ?? []
  if (sort !== 'severity') return [{ column, severityRank: null, after: [at, incidentNo] }]
  return SEVERITIES.map((_, severityRank) => severityRank)
    .filter((severityRank) => severityRank >= rank)
    .map((severityRank) => ({
      column,
      severityRank,
      after: severityRank === rank ? [at, incidentNo] : START,
    }))
}

type Reading = {
  readonly conditions: readonly Condition[]
  /** Set where following some cells is less work than going through the whole list. */
  readonly cells: CellPlan | null
  readonly stretch: Stretch
}

async function readStretch(
  store: Store,
  { conditions, cells, stretch }: Reading,
  limit: number,
): Promise<readonly IncidentRow[]> {
  if (cells) return listOfCells(store, cells, stretch, limit)
  const column = sql.ref(stretch.column)
  const isAfter = sql<boolean>`(${column}, incident_no) < (${sql.join(stretch.after)})`
  const ofSeverity =
    stretch.severityRank === null ? [] : [sql<boolean>`severity_rank = ${stretch.severityRank}`]
  const { rows } = await sql<IncidentRow>`
    SELECT * FROM incidents ${whereAll([...conditions, ...ofSeverity, isAfter])}
    ORDER BY ${column} DESC, incident_no DESC LIMIT ${limit}`.execute(store.db)
  return rows
}

/** Length of the whole list: out of roll-ups where one has it, else counted row by row. */
async function countMatching(store: Store, filter: IncidentFilter): Promise<number> {
  if (isEmpty(filter)) return sumCounts(store, 'total', [''])
  if (isOfCells(filter)) return sumCells(store, cellConditions(filter))
  const single = singleDimension(filter)
  if (single) {
    const isShape = single.dimension === 'fingerprint'
    const values = isShape ? await withMembers(store.read, single.values) : single.values
    return sumCounts(store, single.dimension, values)
  }
  const { rows } = await sql<{ n: number }>`
    SELECT count(*) AS n FROM incidents ${whereAll(await incidentConditions(store, filter))}`.execute(
    store.db,
  )
  return rows[0]?.n ?? 0
}

/** The one key a filter asks by, where it is one that has counts of its own. */
function singleDimension(
  filter: IncidentFilter,
): { readonly dimension: string; readonly values: readonly string[] } | null {
  const [name = '', ...others] = restNames(filter)
  if (others.length > 0 || cellConditions(filter).length > 0) return null
  const values = name.startsWith('label.')
    ? filter.labels?.[name.slice('label.'.length)]
    : { host: filter.host, fingerprint: filter.fingerprint }[name]
  if (!values) return null
  const { wanted, unwanted } = splitValues(values)
  return wanted.length > 0 && unwanted.length === 0
    ? { dimension: name, values: [...new Set(wanted)] }
    : null
}

async function sumCells(store: Store, conditions: readonly Condition[]): Promise<number> {
  const { rows } = await sql<{ n: number | null }>`
    SELECT sum(incidents) AS n FROM cells ${whereAll(conditions)}`.execute(store.db)
  return rows[0]?.n ?? 0
}

async function sumCounts(
  store: Store,
  dimension: string,
  values: readonly string[],
): Promise<number> {
  let sum = 0
  for (const value of values) {
    const row = await store.read.get<{ incidents: number }>(
      `SELECT incidents FROM counts WHERE dimension = ? AND span = 'all' AND value = ? AND bucket = 0`,
      dimension,
      value,
    )
    sum += row?.incidents ?? 0
  }
  return sum
}
