import { SEVERITIES } from '../model/diagnosis.ts'
import type { WebhookEvent } from '../model/webhook.ts'
import { addDelivery } from '../store/deliveries.ts'
import { hostIdOf, newId } from '../store/ids.ts'
import { toIncidentItem } from '../store/incident-rows.ts'
import type { Store } from '../store/open.ts'
import { doneOutbox, type OutboxItem, takeOutbox } from '../store/outbox.ts'
import { fromJson, toTime } from '../store/packed.ts'
import type { IncidentRow, WebhookRow } from '../store/schema.ts'
import type { Sql } from '../store/sql.ts'
import { filtersOf, formatOf, listActive, passes } from '../store/webhooks.ts'
import { NOTICES } from '../web/notices.ts'

/** Changes that are written down for receivers in one transaction: others want to write, too. */
const CHANGES_MAX = 100

export type FanOut = {
  /** Address that links carry. */
  readonly origin: string
  readonly nowMs: number
  /** Changes of incidents that nobody has seen for longer are told to nobody. */
  readonly ageMaxMs: number
}

/**
 * Writes down for each webhook what became of incidents, and takes those changes out of the
 * outbox: in one transaction, so that none is lost or told twice. Answers how many it took.
 */
export async function fanOut(store: Store, settings: FanOut): Promise<number> {
  const waiting = await takeOutbox(store.read, 1)
  if (waiting.length === 0) return 0
  return store.write(async (tx) => {
    const changes = await takeOutbox(tx, CHANGES_MAX)
    const webhooks = await listActive(tx)
    for (const change of changes) {
      if (webhooks.length > 0) await tellAll(tx, webhooks, change, settings)
    }
    await doneOutbox(
      tx,
      changes.map(({ no }) => no),
    )
    return changes.length
  })
}

async function tellAll(
  tx: Sql,
  webhooks: readonly WebhookRow[],
  change: OutboxItem,
  settings: FanOut,
): Promise<void> {
  const incident = await tx.get<IncidentRow>(
    'SELECT * FROM incidents WHERE host_id = ? AND id = ?',
    hostIdOf(change.incidentId) ?? 0,
    change.incidentId,
  )
  if (!incident) return
  const severityRank = await worstRank(tx, incident)
  const labels = fromJson<Record<string, string>>(incident.labels)
  const event: WebhookEvent = `incident.${change.what}`
  const isOld = settings.nowMs - Math.max(change.atMs, incident.last_seen) > settings.ageMaxMs
  for (const webhook of webhooks) {
    const isWanted =
      fromJson<readonly string[]>(webhook.events).includes(event) &&
      passes(filtersOf(webhook), { severityRank, signature: incident.signature, labels })
    if (!isWanted) continue
    if (isOld) await skip(tx, webhook)
    else await tell(tx, { webhook, incident, change, event, settings })
  }
}

/** As bad as it ever was: whoever heard of an incident hears, too, that it ended as a note. */
async function worstRank(tx: Sql, incident: IncidentRow): Promise<number> {
  const rows = await tx.all<{ severity: string }>(
    'SELECT DISTINCT severity FROM incident_snapshots WHERE host_id = ? AND incident_no = ?',
    incident.host_id,
    incident.incident_no,
  )
  const ranks = SEVERITIES.flatMap((name, rank) =>
    rows.some(({ severity }) => severity === name) ? [rank] : [],
  )
  return Math.min(incident.severity_rank, ...ranks)
}

async function skip(tx: Sql, { webhook_id: id }: WebhookRow): Promise<void> {
  await tx.run('UPDATE webhooks SET skipped = skipped + 1 WHERE webhook_id = ?', id)
}

type Telling = {
  readonly webhook: WebhookRow
  readonly incident: IncidentRow
  readonly change: OutboxItem
  readonly event: WebhookEvent
  readonly settings: FanOut
}

async function tell(
  tx: Sql,
  { webhook, incident, change, event, settings }: Telling,
): Promise<void> {
  const { origin, nowMs } = settings
  const id = newId(nowMs)
  const item = toIncidentItem(incident)
  const notice = {
    delivery: id,
    event,
    at: toTime(change.atMs),
    who: change.who,
    why: change.why,
    snapshot: change.snapshotId,
    incident: { ...item, url: origin + item.url },
    origin,
  }
  await addDelivery(tx, {
    id,
    webhookId: webhook.webhook_id,
    cause: `outbox:${change.no}`,
    event,
    incidentId: incident.id,
    body: JSON.stringify(NOTICES[formatOf(webhook)](notice, webhook.routing_key ?? '')),
    atMs: nowMs,
  })
}
