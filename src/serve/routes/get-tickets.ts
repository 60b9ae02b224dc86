import { z } from 'zod'
import { listTickets } from '../../store/tickets.ts'
import { located, route } from '../route.ts'
import { paging } from '../schemas-query.ts'
import { pageOf } from '../schemas-stored.ts'
import { TicketItem } from '../schemas-tickets.ts'

export const getTickets = route({
  method: 'get',
  path: '/tickets',
  summary: 'Tickets that links name, the last linked first',
  input: z.strictObject(paging),
  output: pageOf(TicketItem),
  problems: ['request-invalid', 'cursor-invalid'],
  async handle(asked, { store }, { origin }) {
    const page = await listTickets(store, asked)
    return { ...page, items: page.items.map((item) => located(item, origin)) }
  },
})
