import { z } from 'zod'
import { listHosts } from '../../store/hosts.ts'
import { route } from '../route.ts'
import { paging } from '../schemas-query.ts'
import { HostItem, pageOf } from '../schemas-stored.ts'

export const getHosts = route({
  method: 'get',
  path: '/hosts',
  summary: 'Hosts that have sent a bundle',
  limited: 'handler',
  input: z.strictObject({
    q: z.string().min(1).max(255).meta({ description: 'Part of the name' }).exactOptional(),
    sort: z
      .enum(['lastSeen', 'open'])
      .meta({ description: '`open`: the most open incidents first; else the last seen first' })
      .exactOptional(),
    ...paging,
  }),
  output: pageOf(HostItem),
  problems: ['request-invalid', 'cursor-invalid'],
  handle: (input, { store }, { labels }) => listHosts(store, { ...input, labels }),
})
