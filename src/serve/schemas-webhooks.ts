import { z } from 'zod'
import { SEVERITIES } from '../model/diagnosis.ts'
import { isPlain, linkAddress } from '../model/link.ts'
import * as model from '../model/webhook.ts'
import { exactly } from './exactly.ts'
import { instant, list, text, wholeNumber } from './schemas.ts'
import { url } from './schemas-stored.ts'

// Webhooks: what may be sent, and what the API answers.

const filterFields = {
  severity: z.enum(SEVERITIES).meta({ description: 'At least so severe' }),
  signatures: list(text).meta({ description: 'Ids of signatures; none: any' }),
  labels: z.record(z.string(), z.string()).readonly().meta({ description: 'That the host has' }),
}

const webhookFields = {
  id: text,
  name: text,
  url: url.meta({ description: 'Where it is sent to' }),
  format: z.enum(model.WEBHOOK_FORMATS),
  events: list(z.enum(model.WEBHOOK_EVENTS)),
  filters: z.object(filterFields).readonly(),
  state: z
    .enum(model.WEBHOOK_STATES)
    .meta({ description: '`disabled` by a receiver that answered 410' }),
  why: text.nullable().meta({ description: 'Why it is disabled' }),
  createdAt: instant,
  createdBy: text,
  waiting: wholeNumber,
  delivered: wholeNumber,
  failed: wholeNumber,
  skipped: wholeNumber.meta({ description: 'Events too old to tell anybody when they came' }),
}

export const Webhook = exactly<model.Webhook>()(
  z
    .object(webhookFields)
    .readonly()
    .meta({ id: 'Webhook', description: 'Who is told of incidents, and how' }),
)

export const NewWebhookAnswer = z
  .object({
    ...webhookFields,
    secret: text.meta({ description: 'What messages are signed by; shown this once' }),
  })
  .readonly()
  .meta({ id: 'NewWebhook', description: 'A webhook as it was made' })

export const Delivery = exactly<model.Delivery>()(
  z
    .object({
      id: text.meta({ description: 'The same in every attempt' }),
      event: z.enum([...model.WEBHOOK_EVENTS, 'test']),
      incident: text.nullable(),
      status: z.enum(model.DELIVERY_STATUSES),
      attempts: wholeNumber,
      madeAt: instant,
      dueAt: instant.nullable(),
      endedAt: instant.nullable(),
      answer: wholeNumber.nullable().meta({ description: 'HTTP status of the last answer' }),
      error: text.nullable(),
      excerpt: text.nullable().meta({ description: 'Beginning of the last answer' }),
      body: text.meta({ description: 'What is sent' }),
    })
    .readonly()
    .meta({ id: 'Delivery', description: 'One thing to tell one receiver' }),
)

const NAME_CHARS_MAX = 100
const SECRET_CHARS = { least: 16, most: 200 } as const

const seen = (charsMax: number) =>
  z.string().trim().min(1).max(charsMax).refine(isPlain, 'holds characters that are not seen')

const receiverAddress = z
  .string()
  .transform((given, context) => {
    const address = linkAddress(given)
    if (address !== null) return address
    context.addIssue('expected an http or https address, without user name or password')
    return z.NEVER
  })
  .meta({ override: { type: 'string', format: 'uri' } })

const few = <Item extends z.ZodType>(item: Item) => z.array(item).max(100)

/** What a webhook is made of. */
export const newWebhook = {
  name: seen(NAME_CHARS_MAX).exactOptional(),
  url: receiverAddress
    .meta({ description: 'Where to send to; for pagerduty its own address when absent' })
    .exactOptional(),
  format: z.enum(model.WEBHOOK_FORMATS).default('hangar'),
  events: z
    .array(z.enum(model.WEBHOOK_EVENTS))
    .min(1)
    .max(model.WEBHOOK_EVENTS.length)
    .default([...model.WEBHOOK_EVENTS]),
  filters: z
    .strictObject({
      severity: filterFields.severity.default('low'),
      signatures: few(seen(200)).default([]),
      labels: z.record(z.string().min(1).max(200), z.string().max(1000)).default({}),
    })
    .prefault({}),
  routingKey: z
    .string()
    .regex(/^[\w-]{8,100}$/, 'expected an integration key of PagerDuty')
    .meta({ description: 'Integration key, for pagerduty' })
    .exactOptional(),
  secret: seen(SECRET_CHARS.most)
    .min(SECRET_CHARS.least)
    .meta({ description: 'What to sign by; made when absent' })
    .exactOptional(),
}
