import { sql } from 'kysely'
import type { IncidentFilter } from '../model/query.ts'
import { CELL_KEYS } from './cells.ts'
import { countIncidents } from './counts.ts'
import { cellConditions, isOfCells, whereAll } from './incident-filter.ts'
import type { Store } from './open.ts'

/**
 * How many incidents each value of a key would leave of a filter, the most first. Hosts are not
 * asked for, which is what makes counts of a large fleet dear: cells alone answer most filters.
 */
export async function countValues(
  store: Store,
  key: Exclude<keyof typeof CELL_KEYS, 'kernelSeries'>,
  filter: IncidentFilter,
): Promise<ReadonlyMap<string, number>> {
  if (!isOfCells(filter)) {
    const rows = await countIncidents(store, { by: [key], filter, interval: null })
    return new Map(
      rows.flatMap((row) =>
        row[key] === null ? [] : [[String(row[key]), row.incidents] as const],
      ),
    )
  }
  const column = sql.ref(CELL_KEYS[key])
  const where = whereAll([...cellConditions(filter), sql<boolean>`incidents > 0`])
  const { rows } = await sql<{ value: string; incidents: number }>`
    SELECT ${column} AS value, sum(incidents) AS incidents FROM cells ${where}
    GROUP BY ${column} ORDER BY incidents DESC, value`.execute(store.db)
  return new Map(
    rows.flatMap(({ value, incidents }) => (value === '' ? [] : [[value, incidents] as const])),
  )
}
