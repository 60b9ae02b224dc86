import { z } from 'zod'
import { findTicket } from '../../store/tickets.ts'
import { located, route } from '../route.ts'
import { paging } from '../schemas-query.ts'
import { Ticket } from '../schemas-tickets.ts'

export const getTicket = route({
  method: 'get',
  path: '/tickets/:key',
  summary: 'The incidents, hosts and live counts behind a ticket',
  input: z.strictObject({ key: z.string().min(1).max(1000), ...paging }),
  output: Ticket,
  problems: ['request-invalid', 'cursor-invalid', 'ticket-unknown'],
  async handle({ key, ...asked }, { store }, { origin }) {
    const ticket = located(await findTicket(store, key, asked), origin)
    const items = ticket.incidents.items.map((item) => located(item, origin))
    return { ...ticket, incidents: { ...ticket.incidents, items } }
  },
})
