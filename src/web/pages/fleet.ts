import { SEVERITIES, type Severity } from '../../model/diagnosis.ts'
import type { IncidentItem, SnapshotItem } from '../../model/incident.ts'
import { type BySeverity, rankChart, type TrendColumn, total, trendChart } from '../charts.ts'
import { type Html, html } from '../html.ts'
import { layout, type PageContext } from '../layout.ts'
import { severityIcon } from '../parts/icons.ts'
import { incidentList } from '../parts/incident-list.ts'
import { copyable, hostCode, hostText, timeMark } from '../parts/marks.ts'
import { encoded, signaturePath, snapshotPath } from '../parts/paths.ts'
import { grouped, plural } from '../parts/words.ts'

/** Unresolved incidents under one key. */
export type FleetGroup = {
  readonly key: string
  /** Title of a signature; the key again for kernels. */
  readonly title: string
  readonly counts: BySeverity
  readonly hosts: number
}

/** What hurts the fleet now. */
export type Fleet = {
  /** Unresolved incidents by severity. */
  readonly open: BySeverity
  readonly hostsAffected: number
  readonly hosts: number
  readonly bySignature: readonly FleetGroup[]
  readonly byKernel: readonly FleetGroup[]
  /** Incidents first seen on each of the last days, oldest first. */
  readonly trend: readonly TrendColumn[]
  readonly newest: readonly IncidentItem[]
  readonly snapshots: readonly SnapshotItem[]
  readonly snapshotsTotal: number
  readonly ingest: {
    readonly queued: number
    readonly processing: number
    readonly failed: number
  }
}

export function fleetPage(context: PageContext, fleet: Fleet): string {
  const isNew = fleet.snapshotsTotal === 0
  return layout(context, {
    title: isNew ? 'Welcome' : 'Fleet',
    description: isNew ? 'Nothing uploaded yet.' : headline(fleet),
    section: '/',
    body: isNew ? welcome(context) : fleetBody(context, fleet),
  })
}

function headline(fleet: Fleet): string {
  const open = total(fleet.open)
  if (open === 0) return `Nothing is stuck on ${plural(fleet.hosts, 'host')}.`
  return `${plural(open, 'open incident')} on ${grouped(fleet.hostsAffected)} of ${plural(fleet.hosts, 'host')}.`
}

function fleetBody({ now }: PageContext, fleet: Fleet): Html {
  return html`<section class="masthead${total(fleet.open) === 0 ? ' calm' : ''}"><h1>${headline(fleet)}</h1>${severityTiles(fleet.open)}</section>
<div class="columns">
<section class="panel" aria-labelledby="by-signature"><h2 id="by-signature">What is stuck</h2>${signatureRank(fleet)}</section>
<section class="panel" aria-labelledby="trend"><h2 id="trend">First seen, by day</h2>${trendChart(fleet.trend, 'Incidents first seen, by day')}</section>
</div>
<section class="panel flush" aria-labelledby="newest"><header class="panel-head"><h2 id="newest">Newest</h2><a href="/incidents">All incidents</a></header>${
    fleet.newest.length > 0
      ? incidentList(fleet.newest, now)
      : html`<p class="empty">No incident yet. Snapshots of healthy hosts have none.</p>`
  }</section>
<div class="columns">
<section class="panel" aria-labelledby="by-kernel"><h2 id="by-kernel">By kernel</h2>${kernelRank(fleet)}</section>
${ingestPanel(fleet, now)}
</div>`
}

const UNRESOLVED = 'state=open&state=acknowledged'

function severityTiles(open: BySeverity): Html {
  const shown = SEVERITIES.filter((severity) => severity !== 'info' || (open.info ?? 0) > 0)
  return html`<ul class="tiles">${shown.map((severity) => severityTile(severity, open[severity] ?? 0))}</ul>`
}

function severityTile(severity: Severity, count: number): Html {
  return html`<li><a class="tile sev-${severity}${count === 0 ? ' none' : ''}" href="/incidents?${UNRESOLVED}&severity=${severity}">${severityIcon(severity)}<strong>${grouped(count)}</strong><span>${severity}</span></a></li>`
}

function signatureRank({ bySignature }: Fleet): Html {
  if (bySignature.length === 0) return html`<p class="empty">Nothing is open.</p>`
  return rankChart(
    bySignature.map(({ key, title, counts, hosts }) => ({
      label: html`<a href="/incidents?${UNRESOLVED}&signature=${encoded(key)}">${title}</a> <a class="quiet" href="${signaturePath(key)}">${key}</a>`,
      counts,
      note: `on ${plural(hosts, 'host')}`,
    })),
  )
}

function kernelRank({ byKernel }: Fleet): Html {
  if (byKernel.length === 0) return html`<p class="empty">Nothing is open.</p>`
  return rankChart(
    byKernel.map(({ key, title, counts, hosts }) => ({
      label: html`<a href="/incidents?${UNRESOLVED}&kernel=${encoded(key)}">${hostCode(title)}</a>`,
      counts,
      note: `on ${plural(hosts, 'host')}`,
    })),
  )
}

function ingestPanel({ ingest, snapshots, snapshotsTotal }: Fleet, now: string): Html {
  return html`<section class="panel" aria-labelledby="ingest"><header class="panel-head"><h2 id="ingest">Snapshots</h2><a href="/snapshots">All ${grouped(snapshotsTotal)}</a></header>
<dl class="figures"><div><dt>queued</dt><dd>${grouped(ingest.queued)}</dd></div><div><dt>in work</dt><dd>${grouped(ingest.processing)}</dd></div><div class="${ingest.failed > 0 ? 'warn' : ''}"><dt>failed</dt><dd>${ingest.failed > 0 ? html`<a href="/snapshots?status=failed">${grouped(ingest.failed)}</a>` : '0'}</dd></div></dl>
<ul class="plain">${snapshots.map(
    (snapshot) =>
      html`<li><a href="${snapshotPath(snapshot.id)}">${hostText(snapshot.host ?? snapshot.name)}</a> <span class="quiet">${plural(snapshot.incidents.length, 'incident')} · ${timeMark(snapshot.receivedAt, now)}</span></li>`,
  )}</ul></section>`
}

/** What a new user sees: the next step, ready to copy. */
function welcome({ origin }: PageContext): Html {
  return html`<section class="masthead calm"><h1>Bring in the first hung host.</h1><p class="lead">Hangar reads what a Linux host shows of itself in <code>/proc</code> and its kernel log, and says which task is stuck, on whom it waits, why it cannot end, and what frees it.</p></section>
<ol class="steps-to-start">
<li class="panel"><h2>Try a text</h2><p>Paste a kernel stack, a hung-task report, a sysrq dump or a goroutine dump. Nothing is stored.</p><p><a class="button main" href="/analyze">Analyze a text or file</a></p></li>
<li class="panel"><h2>Collect on the host</h2><p>The collector reads the suspicious tasks first and never waits for a file that blocks.</p>${copyable('npx hangar collect -o bundle.tar.gz', 'the collect command')}</li>
<li class="panel"><h2>Upload the bundle</h2><p>A bundle, a sosreport, or a tar of the right files; <code>tar</code> on a live <code>/proc</code> stores empty files, so use the collector.</p>${copyable(`npx hangar upload bundle.tar.gz --server ${origin} --wait`, 'the upload command')}${copyable(`curl -sS -F bundle=@bundle.tar.gz '${origin}/api/v1/snapshots?wait=60'`, 'the curl command')}</li>
</ol>`
}
