import { SEVERITIES, type Severity } from '../../model/diagnosis.ts'
import type { IncidentItem, SnapshotItem } from '../../model/incident.ts'
import { type BySeverity, rankChart, total } from '../charts.ts'
import { type Html, html } from '../html.ts'
import { layout, type PageContext } from '../layout.ts'
import { healthPanel, type IngestHealth } from '../parts/health.ts'
import { severityIcon } from '../parts/icons.ts'
import { incidentList, shortList } from '../parts/incident-list.ts'
import { hostCode, incidentHost, timeMark } from '../parts/marks.ts'
import { encoded, signaturePath } from '../parts/paths.ts'
import { panel } from '../parts/prose.ts'
import { grouped, plural } from '../parts/words.ts'
import type { Stacked } from '../trend.ts'
import { type TrendChoice, trendPanel } from '../trend-panel.ts'
import { welcome } from './welcome.ts'

/** Unresolved incidents under one key. */
export type FleetGroup = {
  readonly key: string
  /** Title of a signature; the key again for kernels. */
  readonly title: string
  readonly counts: BySeverity
  readonly hosts: number
}

/** Unresolved incidents, notes left out, on the hosts with one label. */
export type LabelGroup = {
  readonly name: string
  readonly value: string
  readonly incidents: number
  readonly hosts: number
}

/** What hurts the fleet now. */
export type Fleet = {
  /** Unresolved incidents by severity, and the distinct hosts they are on. */
  readonly open: BySeverity
  readonly hostsBySeverity: BySeverity
  /** Hosts with an unresolved incident that is more than a note. */
  readonly hostsAffected: number
  readonly hosts: number
  readonly bySignature: readonly FleetGroup[]
  readonly byKernel: readonly FleetGroup[]
  readonly byLabel: readonly LabelGroup[]
  readonly trend: Stacked
  readonly trendChoice: TrendChoice
  readonly newest: readonly IncidentItem[]
  /** Unresolved incidents that no signature explains, newest first. */
  readonly unknowns: readonly IncidentItem[]
  readonly snapshots: readonly SnapshotItem[]
  readonly snapshotsTotal: number
  /** Of the whole service; null for who may see a part of the fleet alone. */
  readonly ingest: IngestHealth | null
}

export function fleetPage(context: PageContext, fleet: Fleet): string {
  const isNew = fleet.snapshotsTotal === 0
  return layout(context, {
    title: isNew ? 'Welcome' : 'Fleet',
    description: isNew ? 'Nothing uploaded yet.' : headline(fleet),
    section: '/',
    body: isNew ? welcome(context.origin) : fleetBody(context, fleet),
  })
}

/** Whether anything is on fire. */
function headline({ open, hostsBySeverity, hosts }: Fleet): string {
  const worst = worstOf(open)
  if (worst === null) return `Nothing is stuck on ${plural(hosts, 'host')}.`
  const count = plural(open[worst] ?? 0, `${worst} incident`)
  return `${count} on ${plural(hostsBySeverity[worst] ?? 0, 'host')}.`
}

/** The worst severity that is open; null where only notes are. */
function worstOf(open: BySeverity): Severity | null {
  return SEVERITIES.find((severity) => severity !== 'info' && (open[severity] ?? 0) > 0) ?? null
}

function fleetBody({ now }: PageContext, fleet: Fleet): Html {
  const isCalm = worstOf(fleet.open) === null
  const more = html`<a href="/incidents?sort=firstSeen">All incidents</a>`
  return html`<section class="masthead${isCalm ? ' calm' : ''}">
<h1>${headline(fleet)}</h1>
${isCalm ? null : where(fleet, now)}
${severityTiles(fleet)}
</section>
<div class="columns">
${panel('by-signature', 'What is stuck', rank(fleet.bySignature, signatureLabel))}
${trendPanel(fleet.trend, fleet.trendChoice)}
</div>
<div class="columns main-and-side">
${panel('newest', 'Newest', newestList(fleet.newest, now), { isFlush: true, more })}
<div class="stacked-panels">
${panel('unknowns', 'No signature explains', unknownList(fleet.unknowns, now), { isFlush: true, more: UNKNOWNS })}
${healthPanel(fleet.ingest, fleet, now)}
</div>
</div>
<div class="columns">
${panel('by-kernel', 'By kernel', rank(fleet.byKernel, kernelLabel))}
${panel('by-label', 'By label', labelRank(fleet.byLabel))}
</div>`
}

