import type { Page } from '../model/incident.ts'
import {
  type Tally,
  WORK_KINDS,
  WORK_STATES,
  type Work,
  type WorkInput,
  type WorkKind,
  type WorkProgress,
  type WorkResult,
  type WorkState,
} from '../model/work.ts'
import { oneOf } from './incident-rows.ts'
import { fromJson, toTime } from './packed.ts'
import type { Sql } from './sql.ts'

/** Where work goes on: which numbers are left, and what is to be done before them. */
export type WorkPosition = {
  readonly low: number
  readonly high: number
  /** Snapshots to be told again first. */
  readonly pending: readonly number[]
  /** Hash of the catalogue that those before were read with; absent before the first. */
  readonly catalogue?: string
}

type WorkRow = {
  readonly work_no: number
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly asked_by: string
  readonly asked_at: number
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly input: string
  readonly position: string
  readonly progress: string
  readonly result: string
}

const NONE: Tally = { incidents: 0, snapshots: 0, hosts: 0, kernels: 0 }
const UNCOUNTED: Tally = { incidents: 0, snapshots: null, hosts: null, kernels: null }

/** What work begins with. */
export function emptyResult(kind: WorkKind): WorkResult {
  const tally = kind === 'try' ? NONE : UNCOUNTED
  return { gained: tally, lost: tally, changed: tally, rewritten: 0, examples: [] }
}

/** Writes down what is asked for; whoever works takes it from there. */
export async function addWork(
  tx: Sql,
  work: {
    readonly id: string
    readonly kind: WorkKind
    readonly who: string
    readonly atMs: number
    readonly input: WorkInput
    readonly position: WorkPosition
    readonly total: number
  },
): Promise<void> {
  const progress: WorkProgress = {
    done: 0,
    total: work.total,
    unreadable: 0,
    rate: null,
    etaSeconds: null,
  }
  await tx.run(
    `INSERT INTO work (id, kind, state, asked_by, asked_at, input, position, progress, result)
     VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?)`,
    work.id,
    work.kind,
    work.who,
    work.atMs,
    JSON.stringify(work.input),
    JSON.stringify(work.position),
    JSON.stringify(progress),
    JSON.stringify(emptyResult(work.kind)),
  )
}

export async function findWork(sql: Sql, id: string): Promise<Work | null> {
  const row = await sql.get<WorkRow>('SELECT * FROM work WHERE id = ?', id)
  return row ? toWork(row) : null
}

/** The newest first; `before` is the number of the last one of the page before. */
export async function listWork(
  sql: Sql,
  asked: { readonly limit: number; readonly before: number | null },
): Promise<Page<Work>> {
  const rows = await sql.all<WorkRow>(
    'SELECT * FROM work WHERE work_no < ? ORDER BY work_no DESC LIMIT ?',
    asked.before ?? Number.MAX_SAFE_INTEGER,
    asked.limit + 1,
  )
  const shown = rows.slice(0, asked.limit)
  const last = shown.at(-1)
  const count = await sql.get<{ total: number }>('SELECT count(*) AS total FROM work')
  return {
    items: shown.map(toWork),
    next: rows.length > shown.length && last ? String(last.work_no) : null,
    total: count?.total ?? 0,
  }
}

/** The oldest of a kind that is to be done, with where to go on. */
export async function nextWork(
  sql: Sql,
  kind: WorkKind,
): Promise<{ readonly work: Work; readonly position: WorkPosition } | null> {
  const row = await sql.get<WorkRow>(
    `SELECT * FROM work WHERE state IN ('queued', 'running') AND kind = ? ORDER BY work_no LIMIT 1`,
    kind,
  )
  return row ? { work: toWork(row), position: fromJson<WorkPosition>(row.position) } : null
}

/** Sets a state where the work is in one of some others; false where it is not. */
export async function moveWork(
  tx: Sql,
  id: string,
  from: readonly WorkState[],
  to: WorkState,
  atMs: number,
): Promise<boolean> {
  const hasEnded = to === 'done' || to === 'failed' || to === 'cancelled'
  const changed = await tx.run(
    `UPDATE work SET state = ?, started_at = CASE WHEN ? THEN coalesce(started_at, ?) ELSE started_at END,
       ended_at = CASE WHEN ? THEN ? ELSE ended_at END
     WHERE id = ? AND state IN (${from.map(() => '?').join(', ')})`,
    to,
    to === 'running' ? 1 : 0,
    atMs,
    hasEnded ? 1 : 0,
    atMs,
    id,
    ...from,
  )
  return changed > 0
}

/** Notes how far work has come, in the transaction of what it did. */
export async function saveWork(
  tx: Sql,
  id: string,
  at: {
    readonly position: WorkPosition
    readonly progress: WorkProgress
    readonly result: WorkResult
  },
): Promise<void> {
  await tx.run(
    'UPDATE work SET position = ?, progress = ?, result = ? WHERE id = ?',
    JSON.stringify(at.position),
    JSON.stringify(at.progress),
    JSON.stringify(at.result),
    id,
  )
}

/** Work ends without having come to its end. */
export async function failWork(tx: Sql, id: string, problem: string, atMs: number): Promise<void> {
  const row = await tx.get<{ result: string }>('SELECT result FROM work WHERE id = ?', id)
  const result = { ...fromJson<WorkResult>(row?.result ?? '{}'), problem }
  await tx.run('UPDATE work SET result = ? WHERE id = ?', JSON.stringify(result), id)
  await moveWork(tx, id, ['running', 'queued'], 'failed', atMs)
}

function toWork(row: WorkRow): Work {
  const { problem = null, ...result }: WorkResult & { readonly problem?: string | null } = fromJson(
    row.result,
  )
  return {
    id: row.id,
    kind: oneOf(WORK_KINDS, row.kind, 'try'),
    state: oneOf(WORK_STATES, row.state, 'failed'),
    who: row.asked_by,
    asked: toTime(row.asked_at),
    started: row.started_at === null ? null : toTime(row.started_at),
    ended: row.ended_at === null ? null : toTime(row.ended_at),
    input: fromJson<WorkInput>(row.input),
    progress: fromJson<WorkProgress>(row.progress),
    result,
    problem,
  }
}
