import type { Diagnosis } from '../../model/diagnosis.ts'
import {
  type IncidentItem,
  type Page,
  SNAPSHOT_STATUSES,
  type SnapshotItem,
  type SnapshotStatus,
} from '../../model/incident.ts'
import { flameFigure } from '../flame.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { incidentBox } from '../parts/incident-list.ts'
import {
  aboutList,
  factLine,
  hostCode,
  hostLink,
  hostText,
  labelTags,
  timeMark,
} from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded, snapshotPath } from '../parts/paths.ts'
import { section } from '../parts/prose.ts'
import { snapshotTable, statusMark } from '../parts/snapshot-table.ts'
import { countFigures, readingNotes, stackList } from '../parts/task-tables.ts'
import { bytes, plural } from '../parts/words.ts'
import { type SnapshotStack, taskBars } from '../task-bars.ts'
import { adviceOn } from './problem.ts'

export type SnapshotsView = {
  readonly page: Page<SnapshotItem>
  readonly status: SnapshotStatus | null
  readonly cursor: string | null
}

export function snapshotsPage(context: PageContext, view: SnapshotsView): string {
  const { page, status, cursor } = view
  const address = status === null ? '/snapshots' : `/snapshots?status=${status}`
  const { items, next, total } = page
  const none =
    status === null ? 'None yet. Upload a bundle, and it stands here.' : `None ${status}.`
  return layout(context, {
    title: 'Snapshots',
    description: plural(total, 'snapshot'),
    section: '/snapshots',
    body: html`<header class="list-head"><h1>${plural(total, 'snapshot')}</h1>
<nav class="tabs" aria-label="By status">${[null, ...SNAPSHOT_STATUSES].map((each) => statusTab(each, status))}</nav></header>
${items.length === 0 ? html`<p class="empty panel">${none}</p>` : snapshotTable(items, context.now)}
${pager({ address, cursor, next, shown: items.length, total }, 'snapshot')}`,
  })
}

function statusTab(status: SnapshotStatus | null, current: SnapshotStatus | null): Html {
  const query = status === null ? '' : `?status=${status}`
  const mark = status === current ? html` aria-current="page"` : null
  return html`<a href="/snapshots${query}"${mark}>${status ?? 'all'}</a>`
}

export type SnapshotView = {
  readonly snapshot: SnapshotItem
  readonly incidents: readonly IncidentItem[]
  /** Null until it is diagnosed, and for one that failed. */
  readonly diagnosis: Diagnosis | null
  /** Its most crowded stacks, with those of tasks that are not notable. */
  readonly stacks: readonly SnapshotStack[]
  /** Other snapshots of its host, newest first. */
  readonly others: readonly SnapshotItem[]
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
${head(context, view)}
${snapshot.counts === null ? null : countFigures(snapshot.counts)}
${isPending ? pending(snapshot.status) : null}
${failure(snapshot)}
${results(context, view)}`,
  })
}

function pending(status: SnapshotStatus): Html {
  const says = status === 'queued' ? 'Waits to be diagnosed' : 'Is being diagnosed'
  const every = plural(REFRESH_SECONDS, 'second')
  return html`<p class="empty panel">${says}; this page looks again every ${every}.</p>`
}

function head({ now }: PageContext, { snapshot, others }: SnapshotView): Html {
  const { host, name, kernel, collectedAt, receivedAt, sizeBytes, sha256 } = snapshot
  const path = `/api/v1${snapshotPath(snapshot.id)}`
  return html`<header class="verdict-head plain-head">
<p class="marks">${statusMark(snapshot.status)}</p>
<h1>Snapshot of ${hostText(host ?? name)}</h1>
${factLine([
  host === null ? null : html`host ${hostLink(host)}`,
  html`kernel ${hostCode(kernel)}`,
  html`taken ${timeMark(collectedAt, now)}`,
  html`received ${timeMark(receivedAt, now)}`,
])}
${factLine([html`${hostText(name)}, ${bytes(sizeBytes)}`, html`sha256 <code>${sha256}</code>`])}
${labelTags(snapshot.labels)}
<p class="buttons"><a class="button" href="${path}/archive" download>Download the archive</a>
<a class="button" href="${path}/diagnosis">Diagnosis as JSON</a></p>
${compareWith(snapshot, others, now)}
</header>`
}

/** Links to comparisons: with the one before first, since that is what is asked for. */
function compareWith(
  { id }: SnapshotItem,
  others: readonly SnapshotItem[],
  now: string,
): Html | null {
  if (others.length === 0) return null
  const links = others.map(
    (other) => html`
<li><a href="${snapshotPath(id)}/compare/${encoded(other.id)}">taken ${timeMark(other.collectedAt ?? other.receivedAt, now)}</a>
<span class="quiet">${plural(other.incidents.length, 'incident')}</span></li>`,
  )
  return html`<details class="compare-with"><summary>Compare with another snapshot of this host</summary>
<ul class="plain">${links}</ul></details>`
}

function failure({ problem }: SnapshotItem): Html | null {
  if (problem === null) return null
  const kind = problem.type.split('/').at(-1) ?? ''
  const advice = adviceOn(kind)
  const facts = Object.entries(problem.facts).map(([name, value]) => [name, String(value)] as const)
  return html`<section class="panel failure">
<h2>${problem.title}</h2>
${advice === null ? null : html`<p>${advice}</p>`}
<p>Kind: <a href="/problems/${encoded(kind)}">${kind}</a></p>
${facts.length === 0 ? null : aboutList(facts)}
</section>`
}

function results(
  { now }: PageContext,
  { snapshot, incidents, diagnosis, stacks }: SnapshotView,
): Html {
  const isCalm = incidents.length === 0
  const title = isCalm ? 'Nothing is stuck' : plural(incidents.length, 'incident')
  const body = isCalm
    ? html`<p class="empty">No task of this snapshot hangs.</p>`
    : incidentBox(incidents, now)
  return html`${snapshot.status === 'done' ? section('incidents', title, body) : null}
${diagnosis === null ? null : diagnosisParts(diagnosis, stacks)}`
}

function diagnosisParts(
  diagnosis: Diagnosis,
  stacks: readonly SnapshotStack[],
): readonly (Html | null)[] {
  const blocked = stacks.filter(({ waitsOn }) => waitsOn?.blocked)
  return [
    section('flame', 'What is waited on', flameFigure(blocked, 'Blocked tasks by their stacks')),
    section('waits', 'All tasks', taskBars(stacks)),
    section('stacks', 'Where the notable ones stand', stackList(diagnosis.tasks)),
    section('reading', 'Not read', readingNotes(diagnosis)),
  ]
}
