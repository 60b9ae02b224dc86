import { z } from 'zod'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Delivery } from '../schemas-webhooks.ts'

export const postWebhookTest = route({
  method: 'post',
  path: '/webhooks/:id/test',
  summary: 'Sends a test at once, and answers what came of it',
  needs: 'admin',
  input: z.strictObject({ id }),
  output: Delivery,
  problems: ['webhook-unknown'],
  async handle({ id }, { notifier }, { who }) {
    return notifier.test(id, who)
  },
})
