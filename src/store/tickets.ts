import { sql } from 'kysely'
import type { CountKey, CountRow, Page } from '../model/incident.ts'
import { foldedKey } from '../model/link.ts'
import { Problem } from '../model/problem.ts'
import type { IncidentFilter } from '../model/query.ts'
import type { OpenAndAll, Ticket, TicketItem, TicketShare } from '../model/ticket.ts'
import { countShape } from './alike.ts'
import { countIncidents } from './counts.ts'
import { listIncidents } from './incident-list.ts'
import { toLink } from './links.ts'
import type { Store } from './open.ts'
import { toTime } from './packed.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import type { LinkRow } from './schema.ts'
import { behind } from './ticket-filter.ts'

type PageAsked = { readonly limit: number; readonly cursor?: string | undefined }

/** Rows that a ticket shows of its links and its hosts. */
const LINKS_SHOWN = 200
const HOSTS_SHOWN = 100

/**
 * What stands behind a ticket, through the links of incidents, signatures and problems.
 * @throws {Problem} ticket-unknown when no link has the key
 */
export async function findTicket(store: Store, key: string, asked: PageAsked): Promise<Ticket> {
  const ticket = foldedKey(key)
  const links = await store.read.all<LinkRow>(
    'SELECT * FROM links WHERE ticket = ? ORDER BY target_kind DESC, target, link_no LIMIT ?',
    ticket,
    LINKS_SHOWN,
  )
  const [first] = links
  if (!first) throw new Problem('ticket-unknown', { key: key.slice(0, 200) })
  const { limit, cursor } = asked
  const page = { limit, ...(cursor === undefined ? {} : { cursor }) }
  return {
    key: first.key,
    url: ticketPath(first.key),
    counts: await countsOf(store, ticket),
    bySignature: await sharesOf(store, ticket, 'signature'),
    byKernel: await sharesOf(store, ticket, 'kernel'),
    hosts: await hostsOf(store, ticket),
    links: links.map((row) => ({ ...toLink(row), on: row.target })),
    linksTotal: await linksTotal(store, ticket),
    incidents: await listIncidents(store, { ticket: [ticket], ...page }),
  }
}

/** True while some link has the key. */
export async function hasTicket(store: Store, key: string): Promise<boolean> {
  const row = await store.read.get('SELECT 1 FROM tickets WHERE ticket = ?', foldedKey(key))
  return row !== null
}

/** Tickets, the last linked first, a page at a time. */
export async function listTickets(store: Store, asked: PageAsked): Promise<Page<TicketItem>> {
  const limit = limitOf(asked.limit)
  const [at, after] = fromCursor(['tickets'], asked.cursor, 2) ?? [Number.MAX_SAFE_INTEGER, '']
  const rows = await store.read.all<TicketRow>(
    `SELECT ticket, links, linked_at FROM tickets WHERE (linked_at, ticket) < (?, ?)
     ORDER BY linked_at DESC, ticket DESC LIMIT ?`,
    at ?? 0,
    after ?? '',
    limit + 1,
  )
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  const total = await store.read.get<{ n: number }>('SELECT count(*) AS n FROM tickets')
  const items: TicketItem[] = []
  for (const row of shown) items.push(await toItem(store, row))
  return {
    items,
    next: last ? toCursor(['tickets'], [last.linked_at, last.ticket]) : null,
    total: total?.n ?? 0,
  }
}

type TicketRow = { readonly ticket: string; readonly links: number; readonly linked_at: number }

async function toItem(store: Store, row: TicketRow): Promise<TicketItem> {
  const shown = await store.read.get<{ key: string }>(
    'SELECT key FROM links WHERE ticket = ? ORDER BY target_kind DESC, target, link_no LIMIT 1',
    row.ticket,
  )
  const key = shown?.key ?? row.ticket
  const shape = await onlyShape(store, row.ticket)
  const { incidents, open, hosts, openHosts } =
    shape === null ? await countsOf(store, row.ticket) : await countShape(store, shape)
  const figures = { incidents, open, hosts, openHosts }
  return {
    key,
    url: ticketPath(key),
    links: row.links,
    linkedAt: toTime(row.linked_at),
    ...figures,
  }
}

