import type { Frame } from '../model/frame.ts'
import type { Page } from '../model/incident.ts'
import type { Wait } from '../model/wait.ts'
import type { FoundSnapshot, FoundStack } from './found.ts'
import type { Store } from './open.ts'
import { fromJson, toTime } from './packed.ts'
import { unpackFrames } from './packed-frames.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import type { Sql } from './sql.ts'

/** A stack of one snapshot. */
export type SnapshotStackItem = {
  readonly fingerprint: string | null
  readonly class: string | null
  readonly waitsOn: Wait | null
  /** Tasks that stand in it, and how many of them in each state (`?` where it is not known). */
  readonly tasks: number
  readonly states: Readonly<Record<string, number>>
  readonly stack: readonly Frame[]
}

/** A stack of the fleet, and where it stands. */
export type StackItem = {
  readonly fingerprint: string | null
  readonly class: string | null
  readonly waitsOn: Wait | null
  readonly stack: readonly Frame[]
  /** Hosts that have or had it, the last seen first, at most twenty. */
  readonly where: readonly StackPlace[]
  readonly hosts: number
}

export type StackPlace = {
  readonly host: string
  readonly firstSeen: string
  readonly lastSeen: string
  /** Tasks in it when last seen. */
  readonly tasks: number
  readonly snapshots: number
  /** True when the newest snapshot of the host has it. */
  readonly isNow: boolean
}

const PLACES_MAX = 20

/** Stacks of a snapshot, by number of tasks; empty while it is not diagnosed. */
export async function listSnapshotStacks(
  store: Store,
  id: string,
  query: { readonly limit: number; readonly cursor?: string | null | undefined },
): Promise<Page<SnapshotStackItem>> {
  const question = ['snapshot stacks', id]
  const start = Number(fromCursor(question, query.cursor, 1)?.[0] ?? 0)
  const limit = limitOf(query.limit)
  const rows = await store.read.all<StackColumns & { states: string; sum: number }>(
    `SELECT k.*, sum(p.tasks) AS sum, json_group_object(p.state, p.tasks) AS states
     FROM snapshots s
     JOIN snapshot_stacks p ON p.host_id = s.host_id AND p.snapshot_no = s.snapshot_no
     JOIN stacks k ON k.stack_no = p.stack_no
     WHERE s.id = ? GROUP BY k.stack_no ORDER BY sum DESC, k.stack_no`,
    id,
  )
  const items = rows.slice(start, start + limit).map((row) => ({
    ...toStack(row),
    tasks: row.sum,
    states: fromJson<Readonly<Record<string, number>>>(row.states),
  }))
  const end = start + items.length
  return { items, next: end < rows.length ? toCursor(question, [end]) : null, total: rows.length }
}

/** Stacks of the fleet that hold a function, the newest kind first. */
export async function listStacks(
  store: Store,
  query: {
    readonly frame: string
    readonly limit: number
    readonly cursor?: string | null | undefined
  },
): Promise<Page<StackItem>> {
  const question = ['stacks', query.frame]
  const before = Number(fromCursor(question, query.cursor, 1)?.[0] ?? Number.MAX_SAFE_INTEGER)
  const limit = limitOf(query.limit)
  const rows = await store.read.all<StackColumns>(
    `SELECT k.* FROM stack_frames f JOIN stacks k ON k.stack_no = f.stack_no
     WHERE f.symbol = ? AND f.stack_no < ? ORDER BY f.stack_no DESC LIMIT ?`,
    query.frame,
    before,
    limit + 1,
  )
  const counted = await store.read.get<{ n: number }>(
    'SELECT count(*) AS n FROM stack_frames WHERE symbol = ?',
    query.frame,
  )
  const items: StackItem[] = []
  for (const row of rows.slice(0, limit)) items.push(await withPlaces(store, row))
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items,
    next: last ? toCursor(question, [last.stack_no]) : null,
    total: counted?.n ?? 0,
  }
}

/** Every stored stack of one shape with where it stands; empty for an unknown fingerprint. */
export async function findStack(store: Store, fingerprint: string): Promise<readonly StackItem[]> {
  const rows = await store.read.all<StackColumns>(
    'SELECT * FROM stacks WHERE fingerprint = ? ORDER BY stack_no DESC LIMIT 100',
    fingerprint,
  )
  const items: StackItem[] = []
  for (const row of rows) items.push(await withPlaces(store, row))
  return items
}

