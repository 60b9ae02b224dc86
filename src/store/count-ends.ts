import {
  DAY_MS,
  DIMENSION_COLUMNS,
  finestSpan,
  LABEL_PREFIX,
  SPANS,
  type Span,
} from './dimensions.ts'
import type { Sql } from './sql.ts'

/** One row of counts. */
export type Group = {
  readonly dimension: string
  readonly span: Span
  readonly value: string
  readonly bucket: number
}

/** Finds the ends of a group again: of the finest span among its incidents, of longer ones in finer rows. */
export async function findEnds(tx: Sql, group: Group, countId: number): Promise<void> {
  const ends =
    group.span === finestSpan(group.dimension)
      ? await endsOfIncidents(tx, group)
      : await endsOfFiner(tx, group)
  if (ends?.first_seen === null || ends === null) return
  await tx.run(
    'UPDATE counts SET first_seen = ?, last_seen = ? WHERE count_id = ?',
    ends.first_seen,
    ends.last_seen,
    countId,
  )
}

type Ends = { readonly first_seen: number | null; readonly last_seen: number | null }

async function endsOfIncidents(tx: Sql, group: Group): Promise<Ends | null> {
  const range = [group.bucket, group.bucket + SPANS[group.span]] as const
  const select =
    'SELECT min(i.first_seen) AS first_seen, max(i.last_seen) AS last_seen FROM incidents i'
  const within = 'WHERE i.first_seen >= ? AND i.first_seen < ?'
  if (group.dimension === 'total') return tx.get<Ends>(`${select} ${within}`, ...range)
  if (group.dimension.startsWith(LABEL_PREFIX)) {
    return tx.get<Ends>(
      `${select} JOIN incident_labels l ON l.host_id = i.host_id AND l.incident_no = i.incident_no
       ${within} AND l.label = ? AND l.value = ?`,
      ...range,
      group.dimension.slice(LABEL_PREFIX.length),
      group.value,
    )
  }
  if (group.dimension === 'problem') {
    return tx.get<Ends>(
      `${select} JOIN problems p ON p.fingerprint = i.fingerprint ${within} AND p.root = ?`,
      ...range,
      group.value,
    )
  }
  const column = columnOf(group.dimension)
  return tx.get<Ends>(`${select} ${within} AND i.${column} = ?`, ...range, group.value)
}

function columnOf(dimension: string): string {
  return Object.entries(DIMENSION_COLUMNS).find(([name]) => name === dimension)?.[1] ?? 'signature'
}

async function endsOfFiner(tx: Sql, group: Group): Promise<Ends | null> {
  const isDay = group.span === 'day'
  return tx.get<Ends>(
    `SELECT min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM counts
     WHERE dimension = ? AND span = ? AND value = ? AND bucket >= ? AND bucket < ?`,
    group.dimension,
    isDay ? 'hour' : 'day',
    group.value,
    isDay ? group.bucket : Number.MIN_SAFE_INTEGER,
    isDay ? group.bucket + DAY_MS : Number.MAX_SAFE_INTEGER,
  )
}
