import type { Page } from '../../model/incident.ts'
import type { OpenAndAll, Ticket, TicketItem } from '../../model/ticket.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { incidentBox } from '../parts/incident-list.ts'
import { linkOut } from '../parts/links.ts'
import { figureList, foundCount, hostLink, hostText, timeMark } from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded, incidentPath, problemPath, signaturePath, ticketPath } from '../parts/paths.ts'
import { panel } from '../parts/prose.ts'
import { type Column, dataTable } from '../parts/table.ts'
import { clipped, grouped, plural } from '../parts/words.ts'

export type TicketsView = { readonly page: Page<TicketItem>; readonly cursor: string | null }

/** Every ticket that a link names, the last linked first. */
export function ticketsPage(context: PageContext, { page, cursor }: TicketsView): string {
  const { items, next, total } = page
  const shown = items.length
  return layout(context, {
    title: 'Tickets',
    description: `${plural(total, 'ticket')}, and how many incidents stand behind each`,
    section: '/tickets',
    body: html`<header class="list-head"><h1>${plural(total, 'ticket')}</h1></header>
${shown === 0 ? NONE : ticketTable(items, context.now)}
${pager({ address: '/tickets', cursor, next, shown, total }, 'ticket')}`,
  })
}

const NONE = html`<p class="empty panel">No ticket yet. Open an <a href="/incidents">incident</a> and link one:
Jira, GitHub, GitLab, ServiceNow, Bugzilla, Linear, or any page. It then has a page here that counts what stands behind it, as it is now.</p>`

function ticketTable(items: readonly TicketItem[], now: string): Html {
  const columns: readonly Column<TicketItem>[] = [
    { head: 'Ticket', cell: ({ key }) => ticketLink(key) },
    { head: 'Open', isNumber: true, cell: ({ open }) => foundCount(open) },
    { head: 'On hosts', isNumber: true, cell: ({ openHosts }) => grouped(openHosts) },
    { head: 'Incidents', isNumber: true, cell: ({ incidents }) => grouped(incidents) },
    { head: 'Hosts', isNumber: true, cell: ({ hosts }) => grouped(hosts) },
    { head: 'Links', isNumber: true, cell: ({ links }) => grouped(links) },
    { head: 'Linked', cell: ({ linkedAt }) => timeMark(linkedAt, now) },
  ]
  return html`<div class="panel flush">${dataTable({ caption: 'Tickets', columns, items })}</div>`
}

function ticketLink(key: string): Html {
  return html`<a class="link-key" href="${ticketPath(key)}"><bdi>${clipped(key, 120)}</bdi></a>`
}

export type TicketView = { readonly ticket: Ticket; readonly cursor: string | null }

/** What stands behind one ticket, now. */
export function ticketPage(context: PageContext, { ticket, cursor }: TicketView): string {
  const { key, counts, incidents } = ticket
  const filter = `/incidents?ticket=${encoded(key)}`
  return layout(context, {
    title: key,
    description: `${saying(counts)}. ${plural(counts.incidents, 'incident')} in all.`,
    section: '/tickets',
    preview: { path: ticketPath(key), image: null },
    body: html`${crumbs('/tickets', 'Tickets')}
<header class="list-head"><h1><bdi>${clipped(key, 200)}</bdi></h1></header>
<p class="lead">${saying(counts)}.</p>
${figures(context, ticket)}
<div class="ticket-parts">
${panel('by-signature', 'By signature', shareTable(ticket.bySignature, signatureName))}
${panel(
  'by-kernel',
  'By kernel',
  shareTable(ticket.byKernel, ({ name }) => hostText(name)),
)}
${panel('hosts', 'Hosts', hostTable(ticket, context.now))}
${panel('links', plural(ticket.linksTotal, 'link'), linkList(ticket))}
</div>
<h2 class="list-title">Incidents</h2>
${incidents.items.length === 0 ? html`<p class="empty panel">No incident stands behind it now.</p>` : incidentBox(incidents.items, context.now)}
${pager({ address: ticketPath(key), cursor, next: incidents.next, shown: incidents.items.length, total: incidents.total }, 'incident')}
<p><a href="${filter}">All of them, to filter and sort</a></p>`,
  })
}

