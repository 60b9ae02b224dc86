import { DAY_MS } from './dimensions.ts'
import { membersOf, mergedRoot, rootOf } from './problem-groups.ts'
import type { Sql } from './sql.ts'

// What is counted of problems beside the counts of their shapes: kept when an incident, a merge
// or a parting changes it, out of roll-ups alone.

/** Signatures that say that a task is stuck, and not why. */
export const UNEXPLAINED = ['unknown', 'hung-task'] as const

/** Old incidents count half as much for each week that they are older. */
const HALF_LIFE_MS = 7 * DAY_MS
/** Days with incidents that a problem's heat is made of: older ones weigh nothing. */
const HEAT_DAYS = 60

/** Brings what lists show of a whole problem up to date. */
export async function refreshProblem(tx: Sql, fingerprint: string): Promise<void> {
  const root = await rootOf(tx, fingerprint)
  const isMerged = (await mergedRoot(tx, fingerprint)) !== null
  const of = [isMerged ? 'problem' : 'fingerprint', root] as const
  const all = await tx.get<Counts>(
    `SELECT incidents, hosts, first_seen, last_seen FROM counts
     WHERE dimension = ? AND span = 'all' AND value = ? AND bucket = 0`,
    ...of,
  )
  const days = await tx.all<Day>(
    `SELECT bucket, incidents FROM counts WHERE dimension = ? AND span = 'day' AND value = ?
     ORDER BY bucket DESC LIMIT ${HEAT_DAYS}`,
    ...of,
  )
  await tx.run(
    `UPDATE problems SET is_listed = ?, incidents = ?, hosts = ?, first_seen = ?, last_seen = ?, heat = ?,
       open = (SELECT sum(own_open) FROM problems m WHERE m.root = ?), is_known = ?
     WHERE fingerprint = ?`,
    all ? 1 : 0,
    all?.incidents ?? 0,
    all?.hosts ?? 0,
    all?.first_seen ?? 0,
    all?.last_seen ?? 0,
    heatOf(days),
    root,
    (await isKnown(tx, root)) ? 1 : 0,
    root,
  )
}

type Counts = {
  readonly incidents: number
  readonly hosts: number
  readonly first_seen: number
  readonly last_seen: number
}
type Day = { readonly bucket: number; readonly incidents: number }

/**
 * Logarithm of the incidents, each weighed by its day: of two problems the one that has more that
 * is new is above the other, today and ever after, so the order can be kept in an index.
 */
function heatOf(days: readonly Day[]): number {
  const newest = days[0]?.bucket ?? 0
  const sum = days.reduce(
    (all, { bucket, incidents }) => all + incidents * 2 ** ((bucket - newest) / HALF_LIFE_MS),
    0,
  )
  return sum === 0 ? 0 : newest / HALF_LIFE_MS + Math.log2(sum)
}

async function isKnown(tx: Sql, root: string): Promise<boolean> {
  for (const member of await membersOf(tx, root)) {
    const row = await tx.get(
      `SELECT 1 FROM problem_parts WHERE fingerprint = ? AND part = 'signature'
       AND value NOT IN (${UNEXPLAINED.map(() => '?').join(', ')}) LIMIT 1`,
      member,
      ...UNEXPLAINED,
    )
    if (row) return true
  }
  return false
}

/**
 * Counts a problem of several shapes again out of the counts of each; one that has become a
 * single shape needs no counts of its own.
 */
export async function recountGroup(tx: Sql, root: string): Promise<void> {
  await tx.run(
    `DELETE FROM count_hosts WHERE count_id IN
       (SELECT count_id FROM counts WHERE dimension = 'problem' AND span IN ('all', 'day') AND value = ?)`,
    root,
  )
  await tx.run(
    `DELETE FROM counts WHERE dimension = 'problem' AND span IN ('all', 'day') AND value = ?`,
    root,
  )
  if ((await mergedRoot(tx, root)) !== null) {
    await tx.run(`INSERT INTO counts ${COUNTS_OF_GROUP}`, root)
    await tx.run(`INSERT INTO count_hosts ${HOSTS_OF_GROUP}`, root, root)
    await tx.run(
      `UPDATE counts SET hosts = (SELECT count(*) FROM count_hosts h WHERE h.count_id = counts.count_id)
       WHERE dimension = 'problem' AND span IN ('all', 'day') AND value = ?`,
      root,
    )
  }
  await refreshProblem(tx, root)
}

const SHAPES = `problems p CROSS JOIN counts c ON c.dimension = 'fingerprint' AND c.span IN ('all', 'day')
  AND c.value = p.fingerprint`

const COUNTS_OF_GROUP = `(dimension, span, value, bucket, incidents, hosts, tasks, first_seen, last_seen)
  SELECT 'problem', c.span, p.root, c.bucket, sum(c.incidents), 0, sum(c.tasks), min(c.first_seen), max(c.last_seen)
  FROM ${SHAPES} WHERE p.root = ? GROUP BY c.span, p.root, c.bucket`

const HOSTS_OF_GROUP = `(count_id, host_id, incidents)
  SELECT g.count_id, h.host_id, sum(h.incidents)
  FROM ${SHAPES} JOIN count_hosts h ON h.count_id = c.count_id
  JOIN counts g ON g.dimension = 'problem' AND g.span = c.span AND g.value = ? AND g.bucket = c.bucket
  WHERE p.root = ? GROUP BY g.count_id, h.host_id`
