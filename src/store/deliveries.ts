import type { Page } from '../model/incident.ts'
import { DELIVERY_STATUSES, type Delivery, WEBHOOK_EVENTS } from '../model/webhook.ts'
import { oneOf } from './incident-rows.ts'
import type { Store } from './open.ts'
import { toTime } from './packed.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import type { DeliveryRow } from './schema.ts'
import type { Sql } from './sql.ts'
import { webhookRow } from './webhooks.ts'

/** What a webhook's log keeps of what is delivered or given up; what waits is all kept. */
const LOG_MAX = 500

export type NewDelivery = {
  readonly id: string
  readonly webhookId: string
  readonly cause: string
  readonly event: Delivery['event']
  readonly incidentId: string | null
  readonly body: string
  readonly atMs: number
}

/** Puts one behind the others of its webhook; of one cause there is one. */
export async function addDelivery(tx: Sql, given: NewDelivery): Promise<void> {
  await tx.run(
    `INSERT INTO deliveries (delivery_id, webhook_id, cause, event, incident_id, body, status, attempts, made_at, due_at)
     VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, ?, 0) ON CONFLICT (webhook_id, cause) DO NOTHING`,
    ...[given.id, given.webhookId, given.cause, given.event, given.incidentId],
    ...[given.body, given.atMs],
  )
}

/** The oldest that waits for a webhook: none behind it is tried before it is done. */
export async function nextDelivery(sql: Sql, webhookId: string): Promise<DeliveryRow | null> {
  return sql.get<DeliveryRow>(
    `SELECT * FROM deliveries WHERE webhook_id = ? AND status = 'waiting' ORDER BY delivery_no LIMIT 1`,
    webhookId,
  )
}

/** What an attempt came to. */
export type Attempt = {
  readonly status: Delivery['status']
  readonly answer: number | null
  readonly error: string | null
  readonly excerpt: string | null
  /** Of the next attempt, where it still waits. */
  readonly dueAtMs: number
  readonly atMs: number
  /** Set where the webhook takes no more: why. */
  readonly disables: string | null
}

/** Writes down what an attempt came to, with all that follows from it. */
export async function recordAttempt(tx: Sql, row: DeliveryRow, attempt: Attempt): Promise<void> {
  const { status, answer, error, excerpt, dueAtMs, atMs } = attempt
  const isOver = status !== 'waiting'
  await tx.run(
    `UPDATE deliveries SET status = ?, attempts = attempts + 1, due_at = ?, ended_at = ?, answer = ?,
       error = ?, excerpt = ? WHERE delivery_no = ? AND status = 'waiting'`,
    ...[status, dueAtMs, isOver ? atMs : null, answer, error, excerpt, row.delivery_no],
  )
  if (isOver) await countEnd(tx, row.webhook_id, status, 1)
  if (attempt.disables !== null) await disable(tx, row.webhook_id, attempt.disables, atMs)
  if (isOver) await prune(tx, row.webhook_id)
}

async function countEnd(
  tx: Sql,
  webhookId: string,
  status: Delivery['status'],
  count: number,
): Promise<void> {
  await tx.run(
    'UPDATE webhooks SET delivered = delivered + ?, failed = failed + ? WHERE webhook_id = ?',
    status === 'delivered' ? count : 0,
    status === 'failed' ? count : 0,
    webhookId,
  )
}

async function disable(tx: Sql, webhookId: string, why: string, atMs: number): Promise<void> {
  await tx.run(
    `UPDATE webhooks SET state = 'disabled', why = ? WHERE webhook_id = ?`,
    why,
    webhookId,
  )
  const dropped = await tx.run(
    `UPDATE deliveries SET status = 'failed', ended_at = ?, error = ? WHERE webhook_id = ? AND status = 'waiting'`,
    atMs,
    why,
    webhookId,
  )
  await countEnd(tx, webhookId, 'failed', dropped)
}

async function prune(tx: Sql, webhookId: string): Promise<void> {
  await tx.run(
    `DELETE FROM deliveries WHERE webhook_id = ? AND (ended_at, delivery_no) < (
       SELECT ended_at, delivery_no FROM deliveries WHERE webhook_id = ? AND ended_at IS NOT NULL
       ORDER BY ended_at DESC, delivery_no DESC LIMIT 1 OFFSET ?)`,
    webhookId,
    webhookId,
    LOG_MAX - 1,
  )
}

/**
 * What was and is to be delivered by a webhook, newest first.
 * @throws {Problem} webhook-unknown, cursor-invalid
 */
export async function listDeliveries(
  store: Store,
  webhookId: string,
  asked: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Delivery>> {
  await webhookRow(store.read, webhookId)
  const limit = limitOf(asked.limit)
  const question = ['deliveries', webhookId]
  const before = fromCursor(question, asked.cursor, 1)?.[0] ?? Number.MAX_SAFE_INTEGER
  const rows = await store.read.all<DeliveryRow>(
    `SELECT * FROM deliveries WHERE webhook_id = ? AND delivery_no < ? ORDER BY delivery_no DESC LIMIT ?`,
    webhookId,
    before,
    limit + 1,
  )
  const total = await store.read.get<{ n: number }>(
    'SELECT count(*) AS n FROM deliveries WHERE webhook_id = ?',
    webhookId,
  )
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    items: shown.map(toDelivery),
    next: last ? toCursor(question, [last.delivery_no]) : null,
    total: total?.n ?? 0,
  }
}

/** @throws {Error} when there is none */
export async function findDelivery(store: Store, id: string): Promise<Delivery> {
  const row = await store.read.get<DeliveryRow>(
    'SELECT * FROM deliveries WHERE delivery_id = ?',
    id,
  )
  if (!row) throw new Error(`no delivery ${id}`)
  return toDelivery(row)
}

function toDelivery(row: DeliveryRow): Delivery {
  const status = oneOf(DELIVERY_STATUSES, row.status, 'failed')
  return {
    id: row.delivery_id,
    event: oneOf(WEBHOOK_EVENTS, row.event, 'test'),
    incident: row.incident_id,
    status,
    attempts: row.attempts,
    madeAt: toTime(row.made_at),
    dueAt: status === 'waiting' ? toTime(Math.max(row.due_at, row.made_at)) : null,
    endedAt: row.ended_at === null ? null : toTime(row.ended_at),
    answer: row.answer,
    error: row.error,
    excerpt: row.excerpt,
    body: row.body,
  }
}
