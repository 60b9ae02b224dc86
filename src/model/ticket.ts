import type { IncidentItem, Page } from './incident.ts'
import type { Link } from './link.ts'

/** How many there are, and how many of them still ask for somebody: not resolved, not muted, and more than a note. */
export type OpenAndAll = {
  readonly incidents: number
  readonly open: number
  readonly hosts: number
  readonly openHosts: number
}

/** A ticket as lists show it: a key that links have. */
export type TicketItem = OpenAndAll & {
  readonly key: string
  /** Permanent address of its page. */
  readonly url: string
  readonly links: number
  /** When the last link was made; RFC 3339 UTC. */
  readonly linkedAt: string
}

/** Figures of one value: a signature, a kernel or a host. */
export type TicketShare = OpenAndAll & {
  /** Null where it is not known. */
  readonly name: string | null
  readonly firstSeen: string
  readonly lastSeen: string
}

/** What stands behind a ticket now, through the links of incidents, signatures and problems. */
export type Ticket = {
  readonly key: string
  readonly url: string
  readonly counts: OpenAndAll & {
    readonly tasks: number
    /** Null while no incident stands behind it. */
    readonly firstSeen: string | null
    readonly lastSeen: string | null
  }
  readonly bySignature: readonly TicketShare[]
  readonly byKernel: readonly TicketShare[]
  /** Those with most open incidents, at most 100. */
  readonly hosts: readonly Omit<TicketShare, 'hosts' | 'openHosts'>[]
  /** At most 200, with the id of what each hangs on. */
  readonly links: readonly (Link & { readonly on: string })[]
  readonly linksTotal: number
  /** Last seen first. */
  readonly incidents: Page<IncidentItem>
}
