import type { IncidentItem } from '../../model/incident.ts'
import type { Signature } from '../../model/signature.ts'
import { type BySeverity, rankChart, type TrendColumn, trendChart } from '../charts.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { incidentBox } from '../parts/incident-list.ts'
import {
  factLine,
  figureList,
  foundCount,
  hostCode,
  severityMark,
  timeMark,
} from '../parts/marks.ts'
import { encoded, signaturePath } from '../parts/paths.ts'
import { panel, prose, section } from '../parts/prose.ts'
import { type Column, dataTable } from '../parts/table.ts'
import { grouped, plural, spaced } from '../parts/words.ts'

/** What the pages show of a signature. */
export type ShownSignature = Pick<
  Signature,
  'id' | 'version' | 'title' | 'severity' | 'why' | 'source'
>

type Whole = ShownSignature & Partial<Pick<Signature, 'subject' | 'subsumes'>>

export type SignatureRow = {
  readonly signature: ShownSignature
  readonly open: number
  readonly incidents: number
  readonly hosts: number
  readonly lastSeen: string | null
}

export function signaturesPage(context: PageContext, rows: readonly SignatureRow[]): string {
  return layout(context, {
    title: 'Signatures',
    description: `${plural(rows.length, 'signature')} in the catalogue`,
    section: '/signatures',
    body: html`<header class="list-head"><h1>${plural(rows.length, 'signature')}</h1>
<p class="quiet">What Hangar looks for. Each is data: roles, relations, verdicts and words.</p></header>
<div class="panel flush">${dataTable({ caption: 'Signatures', columns: columnsOf(context.now), items: rows })}</div>`,
  })
}

function columnsOf(now: string): readonly Column<SignatureRow>[] {
  return [
    {
      head: 'Signature',
      cell: ({ signature: { id, title } }) =>
        html`<a href="${signaturePath(id)}">${title}</a><br><code class="quiet">${id}</code>`,
    },
    { head: 'Severity', cell: ({ signature }) => severityMark(signature.severity) },
    { head: 'Open', isNumber: true, cell: openCount },
    { head: 'Ever', isNumber: true, cell: everCount },
    { head: 'Hosts', isNumber: true, cell: ({ hosts }) => grouped(hosts) },
    { head: 'Last seen', cell: ({ lastSeen }) => timeMark(lastSeen, now, 'never') },
  ]
}

function openCount({ signature, open }: SignatureRow): Html {
  if (open === 0) return foundCount(0)
  const address = `${incidentsOf(signature.id)}&state=open&state=acknowledged&muted=false`
  return html`<a href="${address}">${foundCount(open)}</a>`
}

function everCount({ signature, incidents }: SignatureRow): Html {
  if (incidents === 0) return foundCount(0)
  return html`<a href="${incidentsOf(signature.id)}">${grouped(incidents)}</a>`
}

function incidentsOf(id: string): string {
  return `/incidents?signature=${encoded(id)}`
}

export type SignatureView = {
  readonly signature: Whole
  readonly row: SignatureRow
  readonly byKernel: readonly { readonly kernel: string; readonly counts: BySeverity }[]
  readonly trend: readonly TrendColumn[]
  readonly newest: readonly IncidentItem[]
}

export function signaturePage(context: PageContext, view: SignatureView): string {
  const { signature, row } = view
  return layout(context, {
    title: signature.title,
    description: signature.why,
    section: '/signatures',
    body: html`${crumbs('/signatures', 'Signatures')}
${signatureHead(signature)}
${figuresOf(row, context.now)}
${charts(view)}
${section('newest', 'Newest', newestPart(view, context.now))}
${section('subsumes', 'Findings of the same cause that are part of this one', subsumed(signature))}`,
  })
}

function signatureHead({ id, version, title, severity, subject, why, source }: Whole): Html {
  return html`<header class="verdict-head plain-head">
<p class="marks">${severityMark(severity)}<span class="mark">version ${version}</span></p>
<h1>${title}</h1>
${factLine([
  html`<code>${id}</code>`,
  subject === undefined ? null : `one incident per ${spaced(subject)}`,
])}
<div class="lead">${prose(why, 'summary')}</div>
<p class="quiet">Read from ${source.trim()}</p>
</header>`
}

function figuresOf({ open, incidents, hosts, lastSeen }: SignatureRow, now: string): Html {
  return figureList([
    { name: 'open', value: grouped(open) },
    { name: 'ever', value: grouped(incidents) },
    { name: 'hosts', value: grouped(hosts) },
    { name: 'last seen', value: timeMark(lastSeen, now, 'never') },
  ])
}

function charts({ byKernel, trend, row }: SignatureView): Html | null {
  if (row.incidents === 0) return null
  const kernels = byKernel.map(({ kernel, counts }) => ({
    label: hostCode(kernel),
    counts,
    note: null,
  }))
  return html`<div class="columns">
${panel('trend', 'First seen, by day', trendChart(trend, 'Incidents first seen, by day'))}
${panel('kernels', 'By kernel', rankChart(kernels))}
</div>`
}

function newestPart({ signature, row, newest }: SignatureView, now: string): Html {
  if (newest.length === 0) return html`<p class="empty">It has matched nothing here.</p>`
  const all = plural(row.incidents, 'incident')
  return html`${incidentBox(newest, now)}<p><a href="${incidentsOf(signature.id)}">All ${all}</a></p>`
}

function subsumed({ subsumes = [] }: Whole): Html | null {
  if (subsumes.length === 0) return null
  const items = subsumes.map(
    (id) => html`<li class="tag"><a href="${signaturePath(id)}">${id}</a></li>`,
  )
  return html`<ul class="tags">${items}</ul>`
}
