import type { Diagnosis } from '../../model/diagnosis.ts'
import {
  type IncidentItem,
  type Page,
  SNAPSHOT_STATUSES,
  type SnapshotItem,
  type SnapshotStatus,
} from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { incidentList } from '../parts/incident-list.ts'
import { hostCode, hostText, labelTags, timeMark } from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded, hostPath, snapshotPath } from '../parts/paths.ts'
import { section } from '../parts/sections.ts'
import { snapshotTable, statusMark } from '../parts/snapshot-table.ts'
import { countFigures, readingNotes, stackList, waitBars } from '../parts/task-tables.ts'
import { bytes, plural } from '../parts/words.ts'

export type SnapshotsView = {
  readonly page: Page<SnapshotItem>
  readonly status: SnapshotStatus | null
  readonly cursor: string | null
}

export function snapshotsPage(context: PageContext, view: SnapshotsView): string {
  const { page, status, cursor } = view
  const address = status === null ? '/snapshots' : `/snapshots?status=${status}`
  return layout(context, {
    title: 'Snapshots',
    description: plural(page.total, 'snapshot'),
    section: '/snapshots',
    body: html`<header class="list-head"><h1>${plural(page.total, 'snapshot')}</h1><nav class="tabs" aria-label="By status">${[null, ...SNAPSHOT_STATUSES].map((each) => statusTab(each, status))}</nav></header>
${page.items.length === 0 ? html`<p class="empty panel">None${status === null ? ' yet. Upload a bundle, and it stands here.' : ` ${status}.`}</p>` : snapshotTable(page.items, context.now)}
${pager({ address, cursor, next: page.next, shown: page.items.length, total: page.total }, 'snapshot')}`,
  })
}

function statusTab(status: SnapshotStatus | null, current: SnapshotStatus | null): Html {
  return html`<a href="/snapshots${status === null ? '' : `?status=${status}`}"${status === current ? html` aria-current="page"` : null}>${status ?? 'all'}</a>`
}

export type SnapshotView = {
  readonly snapshot: SnapshotItem
  readonly incidents: readonly IncidentItem[]
  /** Null until it is diagnosed, and for one that failed. */
  readonly diagnosis: Diagnosis | null
}

/** A page under work asks for itself again. */
const REFRESH_SECONDS = 3

export function snapshotPage(context: PageContext, view: SnapshotView): string {
  const { snapshot } = view
  const isPending = snapshot.status === 'queued' || snapshot.status === 'processing'
  return layout(context, {
    title: `Snapshot of ${snapshot.host ?? snapshot.name}`,
    description: `${snapshot.status}, ${plural(snapshot.incidents.length, 'incident')}`,
    section: '/snapshots',
    ...(isPending ? { refreshSeconds: REFRESH_SECONDS } : {}),
    body: html`${crumbs('/snapshots', 'Snapshots')}
${head(context, snapshot)}
${snapshot.counts === null ? null : countFigures(snapshot.counts)}
${isPending ? html`<p class="empty panel">${snapshot.status === 'queued' ? 'Waits to be diagnosed' : 'Is being diagnosed'}; this page looks again every ${plural(REFRESH_SECONDS, 'second')}.</p>` : null}
${failure(snapshot)}
${results(context, view)}`,
  })
}

function head({ now }: PageContext, snapshot: SnapshotItem): Html {
  const { host } = snapshot
  return html`<header class="verdict-head plain-head"><p class="marks">${statusMark(snapshot.status)}</p><h1>Snapshot of ${hostText(host ?? snapshot.name)}</h1>
<p class="facts">${host === null ? null : html`<span>host <a href="${hostPath(host)}">${hostText(host)}</a></span>`}<span>kernel ${hostCode(snapshot.kernel)}</span><span>taken ${timeMark(snapshot.collectedAt, now)}</span><span>received ${timeMark(snapshot.receivedAt, now)}</span></p>
<p class="facts"><span>${hostText(snapshot.name)}, ${bytes(snapshot.sizeBytes)}</span><span>sha256 <code>${snapshot.sha256}</code></span></p>${labelTags(snapshot.labels)}
<p class="buttons"><a class="button" href="/api/v1${snapshotPath(snapshot.id)}/archive" download>Download the archive</a> <a class="button" href="/api/v1${snapshotPath(snapshot.id)}/diagnosis">Diagnosis as JSON</a></p></header>`
}

function failure({ problem }: SnapshotItem): Html | null {
  if (problem === null) return null
  const facts = Object.entries(problem.facts)
  return html`<section class="panel failure"><h2>${problem.title}</h2><p>Kind: <a href="/problems/${encoded(problem.type.split('/').at(-1) ?? '')}">${problem.type.split('/').at(-1)}</a></p>${
    facts.length === 0
      ? null
      : html`<dl class="about">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${String(value)}</dd></div>`)}</dl>`
  }</section>`
}

function results({ now }: PageContext, { snapshot, incidents, diagnosis }: SnapshotView): Html {
  return html`${
    snapshot.status !== 'done'
      ? null
      : section(
          'incidents',
          incidents.length === 0 ? 'Nothing is stuck' : plural(incidents.length, 'incident'),
          incidents.length === 0
            ? html`<p class="empty">No task of this snapshot hangs.</p>`
            : html`<div class="panel flush">${incidentList(incidents, now)}</div>`,
        )
  }${diagnosis === null ? null : diagnosisParts(diagnosis)}`
}

function diagnosisParts(diagnosis: Diagnosis): readonly (Html | null)[] {
  return [
    section('waits', 'What its notable tasks wait for', waitBars(diagnosis.tasks)),
    section('stacks', 'Where they stand', stackList(diagnosis.tasks)),
    section('reading', 'Not read', readingNotes(diagnosis)),
  ]
}
