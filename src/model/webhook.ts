import type { Severity } from './diagnosis.ts'

/** What others can be told of. */
export const WEBHOOK_EVENTS = ['incident.opened', 'incident.reopened', 'incident.resolved'] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** How it is said: as the API says it, for Slack's incoming webhooks, for PagerDuty's Events API v2. */
export const WEBHOOK_FORMATS = ['hangar', 'slack', 'pagerduty'] as const
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number]

/** `disabled` by what a receiver answered; whoever resumes it says that it is well again. */
export const WEBHOOK_STATES = ['active', 'paused', 'disabled'] as const
export type WebhookState = (typeof WEBHOOK_STATES)[number]

/** Which incidents; every part must hold. */
export type WebhookFilters = {
  /** At least so severe. */
  readonly severity: Severity
  /** Ids; empty: any. */
  readonly signatures: readonly string[]
  /** Labels that the host must have. */
  readonly labels: Readonly<Record<string, string>>
}

export type Webhook = {
  readonly id: string
  readonly name: string
  /** Where it is sent to. */
  readonly url: string
  readonly format: WebhookFormat
  readonly events: readonly WebhookEvent[]
  readonly filters: WebhookFilters
  readonly state: WebhookState
  /** Why it is disabled; null where it is not. */
  readonly why: string | null
  /** RFC 3339 UTC. */
  readonly createdAt: string
  readonly createdBy: string
  readonly waiting: number
  readonly delivered: number
  readonly failed: number
  /** Events that were too old to tell anybody when they came. */
  readonly skipped: number
}

export const DELIVERY_STATUSES = ['waiting', 'delivered', 'failed'] as const

/** One thing to tell one receiver, and what came of it. */
export type Delivery = {
  /** The same in every attempt: what a receiver knows a repetition by. */
  readonly id: string
  readonly event: WebhookEvent | 'test'
  /** Null for a test. */
  readonly incident: string | null
  readonly status: (typeof DELIVERY_STATUSES)[number]
  readonly attempts: number
  readonly madeAt: string
  /** When it is tried next; null once it is delivered or given up. */
  readonly dueAt: string | null
  readonly endedAt: string | null
  /** HTTP status of the last answer; null where there was none. */
  readonly answer: number | null
  readonly error: string | null
  /** Beginning of the last answer. */
  readonly excerpt: string | null
  readonly body: string
}
