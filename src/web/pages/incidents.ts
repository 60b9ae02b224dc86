import type { IncidentItem, Page } from '../../model/incident.ts'
import { INCIDENT_SORTS, type IncidentFilter } from '../../model/query.ts'
import { flag, type Html, html } from '../html.ts'
import { layout, type PageContext } from '../layout.ts'
import { bulkForm } from '../parts/bulk.ts'
import { incidentTools } from '../parts/incident-tools.ts'
import { pager } from '../parts/paging.ts'
import { clipped, grouped, plural } from '../parts/words.ts'

/** One way to narrow the list, with how many incidents each value would leave. */
export type Facet = {
  /** Parameter of the query, e.g. `signature`. */
  readonly name: string
  readonly title: string
  readonly values: readonly {
    readonly value: string
    readonly incidents: number
    readonly isChosen: boolean
  }[]
}

export type IncidentsView = {
  readonly page: Page<IncidentItem>
  readonly filter: IncidentFilter
  readonly sort: (typeof INCIDENT_SORTS)[number]
  readonly facets: readonly Facet[]
  /** `/incidents?...` without the cursor. */
  readonly address: string
  readonly cursor: string | null
  /** Filters in force that no facet shows, as name and value: kept as hidden fields. */
  readonly kept: readonly { readonly name: string; readonly value: string }[]
}

export function incidentsPage(context: PageContext, view: IncidentsView): string {
  const { page, address, cursor } = view
  const { items, next, total } = page
  return layout(context, {
    title: 'Incidents',
    description: plural(total, 'incident'),
    section: '/incidents',
    body: html`<div class="with-filters">
<form class="filters" method="get" action="/incidents" data-auto-submit aria-label="Filters">${filters(view)}</form>
<div class="results">
<header class="list-head"><h1>${plural(total, 'incident')}</h1>${chips(view)}</header>
${incidentTools(address, context.now)}
${items.length === 0 ? nothing(view) : bulkForm(items, context.now, address)}
${pager({ address, cursor, next, shown: items.length, total }, 'incident')}
</div>
</div>`,
  })
}

const SORT_NAMES = { lastSeen: 'last seen', firstSeen: 'first seen', severity: 'severity' } as const

function filters({ filter, sort, facets, kept, address }: IncidentsView): Html {
  const sorts = INCIDENT_SORTS.map((name) => {
    const mark = flag('selected', name === sort)
    return html`<option value="${name}"${mark}>${SORT_NAMES[name]}</option>`
  })
  return html`
<p class="field"><label for="q">Words</label>
<input id="q" name="q" type="search" value="${filter.q ?? ''}" placeholder="host, task, function, title" autocomplete="off" spellcheck="false" data-filter></p>
<p class="field"><label for="sort">Order by</label><select id="sort" name="sort">${sorts}</select></p>
<p class="field"><label for="host">Host</label><input id="host" name="host" type="search" placeholder="its whole name, or !name" autocomplete="off" spellcheck="false"></p>
${facets.map((facet) => facetBox(address, facet))}
${kept.map(({ name, value }) => html`<input type="hidden" name="${name}" value="${value}">`)}
<p class="buttons"><button class="main">Filter</button> <a class="button" href="/incidents">Clear</a></p>
`
}

const VALUES_SHOWN = 8

function facetBox(address: string, { name, title, values }: Facet): Html | null {
  if (values.length === 0) return null
  const sorted = [...values].sort(
    (one, other) =>
      Number(other.isChosen) - Number(one.isChosen) || other.incidents - one.incidents,
  )
  const isShort = values.length <= VALUES_SHOWN
  const shown = isShort ? values : sorted.slice(0, VALUES_SHOWN)
  const folded = isShort ? [] : sorted.slice(VALUES_SHOWN)
  const boxes = (some: Facet['values']) => some.map((value) => facetValue(address, name, value))
  const more = html`<details><summary>${grouped(folded.length)} more</summary>${boxes(folded)}</details>`
  return html`
<fieldset class="facet"><legend>${title}</legend>${boxes(shown)}${folded.length === 0 ? null : more}</fieldset>`
}

function facetValue(
  address: string,
  name: string,
  { value, incidents, isChosen }: Facet['values'][number],
): Html {
  const mark = flag('checked', isChosen)
  const not = html`<a class="facet-not" href="${withNot(address, name, value)}" aria-label="Without ${name} ${value}" title="Without ${value}">≠</a>`
  return html`
<div class="facet-row"><label class="${incidents === 0 ? 'facet-value none' : 'facet-value'}">
<input type="checkbox" name="${name}" value="${value}"${mark}>
<span class="cut" title="${value}">${clipped(value, 60)}</span>
<span class="facet-count">${grouped(incidents)}</span></label>${isChosen ? null : not}</div>`
}

/** Filters in force, each with the address without it. */
function chips({ facets, kept, address, filter }: IncidentsView): Html | null {
  const chosen = [
    ...facets.flatMap(({ name, values }) =>
      values.filter(({ isChosen }) => isChosen).map(({ value }) => ({ name, value })),
    ),
    ...kept,
    ...(filter.q === undefined ? [] : [{ name: 'q', value: filter.q }]),
  ]
  if (chosen.length === 0) return null
  const items = chosen.map((one) => chip(address, one))
  return html`<ul class="chips" aria-label="Filters in force">${items}</ul>`
}

type Chosen = { readonly name: string; readonly value: string }

function chip(address: string, { name, value }: Chosen): Html {
  const says = html`${name === 'q' ? 'words' : name}: <bdi>${clipped(value, 40)}</bdi>`
  return html`
<li><a href="${without(address, name, value)}" title="Remove ${name} ${value}">${says}
<span aria-hidden="true">×</span></a></li>`
}

function withNot(address: string, name: string, value: string): string {
  const query = new URLSearchParams(address.split('?')[1] ?? '')
  query.append(name, `!${value}`)
  return `/incidents?${query.toString()}`
}

function without(address: string, name: string, value: string): string {
  const query = new URLSearchParams(address.split('?')[1] ?? '')
  query.delete(name, value)
  return query.size === 0 ? '/incidents' : `/incidents?${query}`
}

function nothing({ address }: IncidentsView): Html {
  return address.includes('?')
    ? html`<p class="empty panel">No incident fits these filters. <a href="/incidents">Show all</a>.</p>`
    : html`<p class="empty panel">No incident yet. <a href="/">Upload a bundle</a>, or <a href="/analyze">analyze a text</a>.</p>`
}
