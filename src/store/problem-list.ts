import { type SqlBool, sql } from 'kysely'
import type { ProblemDay, ProblemItem, ProblemQuery } from '../model/fleet-problem.ts'
import type { Page } from '../model/incident.ts'
import { type Condition, whereAll } from './incident-filter.ts'
import type { Store } from './open.ts'
import { fromTime, toTime } from './packed.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import { membersOf } from './problem-groups.ts'
import type { ProblemRow } from './schema.ts'

type Sort = NonNullable<ProblemQuery['sort']>

/** Column of each order, the greatest first; each has an index that ends in the fingerprint. */
const SORT_COLUMNS = {
  unknown: 'hosts',
  hosts: 'hosts',
  incidents: 'incidents',
  lastSeen: 'last_seen',
  firstSeen: 'first_seen',
  trend: 'heat',
} as const satisfies Readonly<Record<Sort, keyof ProblemRow>>

/** Problems that pass a filter, a page at a time; incidents are not read. */
export async function listProblems(store: Store, query: ProblemQuery): Promise<Page<ProblemItem>> {
  const { limit: wanted, cursor, sort = 'unknown', ...filter } = query
  const question = ['problems', sort, Object.entries(filter).sort()]
  const after = fromCursor(question, cursor, 3)
  const limit = limitOf(wanted)
  const conditions = conditionsOf(filter)
  const column = sql.ref(SORT_COLUMNS[sort])
  const known = sort === 'unknown' ? sql`is_known, ` : sql``
  const { rows } = await sql<ProblemRow>`
    SELECT * FROM problems ${whereAll([...conditions, ...(after ? [isAfter(sort, after)] : [])])}
    ORDER BY ${known}${column} DESC, fingerprint LIMIT ${limit + 1}`.execute(store.db)
  const counted = await sql<{ n: number }>`
    SELECT count(*) AS n FROM problems ${whereAll(conditions)}`.execute(store.db)
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  const items: ProblemItem[] = []
  for (const row of shown) items.push(await toProblemItem(store, row))
  const key = last ? [last.is_known, last[SORT_COLUMNS[sort]], last.fingerprint] : null
  return { items, next: key ? toCursor(question, key) : null, total: counted.rows[0]?.n ?? 0 }
}

function isAfter(sort: Sort, [known = 0, value = 0, fingerprint = '']: readonly unknown[]) {
  const column = sql.ref(SORT_COLUMNS[sort])
  const behind = sql<SqlBool>`(${column} < ${value} OR (${column} = ${value} AND fingerprint > ${fingerprint}))`
  if (sort !== 'unknown') return behind
  return sql<SqlBool>`(is_known > ${known} OR (is_known = ${known} AND ${behind}))`
}

function conditionsOf(filter: Omit<ProblemQuery, 'limit' | 'cursor' | 'sort'>): Condition[] {
  const since = fromTime(filter.since, null)
  const { class: classes = [], signature = [] } = filter
  return [
    sql<SqlBool>`is_listed = 1`,
    ...(filter.known === undefined ? [] : [sql<SqlBool>`is_known = ${filter.known ? 1 : 0}`]),
    ...(classes.length === 0 ? [] : [hasPart('class', classes)]),
    ...(signature.length === 0 ? [] : [hasPart('signature', signature)]),
    ...(since === null ? [] : [sql<SqlBool>`last_seen >= ${since}`]),
    ...wordsOf(filter.q).map(hasWord),
  ]
}

/** Some shape of the problem has incidents of such a value. */
function hasPart(part: string, values: readonly string[]): Condition {
  return sql<SqlBool>`problems.fingerprint IN (SELECT m.root FROM problem_parts x
    JOIN problems m ON m.fingerprint = x.fingerprint
    WHERE x.part = ${part} AND x.value IN (${sql.join(values)}))`
}

function hasWord(word: string): Condition {
  // The end of what begins so: functions are found by how they begin, as everywhere.
  const end = `${word}\u{10ffff}`
  return sql<SqlBool>`(instr(lower(coalesce(name, '') || ' ' || title || ' ' || class || ' ' || problems.fingerprint), ${word}) > 0
    OR problems.fingerprint IN (SELECT m.root FROM stack_frames f JOIN stacks k ON k.stack_no = f.stack_no
      JOIN problems m ON m.fingerprint = k.fingerprint WHERE f.symbol >= ${word} AND f.symbol < ${end}))`
}

function wordsOf(q: string | undefined): readonly string[] {
  return (q ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10)
}

const TREND_DAYS = 30

/** A row as lists show it. */
export async function toProblemItem(store: Store, row: ProblemRow): Promise<ProblemItem> {
  const isSeen = row.incidents > 0
  const members = await membersOf(store.read, row.fingerprint)
  return {
    fingerprint: row.fingerprint,
    url: `/problems/${encodeURIComponent(row.fingerprint)}`,
    name: row.name,
    title: row.title || null,
    class: row.class || null,
    known: row.is_known === 1,
    incidents: row.incidents,
    open: row.open,
    hosts: row.hosts,
    firstSeen: isSeen ? toTime(row.first_seen) : null,
    lastSeen: isSeen ? toTime(row.last_seen) : null,
    signatures: await signaturesOf(store, members),
    trend: await trendOf(store, row.root, members.length > 1),
  }
}

async function signaturesOf(store: Store, members: readonly string[]): Promise<readonly string[]> {
  const rows = await store.read.all<{ value: string }>(
    `SELECT value, sum(incidents) AS n FROM problem_parts WHERE part = 'signature'
     AND fingerprint IN (SELECT value FROM json_each(?)) GROUP BY value ORDER BY n DESC, value`,
    JSON.stringify(members),
  )
  return rows.map(({ value }) => value)
}

async function trendOf(
  store: Store,
  root: string,
  isMerged: boolean,
): Promise<readonly ProblemDay[]> {
  const rows = await store.read.all<{ bucket: number; incidents: number }>(
    `SELECT bucket, incidents FROM counts WHERE dimension = ? AND span = 'day' AND value = ?
     ORDER BY bucket DESC LIMIT ${TREND_DAYS}`,
    isMerged ? 'problem' : 'fingerprint',
    root,
  )
  return rows.map(({ bucket, incidents }) => ({ at: toTime(bucket), incidents })).reverse()
}
