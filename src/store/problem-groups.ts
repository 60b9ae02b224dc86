import type { Sql } from './sql.ts'

// A problem is a shape with all that was merged into it. Incidents keep the shape they have, so
// that parting two gives back exactly what was there.

/** The shape that stands for a problem; the same one where it is not merged. */
export async function rootOf(sql: Sql, fingerprint: string): Promise<string> {
  const row = await sql.get<{ root: string }>(
    'SELECT root FROM problems WHERE fingerprint = ?',
    fingerprint,
  )
  return row?.root ?? fingerprint
}

/** Every shape of the problem that one belongs to, that one too. */
export async function membersOf(sql: Sql, fingerprint: string): Promise<readonly string[]> {
  const root = await rootOf(sql, fingerprint)
  const rows = await sql.all<{ fingerprint: string }>(
    'SELECT fingerprint FROM problems WHERE root = ? ORDER BY fingerprint',
    root,
  )
  return rows.length === 0 ? [fingerprint] : rows.map((row) => row.fingerprint)
}

/** Values of a filter by shape, with all of each problem; `!` stays in front. */
export async function withMembers(sql: Sql, values: readonly string[]): Promise<readonly string[]> {
  const all = new Set<string>()
  for (const value of values) {
    const mark = value.startsWith('!') ? '!' : ''
    for (const member of await membersOf(sql, value.slice(mark.length))) all.add(mark + member)
  }
  return [...all]
}

/** Root of a problem of several shapes, which has counts of its own; null for a single one. */
export async function mergedRoot(sql: Sql, fingerprint: string): Promise<string | null> {
  const row = await sql.get<{ root: string }>(
    `SELECT p.root FROM problems p WHERE p.fingerprint = ?
     AND EXISTS (SELECT 1 FROM problems q WHERE q.root = p.root AND q.fingerprint <> q.root)`,
    fingerprint,
  )
  return row?.root ?? null
}
