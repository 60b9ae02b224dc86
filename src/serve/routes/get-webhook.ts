import { z } from 'zod'
import { findWebhook } from '../../store/webhooks.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Webhook } from '../schemas-webhooks.ts'

export const getWebhook = route({
  method: 'get',
  path: '/webhooks/:id',
  summary: 'One webhook',
  needs: 'admin',
  input: z.strictObject({ id }),
  output: Webhook,
  problems: ['webhook-unknown'],
  async handle({ id }, { store }) {
    return findWebhook(store, id)
  },
})
