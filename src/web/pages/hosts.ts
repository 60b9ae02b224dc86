import { SEVERITIES } from '../../model/diagnosis.ts'
import type { HostItem, IncidentItem, Page, SnapshotItem } from '../../model/incident.ts'
import { hostTimeline, type Look } from '../host-timeline.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { incidentBox } from '../parts/incident-list.ts'
import {
  factLine,
  foundCount,
  hostCode,
  hostLink,
  hostText,
  labelTags,
  timeMark,
} from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded } from '../parts/paths.ts'
import { section } from '../parts/prose.ts'
import { snapshotTable } from '../parts/snapshot-table.ts'
import { type Column, dataTable } from '../parts/table.ts'
import { grouped, plural } from '../parts/words.ts'

export type HostsView = {
  readonly page: Page<HostItem>
  readonly q: string
  readonly cursor: string | null
}

export function hostsPage(context: PageContext, { page, q, cursor }: HostsView): string {
  const address = q === '' ? '/hosts' : `/hosts?q=${encoded(q)}`
  const { items, next, total } = page
  const none =
    q === '' ? 'No host yet: a host appears with its first snapshot.' : 'No host has such a name.'
  return layout(context, {
    title: 'Hosts',
    description: plural(total, 'host'),
    section: '/hosts',
    body: html`<header class="list-head"><h1>${plural(total, 'host')}</h1>${findForm(q)}</header>
${items.length === 0 ? html`<p class="empty panel">${none}</p>` : hostTable(items, context.now)}
${pager({ address, cursor, next, shown: items.length, total }, 'host')}`,
  })
}

function findForm(q: string): Html {
  return html`<form class="inline" method="get" action="/hosts" aria-label="Find hosts">
<label class="unseen" for="q">Host name</label>
<input id="q" name="q" type="search" value="${q}" placeholder="Host name" autocomplete="off" spellcheck="false" data-filter>
<button>Find</button>
</form>`
}

function hostTable(items: readonly HostItem[], now: string): Html {
  const hasLabels = items.some(({ labels }) => Object.keys(labels).length > 0)
  const columns = hasLabels ? [...columnsOf(now), LABELS] : columnsOf(now)
  return html`<div class="panel flush">${dataTable({ caption: 'Hosts', columns, items })}</div>`
}

function columnsOf(now: string): readonly Column<HostItem>[] {
  return [
    { head: 'Host', cell: ({ name }) => hostLink(name) },
    { head: 'Open', isNumber: true, cell: ({ openIncidents }) => foundCount(openIncidents) },
    { head: 'Ever', isNumber: true, cell: ({ incidents }) => grouped(incidents) },
    { head: 'Kernel', cell: ({ kernel }) => hostCode(kernel) },
    { head: 'Snapshots', isNumber: true, cell: ({ snapshots }) => grouped(snapshots) },
    { head: 'Last seen', cell: ({ lastSeen }) => timeMark(lastSeen, now) },
  ]
}

const LABELS: Column<HostItem> = { head: 'Labels', cell: ({ labels }) => labelTags(labels) }

export type HostView = {
  readonly host: HostItem
  readonly incidents: readonly IncidentItem[]
  /** Its last looks, oldest first. */
  readonly looks: readonly Look[]
  readonly snapshots: readonly SnapshotItem[]
}

export function hostPage(context: PageContext, view: HostView): string {
  const { host } = view
  return layout(context, {
    title: host.name,
    description: `${plural(host.openIncidents, 'open incident')}, ${plural(host.snapshots, 'snapshot')}`,
    section: '/hosts',
    body: html`${crumbs('/hosts', 'Hosts')}
${hostHead(context, host)}
${incidentsPart(context, view)}
${section('timeline', 'Over time', hostTimeline(view.looks, view.incidents))}
${section('snapshots', plural(host.snapshots, 'snapshot'), timeline(view, context.now))}`,
  })
}

function hostHead({ now }: PageContext, host: HostItem): Html {
  const facts = factLine([
    html`kernel ${hostCode(host.kernel)}`,
    host.machineId === null ? null : html`machine ${hostCode(host.machineId)}`,
    html`first seen ${timeMark(host.firstSeen, now)}`,
    html`last seen ${timeMark(host.lastSeen, now)}`,
  ])
  return html`<header class="verdict-head plain-head">
<h1>${hostText(host.name)}</h1>
${facts}${labelTags(host.labels)}
</header>`
}

function incidentsPart({ now }: PageContext, { host, incidents }: HostView): Html | null {
  const open = worstFirst(incidents.filter(({ state }) => state !== 'resolved'))
  const past = incidents.filter(({ state }) => state === 'resolved')
  const title = open.length === 0 ? 'Nothing is stuck' : plural(open.length, 'open incident')
  const all = html`<p><a href="/incidents?host=${encoded(host.name)}">All ${plural(host.incidents, 'incident')}</a></p>`
  return section(
    'open',
    title,
    html`${open.length === 0 ? CALM : incidentBox(open, now)}${
      past.length === 0
        ? null
        : html`<details><summary>${plural(past.length, 'past incident')}</summary>${incidentBox(past, now)}</details>`
    }${host.incidents > incidents.length ? all : null}`,
  )
}

function worstFirst(incidents: readonly IncidentItem[]): readonly IncidentItem[] {
  const rank = ({ severity }: IncidentItem) => SEVERITIES.indexOf(severity)
  return [...incidents].sort((one, other) => rank(one) - rank(other))
}

const CALM = html`<p class="empty">The last snapshot of this host shows nothing that hangs.</p>`

/** Snapshots newest first; each shows what it found. */
function timeline({ snapshots }: HostView, now: string): Html {
  if (snapshots.length === 0) return html`<p class="empty">None kept.</p>`
  return snapshotTable(snapshots, now)
}
