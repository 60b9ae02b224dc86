import { z } from 'zod'
import { countIncidents } from '../../store/counts.ts'
import { route } from '../route.ts'
import { list } from '../schemas.ts'
import { CountsQuery } from '../schemas-query.ts'
import { CountRow } from '../schemas-stored.ts'

export const getCounts = route({
  method: 'get',
  path: '/counts',
  summary: 'How many incidents, hosts and tasks, by any keys',
  limited: 'filter',
  input: CountsQuery,
  output: z.object({ rows: list(CountRow) }),
  problems: ['request-invalid'],
  async handle({ by, interval = null, ...filter }, { store }) {
    return { rows: await countIncidents(store, { by, filter, interval }) }
  },
})
