import { z } from 'zod'
import { setWebhookState } from '../../store/webhooks.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Webhook } from '../schemas-webhooks.ts'

export const patchWebhook = route({
  method: 'patch',
  path: '/webhooks/:id',
  summary: 'Pauses a webhook, or resumes it: what waits is then tried at once',
  needs: 'admin',
  takes: 'json',
  input: z.strictObject({ id, state: z.enum(['active', 'paused']) }),
  output: Webhook,
  problems: ['request-invalid', 'media-type-unsupported', 'body-too-large', 'webhook-unknown'],
  async handle({ id, state }, { store }) {
    return setWebhookState(store, id, state)
  },
})
