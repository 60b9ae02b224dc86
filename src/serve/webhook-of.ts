import type { z } from 'zod'
import { Problem } from '../model/problem.ts'
import type { Webhook } from '../model/webhook.ts'
import { whyUrlRefused } from '../notify/addresses.ts'
import { newSecret } from '../notify/sign.ts'
import { addWebhook } from '../store/webhooks.ts'
import type { newWebhook } from './schemas-webhooks.ts'
import type { Services } from './services.ts'

const PAGERDUTY = 'https://events.pagerduty.com/v2/enqueue'

type Given = z.output<z.ZodObject<typeof newWebhook>>

/**
 * Makes a webhook of what an admin gave. Its secret is answered this once.
 * @throws {Problem} request-invalid, webhook-address-refused, webhooks-too-many
 */
export async function makeWebhook(
  { store, notifier }: Services,
  given: Given,
  who: string,
): Promise<Webhook & { readonly secret: string }> {
  const { format, routingKey = null, filters, events, secret = newSecret() } = given
  const url = given.url ?? (format === 'pagerduty' ? PAGERDUTY : null)
  if (url === null) throw new Problem('request-invalid', { detail: 'url: expected an address' })
  if ((format === 'pagerduty') !== (routingKey !== null)) {
    const detail = 'routingKey: is for the format pagerduty, and that format needs it'
    throw new Problem('request-invalid', { detail })
  }
  const why = whyUrlRefused(url, notifier.rules)
  if (why !== null) throw new Problem('webhook-address-refused', { detail: why })
  const name = given.name ?? new URL(url).host
  const atMs = Date.now()
  const made = { name, url, format, events, filters, secret, routingKey, atMs, who }
  return { ...(await addWebhook(store, made)), secret }
}
