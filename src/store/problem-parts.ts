import type { Counted } from './counted.ts'
import { refreshProblem } from './problem-figures.ts'
import type { Sql } from './sql.ts'

/** Brings problems up to date with one incident: `before` null when it is new, `after` when it is gone. */
export async function changeProblems(
  tx: Sql,
  before: Counted | null,
  after: Counted | null,
): Promise<void> {
  if (after) await makeProblem(tx, after)
  const left = before ? partsOf(before) : []
  const joined = after ? partsOf(after).map((part) => ({ part, after })) : []
  const kept = joined.map(({ part }) => part)
  for (const part of left.filter((one) => !isIn(kept, one))) await leavePart(tx, part)
  for (const { part, after: incident } of joined) {
    await joinPart(tx, part, incident, isIn(left, part) ? 0 : 1)
  }
  await changeOpen(tx, before, after)
  for (const shape of new Set([before?.fingerprint, after?.fingerprint])) {
    if (shape) await refreshProblem(tx, shape)
  }
}

type Part = { readonly fingerprint: string; readonly part: string; readonly value: string }
function isIn(parts: readonly Part[], one: Part): boolean {
  return parts.some((other) => KEYS.every((key) => other[key] === one[key]))
}

const KEYS = ['fingerprint', 'part', 'value'] as const

function partsOf({ fingerprint, signature, class: waitClass, kernel, host_id }: Counted): Part[] {
  if (fingerprint === '') return []
  const values = { signature, class: waitClass, kernel, host: String(host_id) }
  return Object.entries(values).map(([part, value]) => ({ fingerprint, part, value }))
}

async function makeProblem(tx: Sql, incident: Counted): Promise<void> {
  if (incident.fingerprint === '') return
  await tx.run(
    `INSERT INTO problems (fingerprint, root, is_listed, title, class, own_open, is_known, open, incidents, hosts, first_seen, last_seen, heat)
     VALUES (?, ?, 0, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0)
     ON CONFLICT (fingerprint) DO UPDATE SET title = excluded.title, class = excluded.class
       WHERE problems.title = '' OR ? >= problems.last_seen`,
    incident.fingerprint,
    incident.fingerprint,
    incident.title,
    incident.class,
    incident.last_seen,
  )
}

async function joinPart(tx: Sql, part: Part, incident: Counted, more: number): Promise<void> {
  await tx.run(
    `INSERT INTO problem_parts (fingerprint, part, value, incidents, first_seen, last_seen)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (fingerprint, part, value) DO UPDATE SET
       incidents = problem_parts.incidents + excluded.incidents,
       first_seen = CASE WHEN excluded.first_seen < problem_parts.first_seen THEN excluded.first_seen ELSE problem_parts.first_seen END,
       last_seen = CASE WHEN excluded.last_seen > problem_parts.last_seen THEN excluded.last_seen ELSE problem_parts.last_seen END`,
    part.fingerprint,
    part.part,
    part.value,
    more,
    incident.first_seen,
    incident.last_seen,
  )
}

async function leavePart(tx: Sql, { fingerprint, part, value }: Part): Promise<void> {
  const key = [fingerprint, part, value] as const
  const where = 'WHERE fingerprint = ? AND part = ? AND value = ?'
  await tx.run(`UPDATE problem_parts SET incidents = incidents - 1 ${where}`, ...key)
  await tx.run(`DELETE FROM problem_parts ${where} AND incidents <= 0`, ...key)
}

async function changeOpen(tx: Sql, before: Counted | null, after: Counted | null): Promise<void> {
  if (isOpen(before) === isOpen(after) && before?.fingerprint === after?.fingerprint) return
  for (const [incident, more] of [
    [before, -1],
    [after, 1],
  ] as const) {
    if (!incident || !isOpen(incident)) continue
    await tx.run(
      'UPDATE problems SET own_open = own_open + ? WHERE fingerprint = ?',
      more,
      incident.fingerprint,
    )
  }
}

/** As the page of incidents counts what is open now. */
function isOpen(incident: Counted | null): boolean {
  if (!incident) return false
  return incident.state !== 'resolved' && incident.severity !== 'info' && incident.muted === 0
}