/** Numbers of stacks, in the same order; those not met before are written. */
export async function saveStacks(
  tx: Sql,
  stacks: readonly FoundStack[],
): Promise<readonly number[]> {
  const numbers: number[] = []
  for (const stack of stacks) {
    const known = await tx.get<{ stack_no: number }>(
      'SELECT stack_no FROM stacks WHERE hash = ?',
      stack.hash,
    )
    numbers.push(known?.stack_no ?? (await insertStack(tx, stack)))
  }
  return numbers
}

/** Writes how many tasks of a snapshot stand in which stack. */
export async function saveSnapshotStacks(
  tx: Sql,
  at: { readonly hostId: number; readonly snapshotNo: number; readonly takenAt: number },
  found: FoundSnapshot,
  numbers: readonly number[],
): Promise<void> {
  const tasksOf = new Map<number, number>()
  for (const { stack, state, tasks } of found.snapshotStacks) {
    const stackNo = numbers[stack] ?? 0
    tasksOf.set(stackNo, (tasksOf.get(stackNo) ?? 0) + tasks)
    await tx.run(
      `INSERT INTO snapshot_stacks (host_id, snapshot_no, stack_no, state, tasks)
       VALUES (?, ?, ?, ?, ?)`,
      at.hostId,
      at.snapshotNo,
      stackNo,
      state,
      tasks,
    )
  }
  for (const [stackNo, tasks] of tasksOf) {
    await tx.run(
      `INSERT INTO host_stacks (host_id, stack_no, first_seen, last_seen, tasks, snapshots)
       VALUES (?, ?, ?, ?, ?, 1)
       ON CONFLICT (host_id, stack_no) DO UPDATE SET
         first_seen = CASE WHEN excluded.first_seen < host_stacks.first_seen THEN excluded.first_seen ELSE host_stacks.first_seen END,
         tasks = CASE WHEN excluded.last_seen >= host_stacks.last_seen THEN excluded.tasks ELSE host_stacks.tasks END,
         last_seen = CASE WHEN excluded.last_seen > host_stacks.last_seen THEN excluded.last_seen ELSE host_stacks.last_seen END,
         snapshots = host_stacks.snapshots + 1`,
      at.hostId,
      stackNo,
      at.takenAt,
      at.takenAt,
      tasks,
    )
  }
}

type StackColumns = {
  readonly stack_no: number
  readonly fingerprint: string
  readonly class: string
  readonly wait: string | null
  readonly frames: string
}

async function insertStack(tx: Sql, stack: FoundStack): Promise<number> {
  const made = await tx.get<{ stack_no: number }>(
    `INSERT INTO stacks (hash, fingerprint, class, wait, frames) VALUES (?, ?, ?, ?, ?)
     RETURNING stack_no`,
    stack.hash,
    stack.fingerprint ?? '',
    stack.wait?.class ?? '',
    stack.wait ? JSON.stringify(stack.wait) : null,
    stack.frames,
  )
  const stackNo = made?.stack_no ?? 0
  for (const name of stack.names) {
    await tx.run('INSERT INTO stack_frames (symbol, stack_no) VALUES (?, ?)', name, stackNo)
  }
  return stackNo
}

function toStack(row: StackColumns) {
  return {
    fingerprint: row.fingerprint || null,
    class: row.class || null,
    waitsOn: row.wait === null ? null : fromJson<Wait>(row.wait),
    stack: unpackFrames(row.frames),
  }
}

async function withPlaces(store: Store, row: StackColumns): Promise<StackItem> {
  const places = await store.read.all<{
    name: string
    first_seen: number
    last_seen: number
    tasks: number
    snapshots: number
    newest: number
  }>(
    `SELECT h.name, p.first_seen, p.last_seen, p.tasks, p.snapshots, h.last_seen AS newest
     FROM host_stacks p JOIN hosts h ON h.host_id = p.host_id
     WHERE p.stack_no = ? ORDER BY p.last_seen DESC, p.host_id LIMIT ${PLACES_MAX}`,
    row.stack_no,
  )
  const counted = await store.read.get<{ n: number }>(
    'SELECT count(*) AS n FROM host_stacks WHERE stack_no = ?',
    row.stack_no,
  )
  const where = places.map((place) => ({
    host: place.name,
    firstSeen: toTime(place.first_seen),
    lastSeen: toTime(place.last_seen),
    tasks: place.tasks,
    snapshots: place.snapshots,
    isNow: place.last_seen === place.newest,
  }))
  return { ...toStack(row), where, hosts: counted?.n ?? 0 }
}
