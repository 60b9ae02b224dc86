import { z } from 'zod'
import { listWebhooks } from '../../store/webhooks.ts'
import { route } from '../route.ts'
import { list } from '../schemas.ts'
import { Webhook } from '../schemas-webhooks.ts'

export const getWebhooks = route({
  method: 'get',
  path: '/webhooks',
  summary: 'Who is told of incidents',
  needs: 'admin',
  input: z.strictObject({}),
  output: z.object({ items: list(Webhook) }),
  problems: [],
  async handle(_input, { store }) {
    return { items: await listWebhooks(store) }
  },
})
