import { z } from 'zod'
import { isPlain, LINK_KEY_CHARS_MAX, LINK_URL_CHARS_MAX, linkAddress } from '../model/link.ts'
import type * as model from '../model/ticket.ts'
import { exactly } from './exactly.ts'
import { instant, list, text, wholeNumber } from './schemas.ts'
import { IncidentItem, Link, pageOf, url } from './schemas-stored.ts'

// Links and tickets: what may be sent, and what the API answers.

const TITLE_CHARS_MAX = 300

const words = (charsMax: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(charsMax)
    .refine(isPlain, 'holds characters that are not seen, or turn the direction of text')

/** What a link is made of; the address comes out in its one form. */
export const newLink = {
  url: z
    .string()
    .max(LINK_URL_CHARS_MAX)
    .transform((given, context) => {
      const address = linkAddress(given)
      if (address !== null) return address
      context.addIssue('expected an http or https address, without user name or password')
      return z.NEVER
    })
    .meta({ override: { type: 'string', format: 'uri' } }),
  key: words(LINK_KEY_CHARS_MAX)
    .meta({ description: 'What people call it; else it is read from the address' })
    .exactOptional(),
  title: words(TITLE_CHARS_MAX).exactOptional(),
}

const openAndAll = {
  incidents: wholeNumber,
  open: wholeNumber.meta({ description: 'Not resolved, not muted, and more than a note' }),
  hosts: wholeNumber,
  openHosts: wholeNumber,
}

export const TicketItem = exactly<model.TicketItem>()(
  z
    .object({ key: text, url, links: wholeNumber, linkedAt: instant, ...openAndAll })
    .readonly()
    .meta({ id: 'TicketItem', description: 'A ticket as lists show it' }),
)

const shareFields = { name: text.nullable(), firstSeen: instant, lastSeen: instant, ...openAndAll }
const TicketShare = exactly<model.TicketShare>()(
  z.object(shareFields).readonly().meta({ id: 'TicketShare', description: 'Figures of one value' }),
)
const { hosts: _hosts, openHosts: _openHosts, ...hostFields } = shareFields

export const Ticket = exactly<model.Ticket>()(
  z
    .object({
      key: text,
      url,
      counts: z
        .object({
          ...openAndAll,
          tasks: wholeNumber,
          firstSeen: instant.nullable(),
          lastSeen: instant.nullable(),
        })
        .readonly(),
      bySignature: list(TicketShare),
      byKernel: list(TicketShare),
      hosts: list(z.object(hostFields).readonly()),
      links: list(Link.unwrap().extend({ on: text }).readonly()),
      linksTotal: wholeNumber,
      incidents: pageOf(IncidentItem),
    })
    .readonly()
    .meta({ id: 'Ticket', description: 'What stands behind a ticket now' }),
)
