import type { Page } from '../../model/incident.ts'
import type { Example, Said, Tally, Work, WorkKind } from '../../model/work.ts'
import { type Html, html } from '../html.ts'
import type { PageContext } from '../layout.ts'
import { adminPage } from '../parts/admin-frame.ts'
import { aboutList, figureList, hostCode, hostText, timeMark } from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded, incidentPath, signaturePath, snapshotPath } from '../parts/paths.ts'
import { panel } from '../parts/prose.ts'
import { type Column, dataTable } from '../parts/table.ts'
import { clipped, grouped, lasted, plural } from '../parts/words.ts'

export const JOBS_PATH = '/admin/jobs'

const KINDS: Readonly<Record<WorkKind, string>> = {
  try: 'Trial of a signature',
  reclassify: 'History read again',
}

const REFRESH_SECONDS = 2

export function jobPath(id: string): string {
  return `${JOBS_PATH}/${encoded(id)}`
}

/** Work that takes long, the newest first. */
export function jobsPage(
  context: PageContext,
  { page, cursor }: { readonly page: Page<Work>; readonly cursor: string | null },
): string {
  const { items, next, total } = page
  const position = { address: JOBS_PATH, cursor, next, shown: items.length, total }
  return adminPage(context, JOBS_PATH, {
    title: plural(total, 'job'),
    description: 'Signatures tried on history, and history read again',
    body: html`${items.length === 0 ? NONE : jobTable(items, context.now)}
${items.length === 0 ? null : pager(position, 'job')}
${READ_AGAIN}`,
  })
}

const NONE = html`<p class="empty panel">Nothing that takes long was asked for yet.</p>`

const READ_AGAIN = panel(
  'read-again',
  'Read history again',
  html`<p>Applies the signatures in force to all stored snapshots: incidents are found, lost and changed as if every bundle had come with them. What people wrote stays. Fresh bundles go first.</p>
<form class="buttons" method="post" action="${JOBS_PATH}"><button class="main">Read it again</button></form>`,
)

function jobTable(items: readonly Work[], now: string): Html {
  const columns: readonly Column<Work>[] = [
    { head: 'Job', cell: ({ id, kind }) => html`<a href="${jobPath(id)}">${KINDS[kind]}</a>` },
    { head: 'State', cell: stateOf },
    { head: 'Progress', cell: progressOf },
    { head: 'Gained', isNumber: true, cell: ({ result }) => grouped(result.gained.incidents) },
    { head: 'Lost', isNumber: true, cell: ({ result }) => grouped(result.lost.incidents) },
    { head: 'Changed', isNumber: true, cell: ({ result }) => grouped(result.changed.incidents) },
    { head: 'Asked', cell: ({ asked, who }) => html`${timeMark(asked, now)} by ${hostText(who)}` },
  ]
  return html`<div class="panel flush">${dataTable({ caption: 'Jobs', columns, items })}</div>`
}

function stateOf({ state }: Pick<Work, 'state'>): Html {
  return html`<span class="tag job-${state}">${state}</span>`
}

function progressOf({ progress }: Work): Html {
  const { done, total } = progress
  const part = total === 0 ? 100 : Math.floor((100 * done) / total)
  return html`${part} %, ${grouped(done)} of ${plural(total, 'snapshot')}`
}

/** One job: how far it is, what can be done with it, what it found. */
export function jobPage(context: PageContext, work: Work): string {
  const { kind, state, result } = work
  const isUnderWay = state === 'queued' || state === 'running'
  return adminPage(context, JOBS_PATH, {
    title: KINDS[kind],
    description: `${state}, ${plural(work.progress.done, 'snapshot')} read`,
    ...(isUnderWay ? { refreshSeconds: REFRESH_SECONDS } : {}),
    body: html`${buttons(work)}
${work.problem === null ? null : html`<p class="panel warn" role="status">It failed (${work.problem}). What it had written stays.</p>`}
<p>${progressOf(work)}</p>
${figureList([
  { name: 'Gained', value: tallyOf(result.gained) },
  { name: 'Lost', value: tallyOf(result.lost) },
  { name: 'Changed', value: tallyOf(result.changed) },
])}
${panel('about', 'What was asked for', about(work, context.now))}
${kind === 'try' ? panel('examples', 'Examples', examples(result.examples)) : null}`,
  })
}

const MOVES: Readonly<Record<Work['state'], readonly (readonly [to: string, name: string])[]>> = {
  queued: [
    ['pause', 'Pause'],
    ['cancel', 'Cancel'],
  ],
  running: [
    ['pause', 'Pause'],
    ['cancel', 'Cancel'],
  ],
  paused: [
    ['resume', 'Go on'],
    ['cancel', 'Cancel'],
  ],
  done: [],
  failed: [],
  cancelled: [],
}

function buttons(work: Work): Html {
  const forms = MOVES[work.state].map(
    ([to, name]) =>
      html`<form method="post" action="${jobPath(work.id)}/${to}"><button>${name}</button></form>`,
  )
  return html`<div class="buttons job-buttons">${stateOf(work)}${forms}</div>`
}

function tallyOf({ incidents, hosts }: Tally): string {
  return hosts ? `${grouped(incidents)} on ${plural(hosts, 'host')}` : grouped(incidents)
}

function about({ id, who, asked, started, ended, input, progress }: Work, now: string): Html {
  const { since, host, signature, fingerprint, limit } = input
  const left = progress.etaSeconds
  return aboutList([
    ['Id', id],
    ['Asked', html`${timeMark(asked, now)} by ${hostText(who)}`],
    ['Started', timeMark(started, now, 'not yet')],
    ['Ended', timeMark(ended, now, left === null ? 'not yet' : `in ${lasted(left)}`)],
    ['Snapshots', limit === null ? 'all' : `the newest ${grouped(limit)}`],
    ['Taken since', timeMark(since, now, 'ever')],
    ['Host', hostText(host, 'any')],
    ['Signature', hostText(signature, 'any')],
    ['Shape', hostText(fingerprint, 'any')],
    ['Could not be read', grouped(progress.unreadable)],
  ])
}

function examples(all: readonly Example[]): Html {
  if (all.length === 0) return html`<p class="empty">No incident would be another.</p>`
  const columns: readonly Column<Example>[] = [
    { head: 'Would be', cell: ({ kind }) => html`<span class="tag">${kind}</span>` },
    { head: 'Incident', cell: incidentCell },
    { head: 'Host', cell: ({ host }) => hostText(host) },
    { head: 'Kernel', cell: ({ kernel }) => hostCode(kernel) },
    { head: 'Now', cell: ({ before }) => saidOf(before) },
    { head: 'Then', cell: ({ after }) => saidOf(after) },
  ]
  return dataTable({ caption: 'Examples', columns, items: all })
}

function incidentCell({ incident, snapshot, signature, title, evidence }: Example): Html {
  const to = incident === null ? snapshotPath(snapshot) : incidentPath(incident)
  const lines = evidence.map(({ file, line, text }) => `${file}:${line}: ${text}`)
  return html`<a href="${to}">${clipped(title, 200)}</a> <a class="quiet" href="${signaturePath(signature)}">${signature}</a>
<details><summary>Evidence</summary><pre>${lines.join('\n')}</pre></details>`
}

function saidOf(said: Said | null): string {
  return said === null ? '-' : `${said.verdict}, ${said.severity}, version ${said.version}`
}
