import type { CountRow } from '../../model/incident.ts'
import { countIncidents } from '../../store/counts.ts'
import { CSV_TYPE, type CsvColumns, csvOf } from '../csv.ts'
import { fileRoute } from '../route.ts'
import { CountsQuery } from '../schemas-query.ts'

export const getCountsCsv = fileRoute({
  method: 'get',
  path: '/counts.csv',
  summary: 'The same counts, as CSV; also GET /counts with Accept: text/csv',
  limited: 'filter',
  input: CountsQuery,
  type: 'text/csv',
  problems: ['request-invalid'],
  async handle({ by, interval = null, ...filter }, { store }) {
    const rows = await countIncidents(store, { by, filter, interval })
    const names = [
      ...new Set<string>(by),
      ...(interval ? ['at'] : []),
      ...['incidents', 'hosts', 'tasks', 'firstSeen', 'lastSeen'],
    ]
    const columns: CsvColumns<CountRow> = Object.fromEntries(
      names.map((name) => [name, (row: CountRow) => row[name] ?? null]),
    )
    return { type: CSV_TYPE, content: csvOf(columns, [rows]), saveAs: 'counts.csv' }
  },
})