const UNRESOLVED = 'state=open&state=acknowledged&muted=false'

const UNKNOWNS = html`<a href="/incidents?${UNRESOLVED}&signature=unknown">All unknown</a>`

/** What most of the worst is, where, and since when. */
function where({ open, bySignature, newest, hostsAffected, hosts }: Fleet, now: string): Html {
  const worst = worstOf(open) ?? 'critical'
  const most = Math.max(0, ...bySignature.map(({ counts }) => counts[worst] ?? 0))
  const group = bySignature.find(({ counts }) => most > 0 && counts[worst] === most)
  const last = newest[0]
  const mostly =
    group &&
    html`Mostly <a href="${incidentsOf(`signature=${encoded(group.key)}&severity=${worst}`)}">${group.title}</a> (${grouped(most)}). `
  const latest =
    last && html` The newest came ${timeMark(last.firstSeen, now)} on ${incidentHost(last)}.`
  const all = total({ ...open, info: 0 })
  return html`<p class="lead">${mostly}${plural(all, 'incident')} open in all, on ${grouped(hostsAffected)} of ${plural(hosts, 'host')}.${latest}</p>`
}

function incidentsOf(query: string): string {
  return `/incidents?${UNRESOLVED}&${query}`
}

function severityTiles({ open, hostsBySeverity }: Fleet): Html {
  const shown = SEVERITIES.filter((severity) => severity !== 'info' || (open.info ?? 0) > 0)
  const tiles = shown.map((severity) =>
    severityTile(severity, open[severity] ?? 0, hostsBySeverity[severity] ?? 0),
  )
  return html`<ul class="tiles">${tiles}</ul>`
}

function severityTile(severity: Severity, count: number, hosts: number): Html {
  const on = count === 0 ? null : html` <span class="tile-note">on ${plural(hosts, 'host')}</span>`
  return html`
<li><a class="tile sev-${severity}${count === 0 ? ' none' : ''}" href="${incidentsOf(`severity=${severity}`)}">${severityIcon(severity)}
<strong>${grouped(count)}</strong><span>${severity}${on}</span></a></li>`
}

function rank(groups: readonly FleetGroup[], labelOf: (group: FleetGroup) => Html): Html {
  if (groups.length === 0) return html`<p class="empty">Nothing is open.</p>`
  return rankChart(
    groups.map((group) => ({
      label: labelOf(group),
      counts: group.counts,
      note: `on ${plural(group.hosts, 'host')}`,
    })),
  )
}

function signatureLabel({ key, title }: FleetGroup): Html {
  const name = html`<a class="quiet" href="${signaturePath(key)}">${key}</a>`
  return html`<a href="${incidentsOf(`signature=${encoded(key)}`)}">${title}</a> ${name}`
}

function kernelLabel({ key, title }: FleetGroup): Html {
  return html`<a href="${incidentsOf(`kernel=${encoded(key)}`)}">${hostCode(title)}</a>`
}

function labelRank(groups: readonly LabelGroup[]): Html {
  if (groups.length === 0) {
    return html`<p class="empty">No affected host has labels. Give them at upload, or in the bundle's
<code>manifest.json</code>: racks, teams and images show here what the stuck hosts have in common.</p>`
  }
  return rankChart(
    groups.map(({ name, value, incidents, hosts }) => ({
      label: html`<a href="${incidentsOf(`label.${encoded(name)}=${encoded(value)}`)}">${hostCode(`${name}=${value}`)}</a>`,
      counts: { low: incidents },
      note: `on ${plural(hosts, 'host')}`,
      isPlain: true,
    })),
  )
}

function newestList(newest: readonly IncidentItem[], now: string): Html {
  if (newest.length > 0) return incidentList(newest, now)
  return html`<p class="empty">No incident yet. Snapshots of healthy hosts have none.</p>`
}

function unknownList(unknowns: readonly IncidentItem[], now: string): Html {
  if (unknowns.length > 0) return shortList(unknowns, now)
  return html`<p class="empty">None: a signature explains everything that is stuck.</p>`
}
