import { SEVERITIES } from '../model/diagnosis.ts'
import { Problem } from '../model/problem.ts'
import {
  WEBHOOK_EVENTS,
  WEBHOOK_FORMATS,
  WEBHOOK_STATES,
  type Webhook,
  type WebhookFilters,
  type WebhookState,
} from '../model/webhook.ts'
import { newId } from './ids.ts'
import { oneOf } from './incident-rows.ts'
import type { Store } from './open.ts'
import { fromJson, toTime } from './packed.ts'
import type { WebhookRow } from './schema.ts'
import type { Sql } from './sql.ts'

/** Each is asked for work every second. */
const WEBHOOKS_MAX = 100

export type NewWebhook = Pick<Webhook, 'name' | 'url' | 'format' | 'events' | 'filters'> & {
  readonly secret: string
  readonly routingKey: string | null
  readonly atMs: number
  readonly who: string
}

/** @throws {Problem} webhooks-too-many */
export async function addWebhook(store: Store, given: NewWebhook): Promise<Webhook> {
  const id = newId(given.atMs)
  await store.write(async (tx) => {
    const has = await tx.get<{ n: number }>('SELECT count(*) AS n FROM webhooks')
    if ((has?.n ?? 0) >= WEBHOOKS_MAX) {
      throw new Problem('webhooks-too-many', { webhooksMax: WEBHOOKS_MAX })
    }
    await tx.run(
      `INSERT INTO webhooks (webhook_id, name, url, format, state, why, events, filter, secret, routing_key,
         created_at, created_by, delivered, failed, skipped)
       VALUES (?, ?, ?, ?, 'active', NULL, ?, ?, ?, ?, ?, ?, 0, 0, 0)`,
      ...[id, given.name, given.url, given.format],
      ...[JSON.stringify(given.events), JSON.stringify(given.filters)],
      ...[given.secret, given.routingKey, given.atMs, given.who],
    )
  }, 'durable')
  return findWebhook(store, id)
}

/** @throws {Problem} webhook-unknown */
export async function findWebhook(store: Store, id: string): Promise<Webhook> {
  return toWebhook(store.read, await webhookRow(store.read, id))
}

/** All of them, oldest first: there are few. */
export async function listWebhooks(store: Store): Promise<readonly Webhook[]> {
  const rows = await store.read.all<WebhookRow>('SELECT * FROM webhooks ORDER BY webhook_id')
  const webhooks: Webhook[] = []
  for (const row of rows) webhooks.push(await toWebhook(store.read, row))
  return webhooks
}

/**
 * Pauses or resumes. While it is paused nothing new is written down for it, and what waits stays.
 * @throws {Problem} webhook-unknown
 */
export async function setWebhookState(
  store: Store,
  id: string,
  state: Exclude<WebhookState, 'disabled'>,
): Promise<Webhook> {
  await store.write(async (tx) => {
    await webhookRow(tx, id)
    await tx.run('UPDATE webhooks SET state = ?, why = NULL WHERE webhook_id = ?', state, id)
    // Whoever resumes one does not want to wait for the next attempt to come round.
    if (state === 'active') {
      await tx.run(
        `UPDATE deliveries SET due_at = 0 WHERE webhook_id = ? AND status = 'waiting'`,
        id,
      )
    }
  }, 'durable')
  return findWebhook(store, id)
}

/**
 * Takes a webhook away, with what waits for it and its log; answers what it was.
 * @throws {Problem} webhook-unknown
 */
export async function removeWebhook(store: Store, id: string): Promise<Webhook> {
  const webhook = await findWebhook(store, id)
  await store.write(async (tx) => {
    await tx.run('DELETE FROM webhooks WHERE webhook_id = ?', id)
    await tx.run('DELETE FROM deliveries WHERE webhook_id = ?', id)
  }, 'durable')
  return webhook
}

/** @throws {Problem} webhook-unknown */
export async function webhookRow(sql: Sql, id: string): Promise<WebhookRow> {
  const row = await sql.get<WebhookRow>('SELECT * FROM webhooks WHERE webhook_id = ?', id)
  if (!row) throw new Problem('webhook-unknown', { id: id.slice(0, 100) })
  return row
}

/** Those that events are written down for. */
export async function listActive(sql: Sql): Promise<readonly WebhookRow[]> {
  return sql.all<WebhookRow>(`SELECT * FROM webhooks WHERE state = 'active' ORDER BY webhook_id`)
}

export function filtersOf(row: Pick<WebhookRow, 'filter'>): WebhookFilters {
  return fromJson<WebhookFilters>(row.filter)
}

export function formatOf(row: Pick<WebhookRow, 'format'>): Webhook['format'] {
  return oneOf(WEBHOOK_FORMATS, row.format, 'hangar')
}

/** True when an incident with these is one of those a webhook tells of. */
export function passes(
  { severity, signatures, labels }: WebhookFilters,
  incident: {
    readonly severityRank: number
    readonly signature: string
    readonly labels: Readonly<Record<string, string>>
  },
): boolean {
  return (
    incident.severityRank <= SEVERITIES.indexOf(severity) &&
    (signatures.length === 0 || signatures.includes(incident.signature)) &&
    Object.entries(labels).every(([name, value]) => incident.labels[name] === value)
  )
}

async function toWebhook(sql: Sql, row: WebhookRow): Promise<Webhook> {
  const waiting = await sql.get<{ n: number }>(
    `SELECT count(*) AS n FROM deliveries WHERE webhook_id = ? AND status = 'waiting'`,
    row.webhook_id,
  )
  const events = fromJson<readonly string[]>(row.events)
  return {
    id: row.webhook_id,
    name: row.name,
    url: row.url,
    format: formatOf(row),
    events: WEBHOOK_EVENTS.filter((event) => events.includes(event)),
    filters: filtersOf(row),
    state: oneOf(WEBHOOK_STATES, row.state, 'paused'),
    why: row.why,
    createdAt: toTime(row.created_at),
    createdBy: row.created_by,
    waiting: waiting?.n ?? 0,
    delivered: row.delivered,
    failed: row.failed,
    skipped: row.skipped,
  }
}
