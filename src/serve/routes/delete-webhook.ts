import { z } from 'zod'
import { removeWebhook } from '../../store/webhooks.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Webhook } from '../schemas-webhooks.ts'

export const deleteWebhook = route({
  method: 'delete',
  path: '/webhooks/:id',
  summary: 'Takes a webhook away, with its log; answers what it was',
  needs: 'admin',
  input: z.strictObject({ id }),
  output: Webhook,
  problems: ['webhook-unknown'],
  async handle({ id }, { store }) {
    return removeWebhook(store, id)
  },
})
