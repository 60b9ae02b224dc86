import type { HostItem, IncidentItem, Page, SnapshotItem } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { incidentList } from '../parts/incident-list.ts'
import { hostCode, hostText, labelTags, timeMark } from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded, hostPath } from '../parts/paths.ts'
import { snapshotTable } from '../parts/snapshot-table.ts'
import { grouped, plural } from '../parts/words.ts'

export type HostsView = {
  readonly page: Page<HostItem>
  readonly q: string
  readonly cursor: string | null
}

export function hostsPage(context: PageContext, { page, q, cursor }: HostsView): string {
  const address = q === '' ? '/hosts' : `/hosts?q=${encoded(q)}`
  return layout(context, {
    title: 'Hosts',
    description: plural(page.total, 'host'),
    section: '/hosts',
    body: html`<header class="list-head"><h1>${plural(page.total, 'host')}</h1><form class="inline" method="get" action="/hosts" aria-label="Find hosts"><label class="unseen" for="q">Host name</label><input id="q" name="q" type="search" value="${q}" placeholder="Host name" autocomplete="off" spellcheck="false" data-filter><button>Find</button></form></header>
${page.items.length === 0 ? html`<p class="empty panel">${q === '' ? 'No host yet: a host appears with its first snapshot.' : 'No host has such a name.'}</p>` : hostTable(page.items, context.now)}
${pager({ address, cursor, next: page.next, shown: page.items.length, total: page.total }, 'host')}`,
  })
}

function hostTable(hosts: readonly HostItem[], now: string): Html {
  return html`<div class="scroll panel flush"><table class="hosts"><thead><tr><th scope="col">Host</th><th scope="col" class="number">Open</th><th scope="col" class="number">Ever</th><th scope="col">Kernel</th><th scope="col" class="number">Snapshots</th><th scope="col">Last seen</th><th scope="col">Labels</th></tr></thead><tbody>${hosts.map(
    (host) =>
      html`<tr data-row class="${host.openIncidents > 0 ? 'has-open' : ''}"><td><a href="${hostPath(host.name)}">${hostText(host.name)}</a></td><td class="number">${host.openIncidents > 0 ? html`<strong class="open-count">${grouped(host.openIncidents)}</strong>` : html`<span class="quiet">0</span>`}</td><td class="number">${grouped(host.incidents)}</td><td>${hostCode(host.kernel)}</td><td class="number">${grouped(host.snapshots)}</td><td>${timeMark(host.lastSeen, now)}</td><td>${labelTags(host.labels)}</td></tr>`,
  )}</tbody></table></div>`
}

export type HostView = {
  readonly host: HostItem
  readonly incidents: readonly IncidentItem[]
  readonly snapshots: readonly SnapshotItem[]
}

export function hostPage(context: PageContext, view: HostView): string {
  const { host } = view
  return layout(context, {
    title: host.name,
    description: `${plural(host.openIncidents, 'open incident')}, ${plural(host.snapshots, 'snapshot')}`,
    section: '/hosts',
    body: html`${crumbs('/hosts', 'Hosts')}
<header class="verdict-head plain-head"><h1>${hostText(host.name)}</h1>
<p class="facts"><span>kernel ${hostCode(host.kernel)}</span>${host.machineId === null ? null : html`<span>machine ${hostCode(host.machineId)}</span>`}<span>first seen ${timeMark(host.firstSeen, context.now)}</span><span>last seen ${timeMark(host.lastSeen, context.now)}</span></p>${labelTags(host.labels)}</header>
${incidentsOfHost(context, view)}
<section class="part" aria-labelledby="snapshots-title"><h2 id="snapshots-title">${plural(host.snapshots, 'snapshot')}</h2>${timeline(view, context.now)}</section>`,
  })
}

function incidentsOfHost({ now }: PageContext, { host, incidents }: HostView): Html {
  const open = incidents.filter(({ state }) => state !== 'resolved')
  const past = incidents.filter(({ state }) => state === 'resolved')
  return html`<section class="part" aria-labelledby="open-title"><h2 id="open-title">${open.length === 0 ? 'Nothing is stuck' : plural(open.length, 'open incident')}</h2>${
    open.length === 0
      ? html`<p class="empty">The last snapshot of this host shows nothing that hangs.</p>`
      : html`<div class="panel flush">${incidentList(open, now)}</div>`
  }${past.length === 0 ? null : html`<details><summary>${plural(past.length, 'past incident')}</summary><div class="panel flush">${incidentList(past, now)}</div></details>`}${host.incidents > incidents.length ? html`<p><a href="/incidents?host=${encoded(host.name)}">All ${plural(host.incidents, 'incident')}</a></p>` : null}</section>`
}

/** Snapshots newest first; each shows what it found. */
function timeline({ snapshots }: HostView, now: string): Html {
  return snapshots.length === 0
    ? html`<p class="empty">None kept.</p>`
    : snapshotTable(snapshots, now)
}
