import type { IncidentItem } from '../../model/incident.ts'
import type { Signature } from '../../model/signature.ts'
import { type BySeverity, rankChart, type TrendColumn, total, trendChart } from '../charts.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { incidentList } from '../parts/incident-list.ts'
import { hostCode, severityMark, timeMark } from '../parts/marks.ts'
import { encoded, signaturePath } from '../parts/paths.ts'
import { prose, section } from '../parts/sections.ts'
import { grouped, plural, spaced } from '../parts/words.ts'

/** What the pages show of a signature. */
export type ShownSignature = Pick<
  Signature,
  'id' | 'version' | 'title' | 'severity' | 'why' | 'source'
>

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
    body: html`<header class="list-head"><h1>${plural(rows.length, 'signature')}</h1><p class="quiet">What Hangar looks for. Each is data: roles, relations, verdicts and words.</p></header>
<div class="scroll panel flush"><table class="signatures"><thead><tr><th scope="col">Signature</th><th scope="col">Severity</th><th scope="col" class="number">Open</th><th scope="col" class="number">Ever</th><th scope="col" class="number">Hosts</th><th scope="col">Last seen</th></tr></thead><tbody>${rows.map((row) => signatureRow(row, context.now))}</tbody></table></div>`,
  })
}

function signatureRow(
  { signature, open, incidents, hosts, lastSeen }: SignatureRow,
  now: string,
): Html {
  const { id, title, severity } = signature
  return html`<tr data-row><td><a href="${signaturePath(id)}">${title}</a><br><code class="quiet">${id}</code></td><td>${severityMark(severity)}</td><td class="number">${open > 0 ? html`<a href="/incidents?signature=${encoded(id)}&state=open&state=acknowledged"><strong class="open-count">${grouped(open)}</strong></a>` : html`<span class="quiet">0</span>`}</td><td class="number">${incidents > 0 ? html`<a href="/incidents?signature=${encoded(id)}">${grouped(incidents)}</a>` : html`<span class="quiet">0</span>`}</td><td class="number">${grouped(hosts)}</td><td>${timeMark(lastSeen, now, 'never')}</td></tr>`
}

export type SignatureView = {
  readonly signature: ShownSignature & Partial<Pick<Signature, 'subject' | 'subsumes' | 'kernel'>>
  readonly row: SignatureRow
  readonly byKernel: readonly { readonly kernel: string; readonly counts: BySeverity }[]
  readonly trend: readonly TrendColumn[]
  readonly newest: readonly IncidentItem[]
}

export function signaturePage(context: PageContext, view: SignatureView): string {
  const { signature, row, newest } = view
  return layout(context, {
    title: signature.title,
    description: signature.why,
    section: '/signatures',
    body: html`${crumbs('/signatures', 'Signatures')}
<header class="verdict-head plain-head"><p class="marks">${severityMark(signature.severity)}<span class="mark">version ${signature.version}</span></p><h1>${signature.title}</h1><p class="facts"><span><code>${signature.id}</code></span>${signature.subject === undefined ? null : html`<span>one incident per ${spaced(signature.subject)}</span>`}</p><div class="lead">${prose(signature.why, 'summary')}</div><p class="quiet">Read from ${signature.source.trim()}</p></header>
${countsOf(row, context.now)}
${charts(view)}
${section('newest', 'Newest', newest.length === 0 ? html`<p class="empty">It has matched nothing here.</p>` : html`<div class="panel flush">${incidentList(newest, context.now)}</div><p><a href="/incidents?signature=${encoded(signature.id)}">All ${plural(row.incidents, 'incident')}</a></p>`)}
${subsumed(signature.subsumes ?? [])}`,
  })
}

function countsOf({ open, incidents, hosts, lastSeen }: SignatureRow, now: string): Html {
  return html`<dl class="figures"><div><dt>open</dt><dd>${grouped(open)}</dd></div><div><dt>ever</dt><dd>${grouped(incidents)}</dd></div><div><dt>hosts</dt><dd>${grouped(hosts)}</dd></div><div><dt>last seen</dt><dd>${timeMark(lastSeen, now, 'never')}</dd></div></dl>`
}

function charts({ byKernel, trend, row }: SignatureView): Html | null {
  if (row.incidents === 0 || trend.every(({ counts }) => total(counts) === 0)) return null
  return html`<div class="columns"><section class="panel" aria-labelledby="trend-title"><h2 id="trend-title">First seen, by day</h2>${trendChart(trend, 'Incidents first seen, by day')}</section><section class="panel" aria-labelledby="kernel-title"><h2 id="kernel-title">By kernel</h2>${rankChart(byKernel.map(({ kernel, counts }) => ({ label: hostCode(kernel), counts, note: null })))}</section></div>`
}

function subsumed(ids: readonly string[]): Html | null {
  if (ids.length === 0) return null
  return section(
    'subsumes',
    'Findings of the same cause that are part of this one',
    html`<ul class="tags">${ids.map((id) => html`<li class="tag"><a href="${signaturePath(id)}">${id}</a></li>`)}</ul>`,
  )
}
