import { z } from 'zod'
import { route } from '../route.ts'
import { NewWebhookAnswer, newWebhook } from '../schemas-webhooks.ts'
import { makeWebhook } from '../webhook-of.ts'

export const postWebhooks = route({
  method: 'post',
  path: '/webhooks',
  summary: 'Has somebody told of incidents; answers the secret that messages are signed by',
  needs: 'admin',
  takes: 'json',
  status: 201,
  input: z.strictObject(newWebhook),
  output: NewWebhookAnswer,
  problems: [
    'request-invalid',
    'media-type-unsupported',
    'body-too-large',
    'webhook-address-refused',
    'webhooks-too-many',
  ],
  async handle(given, services, { who }) {
    return makeWebhook(services, given, who)
  },
})
