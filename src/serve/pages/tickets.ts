import { z } from 'zod'
import { LINK_TARGETS } from '../../model/link.ts'
import { Problem } from '../../model/problem.ts'
import { findIncident } from '../../store/incidents.ts'
import { type Linked, removeLink } from '../../store/links.ts'
import { findTicket, hasTicket, listTickets } from '../../store/tickets.ts'
import { ticketPage, ticketsPage } from '../../web/pages/tickets.ts'
import { saveLink } from '../linked.ts'
import { checked } from '../route.ts'
import { paging } from '../schemas-query.ts'
import { newLink } from '../schemas-tickets.ts'
import type { Services } from '../services.ts'
import { type AskedPage, type FormAnswer, filled } from './asked.ts'

const PagedQuery = z.strictObject(paging)

export async function showTickets({ context, query }: AskedPage, { store }: Services) {
  const asked = checked(PagedQuery, filled(query))
  const page = await listTickets(store, asked)
  return ticketsPage(context, { page, cursor: asked.cursor ?? null })
}

export async function showTicket({ context, params, query }: AskedPage, { store }: Services) {
  const asked = checked(PagedQuery, filled(query))
  const ticket = await findTicket(store, params['key'] ?? '', asked)
  return ticketPage(context, { ticket, cursor: asked.cursor ?? null })
}

const LinkForm = z.strictObject({ ...newLink, on: z.enum(LINK_TARGETS).default('incident') })

/** Ties what the form on an incident's page says to it, to its shape or to its signature. */
export async function addIncidentLink(
  { params, who, labels }: AskedPage,
  body: unknown,
  services: Services,
): Promise<FormAnswer> {
  const id = params['id'] ?? ''
  const { on, ...link } = checked(LinkForm, filled(body))
  // A link on a shape or signature is shown to the whole fleet.
  if (labels !== null && on !== 'incident') throw new Problem('labels-limited')
  const incident = await findIncident(services.store, id, labels)
  if (!incident) throw new Problem('incident-unknown', { id: id.slice(0, 100) })
  const targets = {
    incident: { kind: 'incident', id: incident.id },
    problem: { kind: 'problem', id: incident.fingerprint },
    signature: { kind: 'signature', id: incident.signature },
  } as const satisfies Readonly<Record<typeof on, Linked>>
  await saveLink(services, targets[on], link, who)
  return { goTo: `/incidents/${encodeURIComponent(incident.id)}#links-title` }
}

/** Takes a link away, by the button beside it on the page of an incident. */
export async function removeIncidentLink(
  { params }: AskedPage,
  _body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  await removeLink(store, params['link'] ?? '')
  return { goTo: `/incidents/${encodeURIComponent(params['id'] ?? '')}#links-title` }
}

/** The same on the page of a ticket, which is gone with its last link. */
export async function removeTicketLink(
  { params }: AskedPage,
  _body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  await removeLink(store, params['link'] ?? '')
  const key = params['key'] ?? ''
  const isLeft = await hasTicket(store, key)
  return { goTo: isLeft ? `/tickets/${encodeURIComponent(key)}` : '/tickets' }
}
