import { z } from 'zod'
import { listDeliveries } from '../../store/deliveries.ts'
import { findWebhook, listWebhooks, removeWebhook, setWebhookState } from '../../store/webhooks.ts'
import {
  newWebhookPage,
  WEBHOOKS_PATH,
  webhookPage,
  webhooksPage,
} from '../../web/pages/webhooks.ts'
import { checked } from '../route.ts'
import { paging } from '../schemas-query.ts'
import { newWebhook } from '../schemas-webhooks.ts'
import type { Services } from '../services.ts'
import { makeWebhook } from '../webhook-of.ts'
import { type AskedPage, type FormAnswer, filled } from './asked.ts'

export async function showWebhooks({ context }: AskedPage, { store }: Services): Promise<string> {
  return webhooksPage(context, await listWebhooks(store))
}

const PagedQuery = z.strictObject(paging)

export async function showWebhook({ context, params, query }: AskedPage, { store }: Services) {
  const asked = checked(PagedQuery, filled(query))
  const webhook = await findWebhook(store, params['id'] ?? '')
  const deliveries = await listDeliveries(store, webhook.id, asked)
  return webhookPage(context, { webhook, deliveries, cursor: asked.cursor ?? null })
}

const WebhookForm = z.strictObject({
  name: z.string().default(''),
  format: z.string(),
  url: z.string().default(''),
  routingKey: z.string().default(''),
  events: z.union([z.string(), z.array(z.string())]).default([]),
  severity: z.string(),
  signatures: z.string().default(''),
  labels: z.string().default(''),
})

/** Makes a webhook, and shows its secret: the only page that ever does. */
export async function makeWebhookByForm(
  { context, who }: AskedPage,
  body: unknown,
  services: Services,
): Promise<FormAnswer> {
  const { events, severity, signatures, labels, ...rest } = checked(WebhookForm, body)
  const given = checked(z.strictObject(newWebhook), {
    ...filled(rest),
    events: [events].flat(),
    filters: {
      severity,
      signatures: splitList(signatures),
      labels: Object.fromEntries(splitList(labels).map(pairOf)),
    },
  })
  const { secret, ...webhook } = await makeWebhook(services, given, who)
  return { status: 200, page: newWebhookPage(context, webhook, secret), target: webhook.id }
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function pairOf(text: string): readonly [string, string] {
  const equals = text.indexOf('=')
  return [text.slice(0, Math.max(equals, 0)).trim(), text.slice(equals + 1).trim()]
}

export async function testWebhookByForm(
  { params, who }: AskedPage,
  _body: unknown,
  { notifier }: Services,
): Promise<FormAnswer> {
  const id = params['id'] ?? ''
  await notifier.test(id, who)
  return { goTo: `${WEBHOOKS_PATH}/${encodeURIComponent(id)}` }
}

const StateForm = z.strictObject({ state: z.enum(['active', 'paused']) })

export async function setWebhookByForm(
  { params }: AskedPage,
  body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  const { id } = await setWebhookState(store, params['id'] ?? '', checked(StateForm, body).state)
  return { goTo: `${WEBHOOKS_PATH}/${encodeURIComponent(id)}` }
}

export async function removeWebhookByForm(
  { params }: AskedPage,
  _body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  await removeWebhook(store, params['id'] ?? '')
  return { goTo: WEBHOOKS_PATH }
}
