import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { foldedKey } from '../model/link.ts'
import type { IncidentFilter } from '../model/query.ts'
import type { Condition } from './incident-filter.ts'
import type { Store } from './open.ts'
import { splitValues } from './split-values.ts'

// The incidents behind tickets: those that a link hangs on, and those of a signature or a shape
// that a link hangs on.

/** Few enough to be looked up one by one; above it, rows are tested in the order of the list. */
const RARE_MAX = 5_000

/**
 * The same filter, with tickets that hang on signatures alone said by those: their lists and
 * counts come out of roll-ups, however many incidents there are.
 */
export async function withTicketsResolved(
  store: Store,
  filter: IncidentFilter,
): Promise<IncidentFilter> {
  const { ticket: keys = [], ...others } = filter
  const { wanted, unwanted } = splitValues(keys)
  if (wanted.length === 0 || unwanted.length > 0 || filter.signature) return filter
  const targets = await store.db
    .selectFrom('links')
    .select(['target_kind', 'target'])
    .distinct()
    .where('ticket', 'in', wanted.map(foldedKey))
    .limit(SIGNATURES_MAX + 1)
    .execute()
  const isOfSignatures =
    targets.length > 0 &&
    targets.length <= SIGNATURES_MAX &&
    targets.every(({ target_kind: kind }) => kind === 'signature')
  return isOfSignatures ? { ...others, signature: targets.map(({ target }) => target) } : filter
}

const SIGNATURES_MAX = 100

/**
 * Conditions of a filter by tickets on `incidents`; a key that no link has fits nothing. For a list
 * that is walked in its order, many incidents are tested on the way rather than looked up and sorted.
 */
export async function ticketConditions(
  store: Store,
  keys: readonly string[],
  isWalked: boolean,
): Promise<readonly Condition[]> {
  const { wanted, unwanted } = splitValues(keys)
  const column = isWalked && !(await isRare(store, wanted)) ? sql`+incident_no` : sql`incident_no`
  return [
    ...(wanted.length > 0 ? [sql<SqlBool>`${column} IN (${behind(wanted.map(foldedKey))})`] : []),
    ...(unwanted.length > 0
      ? [sql<SqlBool>`+incident_no NOT IN (${behind(unwanted.map(foldedKey))})`]
      : []),
  ]
}

async function isRare(store: Store, keys: readonly string[]): Promise<boolean> {
  if (keys.length === 0) return true
  const counted = await sql<{ n: number }>`
    SELECT count(*) AS n FROM (${behind(keys.map(foldedKey))} LIMIT ${RARE_MAX + 1})`.execute(
    store.db,
  )
  return (counted.rows[0]?.n ?? 0) <= RARE_MAX
}

/** Numbers of the incidents behind tickets; one that stands there in two ways comes twice. */
export function behind(tickets: readonly string[]): RawBuilder<unknown> {
  return sql`SELECT incident_no FROM incidents WHERE cell_id IN (${cellsOf(tickets)})
    UNION ALL SELECT incident_no FROM incidents WHERE fingerprint IN (${shapesOf(tickets)})
    UNION ALL ${incidentsOf(tickets)}`
}

function cellsOf(tickets: readonly string[]): RawBuilder<unknown> {
  return sql`SELECT cell_id FROM cells WHERE signature IN (${targetsOf(tickets, 'signature')})`
}

/** Shapes that a link hangs on, with all of the problems that they are part of. */
function shapesOf(tickets: readonly string[]): RawBuilder<unknown> {
  return sql`${targetsOf(tickets, 'problem')} UNION SELECT m.fingerprint
    FROM problems p JOIN problems m ON m.root = p.root
    WHERE p.fingerprint IN (${targetsOf(tickets, 'problem')})`
}

function targetsOf(tickets: readonly string[], kind: 'signature' | 'problem'): RawBuilder<unknown> {
  return sql`SELECT target FROM links WHERE ticket IN (${sql.join(tickets)}) AND target_kind = ${kind}`
}

function incidentsOf(tickets: readonly string[]): RawBuilder<unknown> {
  return sql`SELECT incident_no FROM links WHERE ticket IN (${sql.join(tickets)}) AND target_kind = 'incident'`
}
