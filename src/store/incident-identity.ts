import { type FoundIncident, type Starts, SUBJECT_START } from './found.ts'
import { fromJson } from './packed.ts'
import type { IncidentRow } from './schema.ts'
import type { Sql } from './sql.ts'

// A snapshot tells an incident by signature and subject. One boot uses the numbers of its subjects
// again, so several incidents may answer to that: they are told apart by when what they are about
// was started. Where either side does not know, the subject alone decides.

/** Incidents of one signature and subject that a new sighting is compared with. */
const COMPARED_MAX = 500

/** What a row is known by: unique in its boot, and found by the identity in front. */
export function identityColumn(identity: string, id: string): string {
  return `${identity} @${id}`
}

const ID_PART_CHARS = identityColumn('', '').length + '00000000-0000-7000-8000-000000000000'.length

function identityOf(row: IncidentRow): string {
  return row.identity.slice(0, -ID_PART_CHARS)
}

/** The incident of a host boot that a sighting taken then is of, or null for a new one. */
export async function findSame(
  tx: Sql,
  boot: { readonly hostId: number; readonly bootId: string },
  { identity, starts }: Pick<FoundIncident, 'identity' | 'starts'>,
  atMs: number,
): Promise<IncidentRow | null> {
  // '@' and the character behind it: what continues the identity differently is left out below.
  const rows = await tx.all<IncidentRow>(
    `SELECT * FROM incidents WHERE host_id = ? AND boot_id = ? AND identity >= ? AND identity < ?
     ORDER BY identity DESC LIMIT ${COMPARED_MAX}`,
    boot.hostId,
    boot.bootId,
    `${identity} @`,
    `${identity} A`,
  )
  const possible: IncidentRow[] = []
  for (const row of rows) {
    if (identityOf(row) !== identity) continue
    const is = compareStarts(fromJson<Starts>(row.starts), starts)
    if (is === 'same') return row
    if (is === 'unknown') possible.push(row)
  }
  return nearest(possible, atMs)
}

/** The last of them that had begun by then, else the first that began later. */
function nearest(rows: readonly IncidentRow[], atMs: number): IncidentRow | null {
  const byStart = [...rows].sort((left, right) => left.first_seen - right.first_seen)
  return byStart.findLast((row) => row.first_seen <= atMs) ?? byStart[0] ?? null
}

/** Whether two sightings of a subject are of one incident, by when things were started. */
export function compareStarts(left: Starts, right: Starts): 'same' | 'other' | 'unknown' {
  const leftSubject = left[SUBJECT_START]
  const rightSubject = right[SUBJECT_START]
  if (leftSubject !== undefined && rightSubject !== undefined) {
    return leftSubject === rightSubject ? 'same' : 'other'
  }
  const shared = Object.keys(left).filter((name) => right[name] !== undefined)
  if (shared.length === 0) return 'unknown'
  return shared.some((name) => left[name] === right[name]) ? 'same' : 'other'
}

/** Whether a row answers to what a snapshot tells. */
export function hasIdentity(
  row: IncidentRow,
  { identity, starts }: Pick<FoundIncident, 'identity' | 'starts'>,
): boolean {
  if (identityOf(row) !== identity) return false
  return compareStarts(fromJson<Starts>(row.starts), starts) !== 'other'
}

const STARTS_MAX = 64

/** Keeps what a sighting adds to what is known of an incident. */
export async function addStarts(tx: Sql, row: IncidentRow, starts: Starts): Promise<IncidentRow> {
  const known = fromJson<Starts>(row.starts)
  const isNew = ([name, start]: readonly [string, number]): boolean => known[name] !== start
  if (!Object.entries(starts).some(isNew)) return row
  const all = Object.entries({ ...starts, ...known }).slice(0, STARTS_MAX)
  const subject = known[SUBJECT_START] ?? starts[SUBJECT_START]
  const told = subject === undefined ? [] : [[SUBJECT_START, subject] as const]
  const json = JSON.stringify(Object.fromEntries([...all, ...told]))
  if (json === row.starts) return row
  await tx.run('UPDATE incidents SET starts = ? WHERE incident_no = ?', json, row.incident_no)
  return { ...row, starts: json }
}
