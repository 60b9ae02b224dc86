import { z } from 'zod'
import { listDeliveries } from '../../store/deliveries.ts'
import { route } from '../route.ts'
import { id, paging } from '../schemas-query.ts'
import { pageOf } from '../schemas-stored.ts'
import { Delivery } from '../schemas-webhooks.ts'

export const getWebhookDeliveries = route({
  method: 'get',
  path: '/webhooks/:id/deliveries',
  summary: 'What waits, and what was delivered or given up last; newest first',
  needs: 'admin',
  input: z.strictObject({ id, ...paging }),
  output: pageOf(Delivery),
  problems: ['request-invalid', 'cursor-invalid', 'webhook-unknown'],
  async handle({ id, ...asked }, { store }) {
    return listDeliveries(store, id, asked)
  },
})