/** What is said of it in one sentence. */
function saying({ open, openHosts, incidents }: OpenAndAll): string {
  if (incidents === 0) return 'No incident stands behind it'
  return open === 0
    ? 'Nothing behind it is open now'
    : `${plural(open, 'incident')} open now on ${plural(openHosts, 'host')}`
}

function figures({ now }: PageContext, { counts }: Ticket): Html {
  return figureList([
    { name: 'Open now', value: grouped(counts.open), isWrong: counts.open > 0 },
    { name: 'Hosts now', value: grouped(counts.openHosts) },
    { name: 'Incidents in all', value: grouped(counts.incidents) },
    { name: 'Hosts in all', value: grouped(counts.hosts) },
    { name: 'First seen', value: timeMark(counts.firstSeen, now, 'never') },
    { name: 'Last seen', value: timeMark(counts.lastSeen, now, 'never') },
  ])
}

type Share = Ticket['bySignature'][number]

function shareTable(items: readonly Share[], nameOf: (share: Share) => Html): Html {
  if (items.length === 0) return NOTHING
  const columns: readonly Column<Share>[] = [
    { head: 'Name', cell: nameOf },
    { head: 'Open', isNumber: true, cell: ({ open }) => foundCount(open) },
    { head: 'Hosts', isNumber: true, cell: ({ hosts }) => grouped(hosts) },
    { head: 'In all', isNumber: true, cell: ({ incidents }) => grouped(incidents) },
  ]
  return dataTable({ caption: null, columns, items: items.slice(0, SHARES_SHOWN) })
}

const SHARES_SHOWN = 12
const NOTHING = html`<p class="quiet">None.</p>`

function signatureName({ name }: Share): Html {
  return name === null ? hostText(null) : html`<a href="${signaturePath(name)}">${name}</a>`
}

function hostTable({ hosts, counts }: Ticket, now: string): Html {
  if (hosts.length === 0) return NOTHING
  const columns: readonly Column<Ticket['hosts'][number]>[] = [
    { head: 'Host', cell: ({ name }) => hostLink(name) },
    { head: 'Open', isNumber: true, cell: ({ open }) => foundCount(open) },
    { head: 'Last seen', cell: ({ lastSeen }) => timeMark(lastSeen, now) },
  ]
  const left = counts.hosts - Math.min(hosts.length, SHARES_SHOWN)
  return html`${dataTable({ caption: null, columns, items: hosts.slice(0, SHARES_SHOWN) })}
${left > 0 ? html`<p class="quiet">and ${plural(left, 'host')} more</p>` : null}`
}

const LINKS_SHOWN = 20

function linkList({ key, links, linksTotal }: Ticket): Html {
  const items = links.slice(0, LINKS_SHOWN).map((link) => targetItem(key, link))
  const left = linksTotal - items.length
  return html`<ul class="links">${items}</ul>
${left > 0 ? html`<p class="quiet">and ${plural(left, 'link')} more, in the JSON</p>` : null}`
}

type TicketLink = Ticket['links'][number]

const TARGETS: {
  readonly [From in TicketLink['from']]: (on: string) => { says: string; path: string }
} = {
  incident: (on) => ({ says: 'an incident', path: incidentPath(on) }),
  signature: (on) => ({ says: `signature ${on}`, path: signaturePath(on) }),
  problem: (on) => ({ says: `shape ${on}`, path: problemPath(on) }),
}

function targetItem(key: string, { id, url, title, from, on }: TicketLink): Html {
  const { says, path } = TARGETS[from](on)
  const words = title === null ? null : html`<p class="link-title">${clipped(title, 200)}</p>`
  return html`
<li><div class="link-main">${linkOut(url, html`${clipped(url.replace(/^https?:\/\//, ''), 60)}`)}
<span class="quiet">on</span> <a href="${path}">${clipped(says, 80)}</a>${words}</div>
<form method="post" action="${ticketPath(key)}/links/${id}/remove"><button class="quiet-button" aria-label="Remove the link from ${clipped(says, 80)}">Remove</button></form></li>`
}
