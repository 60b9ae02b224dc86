import { sql } from 'kysely'
import type { Labels } from '../model/access.ts'
import type { IncidentFilter } from '../model/query.ts'
import type { Condition } from './incident-filter.ts'
import type { Sql } from './sql.ts'

// What whoever is limited to labels sees, and the rows that lead there.

/** The filter of incidents that leaves what they see; null: all. */
export function seenBy(labels: Labels | null): Pick<IncidentFilter, 'labels'> {
  if (labels === null) return {}
  const wanted = Object.entries(labels).map(([name, value]) => [name, [value]] as const)
  return { labels: Object.fromEntries(wanted) }
}

/** Conditions on `hosts`. */
export function hostSeenBy(labels: Labels | null): readonly Condition[] {
  return Object.entries(labels ?? {}).map(
    ([name, value]) =>
      sql<boolean>`host_id IN (SELECT host_id FROM host_labels WHERE label = ${name} AND value = ${value})`,
  )
}

/** Conditions on a column that holds ids of snapshots. */
export function snapshotSeenBy(labels: Labels | null, column: string): readonly Condition[] {
  return Object.entries(labels ?? {}).map(
    ([name, value]) => sql<boolean>`EXISTS (SELECT 1 FROM snapshot_labels x
      WHERE x.snapshot_id = ${sql.ref(column)} AND x.label = ${name} AND x.value = ${value})`,
  )
}

const TABLES = {
  host: { table: 'host_labels', column: 'host_id' },
  snapshot: { table: 'snapshot_labels', column: 'snapshot_id' },
} as const

/** Writes the labels of a host or snapshot, in place of those before. */
export async function saveLabels(
  tx: Sql,
  of: keyof typeof TABLES,
  id: number | string,
  labels: Labels,
): Promise<void> {
  const { table, column } = TABLES[of]
  await tx.run(`DELETE FROM ${table} WHERE ${column} = ?`, id)
  for (const [label, value] of Object.entries(labels)) {
    await tx.run(
      `INSERT INTO ${table} (${column}, label, value) VALUES (?, ?, ?)`,
      id,
      label,
      value,
    )
  }
}
