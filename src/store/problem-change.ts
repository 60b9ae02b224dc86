import { Problem } from '../model/problem.ts'
import type { Store } from './open.ts'
import { recountGroup } from './problem-figures.ts'
import { rootOf } from './problem-groups.ts'
import type { Sql } from './sql.ts'

// What people do to problems; who and when stays in their history.

export type By = { readonly who: string; readonly atMs: number }

/**
 * Makes one problem of two: incidents of the first count as the other's, and so will new ones.
 * @throws {Problem} stack-unknown, problem-merge-circular
 */
export async function mergeProblem(
  store: Store,
  fingerprint: string,
  { into, note }: { readonly into: string; readonly note: string | null },
  by: By,
): Promise<void> {
  await store.write(async (tx) => {
    await knownShape(tx, fingerprint)
    await knownShape(tx, into)
    const target = await rootOf(tx, into)
    const before = await rootOf(tx, fingerprint)
    if (await isBelow(tx, target, fingerprint)) {
      throw new Problem('problem-merge-circular', { fingerprint, into })
    }
    await setParent(tx, fingerprint, target)
    for (const root of new Set([before, target])) await recountGroup(tx, root)
    await recountGroup(tx, fingerprint)
    await addHistory(tx, fingerprint, { what: 'merged', other: target, note }, by)
  }, 'durable')
}

/**
 * Takes a problem out of the one it was merged into, with all that had been merged into it.
 * @throws {Problem} stack-unknown, problem-not-merged
 */
export async function partProblem(store: Store, fingerprint: string, by: By): Promise<void> {
  await store.write(async (tx) => {
    await knownShape(tx, fingerprint)
    const other = await parentOf(tx, fingerprint)
    if (other === null) throw new Problem('problem-not-merged', { fingerprint })
    const before = await rootOf(tx, fingerprint)
    await setParent(tx, fingerprint, null)
    for (const root of [before, fingerprint]) await recountGroup(tx, root)
    await addHistory(tx, fingerprint, { what: 'parted', other, note: null }, by)
  }, 'durable')
}

/**
 * Names a problem, or notes something of it; null takes it away, absent leaves it.
 * @throws {Problem} stack-unknown
 */
export async function nameProblem(
  store: Store,
  fingerprint: string,
  words: { readonly name?: string | null | undefined; readonly note?: string | null | undefined },
  by: By,
): Promise<void> {
  await store.write(async (tx) => {
    await knownShape(tx, fingerprint)
    for (const [what, column] of [
      ['named', 'name'],
      ['noted', 'note'],
    ] as const) {
      const text = words[column]
      if (text === undefined) continue
      const changed = await tx.run(
        `UPDATE problems SET ${column} = ? WHERE fingerprint = ? AND ${column} IS NOT ?`,
        text,
        fingerprint,
        text,
      )
      if (changed > 0) await addHistory(tx, fingerprint, { what, other: null, note: text }, by)
    }
  }, 'durable')
}

/** Makes the row of a shape that no incident has, but a stack. */
async function knownShape(tx: Sql, fingerprint: string): Promise<void> {
  if (await tx.get('SELECT 1 FROM problems WHERE fingerprint = ?', fingerprint)) return
  const stack = await tx.get<{ class: string }>(
    'SELECT class FROM stacks WHERE fingerprint = ? ORDER BY stack_no LIMIT 1',
    fingerprint,
  )
  if (!stack || fingerprint === '') throw new Problem('stack-unknown', { fingerprint })
  await tx.run(
    `INSERT INTO problems (fingerprint, root, is_listed, title, class, own_open, is_known, open, incidents, hosts, first_seen, last_seen, heat)
     VALUES (?, ?, 0, '', ?, 0, 0, 0, 0, 0, 0, 0, 0)`,
    fingerprint,
    fingerprint,
    stack.class,
  )
}

async function parentOf(tx: Sql, fingerprint: string): Promise<string | null> {
  const row = await tx.get<{ parent: string | null }>(
    'SELECT merged_into AS parent FROM problems WHERE fingerprint = ?',
    fingerprint,
  )
  return row?.parent ?? null
}

/** True when `fingerprint` is on the way from a shape to its root. */
async function isBelow(tx: Sql, from: string, fingerprint: string): Promise<boolean> {
  for (let at: string | null = from; at !== null; at = await parentOf(tx, at)) {
    if (at === fingerprint) return true
  }
  return false
}

/** Hangs a shape elsewhere; all that hangs on it comes along. */
async function setParent(tx: Sql, fingerprint: string, parent: string | null): Promise<void> {
  const root = parent ?? fingerprint
  await tx.run(
    'UPDATE problems SET merged_into = ?, is_listed = 0 WHERE fingerprint = ?',
    parent,
    fingerprint,
  )
  await tx.run(
    `WITH RECURSIVE below (fingerprint) AS (
       VALUES (?) UNION SELECT p.fingerprint FROM problems p JOIN below b ON p.merged_into = b.fingerprint)
     UPDATE problems SET root = ? WHERE fingerprint IN (SELECT fingerprint FROM below)`,
    fingerprint,
    root,
  )
}

async function addHistory(
  tx: Sql,
  fingerprint: string,
  line: { readonly what: string; readonly other: string | null; readonly note: string | null },
  { who, atMs }: By,
): Promise<void> {
  await tx.run(
    'INSERT INTO problem_history (fingerprint, at, who, what, other, note) VALUES (?, ?, ?, ?, ?, ?)',
    fingerprint,
    atMs,
    who,
    line.what,
    line.other,
    line.note,
  )
}
