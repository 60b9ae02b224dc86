import { randomUUID } from 'node:crypto'
import type { Delivery } from '../model/webhook.ts'
import { addDelivery, findDelivery, nextDelivery, recordAttempt } from '../store/deliveries.ts'
import { newId } from '../store/ids.ts'
import type { Store } from '../store/open.ts'
import { toTime } from '../store/packed.ts'
import type { DeliveryRow, WebhookRow } from '../store/schema.ts'
import { formatOf, listActive, webhookRow } from '../store/webhooks.ts'
import { NOTICES } from '../web/notices.ts'
import type { AddressRules } from './addresses.ts'
import { fanOut } from './fan-out.ts'
import { type Outcome, post } from './post.ts'
import { GIVE_UP_MS, verdictOn } from './retry.ts'
import { signatureOf } from './sign.ts'

export type NotifierSettings = {
  readonly store: Store
  readonly rules: AddressRules
  /** Address that links in messages carry; asked each time, as a port may not be known at first. */
  readonly origin: () => string
  /** Changes of incidents that nobody has seen for longer are told to nobody. */
  readonly ageMaxMs: number
  readonly timeoutMs?: number
  /** How often the outbox is looked into. */
  readonly everyMs?: number
  readonly now?: () => number
  readonly random?: () => number
  /** Told of what is our own fault; the work goes on at the next turn. */
  readonly whenFailed: (error: unknown) => void
}

const TIMEOUT_MS = 10_000
const EVERY_MS = 1000

/**
 * Tells receivers what became of incidents. Each webhook has its messages sent one at a time, in
 * their order; webhooks do not wait for one another, and ingest waits for none. What is sent is in
 * the store until it is answered: a crash in between sends it again, with the same id.
 */
export class Notifier {
  readonly #settings: NotifierSettings
  /** Webhooks that something is being sent to. */
  readonly #busy = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | null = null
  #turning: Promise<void> | null = null

  constructor(settings: NotifierSettings) {
    this.#settings = settings
  }

  start(): void {
    const every = this.#settings.everyMs ?? EVERY_MS
    this.#timer = setInterval(() => this.#wake(), every)
    this.#wake()
  }

  /** What an address is held to, before a webhook is made of it. */
  get rules(): AddressRules {
    return this.#settings.rules
  }

  /** Takes no more; what is being sent is cut off, and sent again after the next start. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#stop.abort()
    await this.#turning
    await Promise.all(this.#busy.values())
  }

  /**
   * Sends a test past all that waits, once, and answers what came of it.
   * @throws {Problem} webhook-unknown
   */
  async test(webhookId: string, who: string): Promise<Delivery> {
    const { store, origin } = this.#settings
    const webhook = await webhookRow(store.read, webhookId)
    const id = newId(this.#now())
    const notice = {
      delivery: id,
      event: 'test',
      at: toTime(this.#now()),
      who,
      why: null,
      snapshot: null,
      incident: null,
      origin: origin(),
    } as const
    const body = JSON.stringify(NOTICES[formatOf(webhook)](notice, webhook.routing_key ?? ''))
    const sent = { delivery_id: id, event: 'test', body }
    const outcome = await this.#send(webhook, sent)
    const atMs = this.#now()
    await store.write(async (tx) => {
      const row = { id, webhookId, cause: `test:${randomUUID()}`, event: 'test', body } as const
      await addDelivery(tx, { ...row, incidentId: null, atMs })
      const made = await tx.get<DeliveryRow>('SELECT * FROM deliveries WHERE delivery_id = ?', id)
      const status = outcome.error === null ? 'delivered' : 'failed'
      if (made) {
        await recordAttempt(tx, made, { ...outcome, status, dueAtMs: 0, atMs, disables: null })
      }
    })
    return findDelivery(store, id)
  }

  #now(): number {
    return (this.#settings.now ?? Date.now)()
  }

  #wake(): void {
    this.#turning ??= this.#turn()
      .catch((error: unknown) => this.#settings.whenFailed(error))
      .finally(() => {
        this.#turning = null
      })
  }

  async #turn(): Promise<void> {
    const { store, ageMaxMs, origin } = this.#settings
    while (!this.#stop.signal.aborted) {
      const taken = await fanOut(store, { origin: origin(), nowMs: this.#now(), ageMaxMs })
      if (taken === 0) break
    }
    for (const { webhook_id: id } of await listActive(store.read)) {
      if (this.#busy.has(id) || this.#stop.signal.aborted) continue
      const work = this.#deliver(id)
        .catch((error: unknown) => this.#settings.whenFailed(error))
        .finally(() => this.#busy.delete(id))
      this.#busy.set(id, work)
    }
  }

  /** Sends what is due of one webhook, until something must wait. */
  async #deliver(webhookId: string): Promise<void> {
    const { store } = this.#settings
    while (!this.#stop.signal.aborted) {
      const row = await nextDelivery(store.read, webhookId)
      if (!row || row.due_at > this.#now()) return
      const webhook = await webhookRow(store.read, webhookId)
      if (webhook.state !== 'active') return
      const isLate = this.#now() - row.made_at > GIVE_UP_MS
      const outcome = isLate ? TOO_LATE : await this.#send(webhook, row)
      if (this.#stop.signal.aborted) return
      await this.#record(row, outcome)
    }
  }

  async #record(row: DeliveryRow, outcome: Outcome): Promise<void> {
    const { store, random = Math.random } = this.#settings
    const atMs = this.#now()
    const { attempts, made_at: madeAt } = row
    const asked = { attempts, ageMs: atMs - madeAt, random: random() }
    const { status, waitMs, disables } = verdictOn(outcome, asked)
    await store.write((tx) =>
      recordAttempt(tx, row, { ...outcome, status, dueAtMs: atMs + waitMs, atMs, disables }),
    )
  }

  #send(
    webhook: WebhookRow,
    { delivery_id: id, event, body }: Pick<DeliveryRow, 'delivery_id' | 'event' | 'body'>,
  ): Promise<Outcome> {
    const { rules, timeoutMs = TIMEOUT_MS } = this.#settings
    const headers = {
      'hangar-event': event,
      'hangar-delivery': id,
      'hangar-signature': signatureOf(webhook.secret, body, this.#now()),
    }
    return post({ url: webhook.url, headers, body }, { ...rules, timeoutMs }, this.#stop.signal)
  }
}

/** Of a message that waited behind others for too long. */
const TOO_LATE: Outcome = {
  answer: null,
  error: 'waited too long to be of use',
  excerpt: null,
  retryAfterMs: null,
}
