import { type SqlBool, sql } from 'kysely'
import type { IncidentFilter } from '../model/query.ts'
import { cellConditions, isEmpty, restNames, whereAll } from './incident-filter.ts'
import type { Stretch } from './incident-list.ts'
import type { Store } from './open.ts'
import { fromTime } from './packed.ts'
import type { CellRow, IncidentRow } from './schema.ts'

/** Cells to follow, and the bounds of time that hold beside them. */
export type CellPlan = {
  readonly cells: readonly (Pick<CellRow, 'cell_id' | 'last_seen'> & { readonly rank: number })[]
  readonly since: number
  readonly until: number
}

/** Of a list in order, one row in so many must fit, or its cells are followed instead. */
const SPARSE = 20

/**
 * The cells that hold a filter's incidents, where following them beats going through the whole
 * list: its filters are all keys of cells, and few of all incidents pass. Null otherwise.
 */
export async function planCells(store: Store, filter: IncidentFilter): Promise<CellPlan | null> {
  const isTimed = (name: string): boolean => name === 'since' || name === 'until'
  if (isEmpty(filter) || !restNames(filter).every(isTimed)) return null
  const conditions = [...cellConditions(filter), sql<SqlBool>`incidents > 0`]
  const { rows } = await sql<CellRow & { rank: number }>`
    SELECT cell_id, incidents, last_seen,
      CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END AS rank
    FROM cells ${whereAll(conditions)} ORDER BY last_seen DESC`.execute(store.db)
  const total = await store.read.get<{ incidents: number }>(
    `SELECT incidents FROM counts WHERE dimension = 'total' AND span = 'all' AND value = '' AND bucket = 0`,
  )
  const matching = rows.reduce((sum, { incidents }) => sum + incidents, 0)
  if (matching * SPARSE >= (total?.incidents ?? 0) && matching > 0) return null
  return {
    cells: rows,
    since: fromTime(filter.since, Number.MIN_SAFE_INTEGER),
    until: fromTime(filter.until, Number.MAX_SAFE_INTEGER),
  }
}

type Found = { readonly incident_no: number; readonly at: number }

/** The first incidents of a stretch, out of the cells that can hold them. */
export async function listOfCells(
  store: Store,
  plan: CellPlan,
  stretch: Stretch,
  limit: number,
): Promise<readonly IncidentRow[]> {
  const { column, severityRank, after } = stretch
  let first: readonly Found[] = []
  for (const cell of plan.cells) {
    if (severityRank !== null && cell.rank !== severityRank) continue
    // Cells come newest first: once the page is full of newer incidents, no other cell adds one.
    const least = first.length >= limit ? first[limit - 1] : undefined
    if (column === 'last_seen' && least && cell.last_seen < least.at) break
    const rows = await store.read.all<Found>(
      `SELECT incident_no, ${column} AS at FROM incidents
       WHERE cell_id = ? AND (${column}, incident_no) < (?, ?) AND last_seen >= ? AND first_seen < ?
       ORDER BY ${column} DESC, incident_no DESC LIMIT ?`,
      cell.cell_id,
      ...after,
      plan.since,
      plan.until,
      limit,
    )
    first = rows.length === 0 ? first : [...first, ...rows].sort(newestFirst).slice(0, limit)
  }
  return readRows(store, first)
}

function newestFirst(left: Found, right: Found): number {
  return right.at - left.at || right.incident_no - left.incident_no
}

async function readRows(store: Store, found: readonly Found[]): Promise<readonly IncidentRow[]> {
  const rows: IncidentRow[] = []
  for (const { incident_no } of found) {
    const row = await store.read.get<IncidentRow>(
      'SELECT * FROM incidents WHERE incident_no = ?',
      incident_no,
    )
    if (row) rows.push(row)
  }
  return rows
}