/** The one shape that a ticket hangs on; null where it hangs on anything else: that has no roll-up. */
async function onlyShape(store: Store, ticket: string): Promise<string | null> {
  const targets = await store.read.all<Pick<LinkRow, 'target_kind' | 'target'>>(
    'SELECT DISTINCT target_kind, target FROM links WHERE ticket = ? LIMIT 2',
    ticket,
  )
  const [first] = targets
  return targets.length === 1 && first?.target_kind === 'problem' ? first.target : null
}

function ticketPath(key: string): string {
  return `/tickets/${encodeURIComponent(key)}`
}

async function linksTotal(store: Store, ticket: string): Promise<number> {
  const row = await store.read.get<{ links: number }>(
    'SELECT links FROM tickets WHERE ticket = ?',
    ticket,
  )
  return row?.links ?? 0
}

/** What still asks for somebody. */
const PRESSING = {
  state: ['!resolved'],
  severity: ['!info'],
  muted: false,
} as const satisfies IncidentFilter

async function countsOf(store: Store, ticket: string): Promise<Ticket['counts']> {
  const [all] = await countIncidents(store, {
    by: [],
    filter: { ticket: [ticket] },
    interval: null,
  })
  const [open] = await countIncidents(store, {
    by: [],
    filter: { ticket: [ticket], ...PRESSING },
    interval: null,
  })
  return {
    ...openAndAll(all, open),
    tasks: all?.tasks ?? 0,
    firstSeen: all?.firstSeen ?? null,
    lastSeen: all?.lastSeen ?? null,
  }
}

function openAndAll(all: CountRow | undefined, open: CountRow | undefined): OpenAndAll {
  return {
    incidents: all?.incidents ?? 0,
    open: open?.incidents ?? 0,
    hosts: all?.hosts ?? 0,
    openHosts: open?.hosts ?? 0,
  }
}

/** By one key, most open first. */
async function sharesOf(
  store: Store,
  ticket: string,
  key: CountKey & ('signature' | 'kernel'),
): Promise<readonly TicketShare[]> {
  const filter = { ticket: [ticket] }
  const all = await countIncidents(store, { by: [key], filter, interval: null })
  const open = await countIncidents(store, {
    by: [key],
    filter: { ...filter, ...PRESSING },
    interval: null,
  })
  return all
    .map((row) => ({
      name: row[key] === null ? null : String(row[key]),
      ...openAndAll(
        row,
        open.find((other) => other[key] === row[key]),
      ),
      firstSeen: row.firstSeen,
      lastSeen: row.lastSeen,
    }))
    .sort((left, right) => right.open - left.open || right.incidents - left.incidents)
}

async function hostsOf(store: Store, ticket: string): Promise<Ticket['hosts']> {
  const { rows } = await sql<{
    name: string
    incidents: number
    open: number
    first_seen: number
    last_seen: number
  }>`SELECT h.name, count(*) AS incidents, min(i.first_seen) AS first_seen, max(i.last_seen) AS last_seen,
       sum(i.state <> 'resolved' AND i.severity <> 'info' AND i.muted = 0) AS open
     FROM (SELECT DISTINCT incident_no FROM (${behind([ticket])})) AS b
     CROSS JOIN incidents i ON i.incident_no = b.incident_no CROSS JOIN hosts h ON h.host_id = i.host_id
     GROUP BY i.host_id ORDER BY open DESC, incidents DESC, i.host_id LIMIT ${HOSTS_SHOWN}`.execute(
    store.db,
  )
  return rows.map(({ name, incidents, open, first_seen, last_seen }) => ({
    name,
    incidents,
    open,
    firstSeen: toTime(first_seen),
    lastSeen: toTime(last_seen),
  }))
}
