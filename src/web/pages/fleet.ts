import { SEVERITIES, type Severity } from '../../model/diagnosis.ts'
import type { IncidentItem, SnapshotItem } from '../../model/incident.ts'
import { type BySeverity, rankChart, type TrendColumn, total, trendChart } from '../charts.ts'
import { type Html, html } from '../html.ts'
import { layout, type PageContext } from '../layout.ts'
import { severityIcon } from '../parts/icons.ts'
import { incidentList } from '../parts/incident-list.ts'
import { copyable, figureList, hostCode, hostText, timeMark } from '../parts/marks.ts'
import { encoded, signaturePath, snapshotPath } from '../parts/paths.ts'
import { panel } from '../parts/prose.ts'
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
  const { newest } = fleet
  const isCalm = total(fleet.open) === 0
  const all = html`<a href="/incidents">All incidents</a>`
  const list =
    newest.length > 0
      ? incidentList(newest, now)
      : html`<p class="empty">No incident yet. Snapshots of healthy hosts have none.</p>`
  return html`<section class="masthead${isCalm ? ' calm' : ''}">
<h1>${headline(fleet)}</h1>
${severityTiles(fleet.open)}
</section>
<div class="columns">
${panel('by-signature', 'What is stuck', rank(fleet.bySignature, signatureLabel))}
${panel('trend', 'First seen, by day', trendChart(fleet.trend, 'Incidents first seen, by day'))}
</div>
${panel('newest', 'Newest', list, { isFlush: true, more: all })}
<div class="columns">
${panel('by-kernel', 'By kernel', rank(fleet.byKernel, kernelLabel))}
${ingestPanel(fleet, now)}
</div>`
}

const UNRESOLVED = 'state=open&state=acknowledged'

function severityTiles(open: BySeverity): Html {
  const shown = SEVERITIES.filter((severity) => severity !== 'info' || (open.info ?? 0) > 0)
  return html`<ul class="tiles">${shown.map((severity) => severityTile(severity, open[severity] ?? 0))}</ul>`
}

function severityTile(severity: Severity, count: number): Html {
  const address = `/incidents?${UNRESOLVED}&severity=${severity}`
  return html`
<li><a class="tile sev-${severity}${count === 0 ? ' none' : ''}" href="${address}">${severityIcon(severity)}
<strong>${grouped(count)}</strong><span>${severity}</span></a></li>`
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
  return html`<a href="/incidents?${UNRESOLVED}&signature=${encoded(key)}">${title}</a> ${name}`
}

function kernelLabel({ key, title }: FleetGroup): Html {
  return html`<a href="/incidents?${UNRESOLVED}&kernel=${encoded(key)}">${hostCode(title)}</a>`
}

function ingestPanel({ ingest, snapshots, snapshotsTotal }: Fleet, now: string): Html {
  const { queued, processing, failed } = ingest
  const figures = figureList([
    { name: 'queued', value: grouped(queued) },
    { name: 'in work', value: grouped(processing) },
    { name: 'failed', value: failedCount(failed), isWrong: failed > 0 },
  ])
  const rows = snapshots.map((snapshot) => snapshotItem(snapshot, now))
  const all = html`<a href="/snapshots">All ${grouped(snapshotsTotal)}</a>`
  return panel('ingest', 'Snapshots', html`${figures}<ul class="plain">${rows}</ul>`, { more: all })
}

function failedCount(failed: number): Html {
  if (failed === 0) return html`0`
  return html`<a href="/snapshots?status=failed">${grouped(failed)}</a>`
}

function snapshotItem({ id, host, name, incidents, receivedAt }: SnapshotItem, now: string): Html {
  return html`
<li><a href="${snapshotPath(id)}">${hostText(host ?? name)}</a>
<span class="quiet">${plural(incidents.length, 'incident')} · ${timeMark(receivedAt, now)}</span></li>`
}

/** What a new user sees: the next step, ready to copy. */
function welcome({ origin }: PageContext): Html {
  const collect = 'npx hangar collect -o bundle.tar.gz'
  const upload = `npx hangar upload bundle.tar.gz --server ${origin} --wait`
  const curl = `curl -sS -F bundle=@bundle.tar.gz '${origin}/api/v1/snapshots?wait=60'`
  return html`<section class="masthead calm">
<h1>Bring in the first hung host.</h1>
<p class="lead">Hangar reads what a Linux host shows of itself in <code>/proc</code> and its kernel log, and says
which task is stuck, on whom it waits, why it cannot end, and what frees it.</p>
</section>
<ol class="steps-to-start">
<li class="panel"><h2>Try a text</h2>
<p>Paste a kernel stack, a hung-task report, a sysrq dump or a goroutine dump. Nothing is stored.</p>
<p><a class="button main" href="/analyze">Analyze a text or file</a></p></li>
<li class="panel"><h2>Collect on the host</h2>
<p>The collector reads the suspicious tasks first and never waits for a file that blocks.</p>
${copyable(collect, 'the collect command')}</li>
<li class="panel"><h2>Upload the bundle</h2>
<p>A bundle, a sosreport, or a tar of the right files. Plain <code>tar</code> stores the files of a live
<code>/proc</code> empty, so use the collector.</p>
${copyable(upload, 'the upload command')}${copyable(curl, 'the curl command')}</li>
</ol>`
}
