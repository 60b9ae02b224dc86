import type {
  FleetProblem,
  ProblemDay,
  ProblemHistoryItem,
  ProblemItem,
  ProblemPart,
  ProblemQuery,
} from '../../model/fleet-problem.ts'
import type { Page } from '../../model/incident.ts'
import type { Link } from '../../model/link.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { shortList } from '../parts/incident-list.ts'
import { linkItem } from '../parts/links.ts'
import { figureList, foundCount, hostCode, hostLink, timeMark } from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded, problemPath, signaturePath } from '../parts/paths.ts'
import { panel, prose, section } from '../parts/prose.ts'
import { stackView } from '../parts/stack.ts'
import { type Column, dataTable } from '../parts/table.ts'
import { clipped, grouped, plural } from '../parts/words.ts'

export type ProblemsView = {
  readonly page: Page<ProblemItem>
  readonly query: Pick<ProblemQuery, 'known' | 'q' | 'sort'>
  /** Address of this page without its cursor. */
  readonly address: string
  readonly cursor: string | null
}

const SORTS = {
  unknown: 'Unexplained first',
  hosts: 'Most hosts',
  incidents: 'Most incidents',
  trend: 'Rising',
  lastSeen: 'Last seen',
  firstSeen: 'Newest',
} as const

/** Every waiting shape of the fleet, for who looks what to explain next. */
export function problemsPage(context: PageContext, view: ProblemsView): string {
  const { items, next, total } = view.page
  const shown = items.length
  return layout(context, {
    title: 'Problems',
    description: `${plural(total, 'shape')} of waiting across the fleet`,
    section: '/problems',
    body: html`<header class="list-head"><h1>${plural(total, 'problem')}</h1>
<p class="quiet">One for each shape of waiting, on whatever host, whether or not a signature explains it.</p></header>
${filterForm(view.query)}
${shown === 0 ? NONE : problemTable(items, context.now)}
${pager({ address: view.address, cursor: view.cursor, next, shown, total }, 'problem')}`,
  })
}

const NONE = html`<p class="empty panel">No problem here. A problem appears with the first incident of its shape:
<a href="/analyze">analyze</a> a stack, or upload a bundle.</p>`

function filterForm({ known, q, sort = 'unknown' }: ProblemsView['query']): Html {
  const option = (value: string, says: string, chosen: boolean) =>
    html`<option value="${value}"${chosen ? html` selected` : null}>${says}</option>`
  return html`<form class="problem-filter" method="get" action="/problems">
<label for="problem-q">Find</label><input id="problem-q" name="q" type="search" maxlength="200" value="${q ?? ''}" placeholder="Name, title, function…">
<label for="problem-known">Explained</label><select id="problem-known" name="known">
${option('', 'all', known === undefined)}${option('false', 'by no signature', known === false)}${option('true', 'by a signature', known === true)}</select>
<label for="problem-sort">Order</label><select id="problem-sort" name="sort">${Object.entries(
    SORTS,
  ).map(([value, says]) => option(value, says, value === sort))}</select>
<button class="main">Show</button></form>`
}

function problemTable(items: readonly ProblemItem[], now: string): Html {
  const columns: readonly Column<ProblemItem>[] = [
    { head: 'Problem', cell: problemName },
    { head: 'Hosts', isNumber: true, cell: ({ hosts }) => grouped(hosts) },
    { head: 'Open', isNumber: true, cell: ({ open }) => foundCount(open) },
    { head: 'Ever', isNumber: true, cell: ({ incidents }) => grouped(incidents) },
    { head: 'Days', cell: ({ trend }) => sparkline(trend, now) },
    { head: 'Last seen', cell: ({ lastSeen }) => timeMark(lastSeen, now, 'never') },
    { head: 'First seen', cell: ({ firstSeen }) => timeMark(firstSeen, now, 'never') },
  ]
  return html`<div class="panel flush">${dataTable({ caption: 'Problems', columns, items })}</div>`
}

type Titled = Pick<ProblemItem, 'name' | 'title' | 'fingerprint'>

function titleOf({ name, title, fingerprint }: Titled): string {
  return clipped(name ?? title ?? fingerprint, 160)
}

function problemName(problem: ProblemItem): Html {
  const { fingerprint, known, signatures, class: waitClass } = problem
  const by = known ? signatures.slice(0, 2).join(', ') : 'no signature explains it'
  return html`<a href="${problemPath(fingerprint)}"><bdi>${titleOf(problem)}</bdi></a><br>
<span class="quiet">${waitClass ?? 'event'} · ${clipped(by, 120)} · <code>${clipped(fingerprint, 40)}</code></span>`
}

const DAY_MS = 24 * 60 * 60 * 1000
const SPARK_DAYS = 14

/** The last two weeks, a bar a day. */
function sparkline(trend: readonly ProblemDay[], now: string): Html {
  const today = Math.floor(Date.parse(now) / DAY_MS)
  const counts = Array.from({ length: SPARK_DAYS }, (_, index) => {
    const day = today - SPARK_DAYS + 1 + index
    return trend.find(({ at }) => Math.floor(Date.parse(at) / DAY_MS) === day)?.incidents ?? 0
  })
  const most = Math.max(1, ...counts)
  const bars = counts.map((count, index) => {
    const height = count === 0 ? 1 : Math.max(2, Math.round((count / most) * 20))
    return html`<rect class="fill-share" x="${index * 6}" y="${22 - height}" width="4" height="${height}"/>`
  })
  const sum = counts.reduce((all, count) => all + count, 0)
  return html`<svg class="spark" width="84" height="22" role="img" aria-label="${plural(sum, 'incident')} first seen in two weeks">${bars}</svg>`
}

export type ProblemView = { readonly problem: FleetProblem; readonly links: readonly Link[] }

/** One problem: where it was seen, an example, and what people know of it. */
export function fleetProblemPage(context: PageContext, { problem, links }: ProblemView): string {
  const { fingerprint, note, known } = problem
  const { now } = context
  const path = problemPath(fingerprint)
  return layout(context, {
    title: titleOf(problem),
    description: `${plural(problem.incidents, 'incident')} on ${plural(problem.hosts, 'host')}`,
    section: '/problems',
    preview: { path, image: null },
    body: html`${crumbs('/problems', 'Problems')}
<header class="list-head"><h1><bdi>${titleOf(problem)}</bdi></h1>
<p class="quiet"><code>${fingerprint}</code> ${known ? null : html`<span class="tag">no signature explains it</span>`}</p></header>
${note === null ? null : prose(note, 'lead')}
${partOfAnother(problem)}
${figureList([
  { name: 'open', value: grouped(problem.open), isWrong: problem.open > 0 },
  { name: 'ever', value: grouped(problem.incidents) },
  { name: 'hosts', value: grouped(problem.hosts) },
  { name: 'first seen', value: timeMark(problem.firstSeen, now, 'never') },
  { name: 'last seen', value: timeMark(problem.lastSeen, now, 'never') },
  { name: 'two weeks', value: sparkline(problem.trend, now) },
])}
<p><a href="/incidents?fingerprint=${encoded(fingerprint)}">All incidents of it</a></p>
${examplePart(problem, now)}
<div class="ticket-parts">
${panel('by-signature', 'By signature', partTable(problem.bySignature, now, signatureName))}
${panel(
  'by-kernel',
  'By kernel',
  partTable(problem.byKernel, now, ({ name }) => hostCode(name)),
)}
${panel(
  'by-host',
  'Hosts',
  partTable(problem.byHost, now, ({ name }) => hostLink(name)),
)}
${panel('links', 'Tickets', linksPart(path, links))}
${panel('name', 'Name', nameForm(path, problem))}
${panel('merge', 'The same as another', mergePart(path, problem))}
</div>
${section('history', 'What people did', historyPart(problem.history, now))}`,
  })
}

function partOfAnother({ mergedInto, fingerprint }: FleetProblem): Html | null {
  if (mergedInto === null) return null
  return html`<p class="notice panel">It is part of <a href="${problemPath(mergedInto)}">${mergedInto}</a>, and counts there.</p>
<form method="post" action="${problemPath(fingerprint)}/part"><button>Part them again</button></form>`
}

function examplePart({ example }: FleetProblem, now: string): Html | null {
  if (example === null) return null
  const { task, incident, nearMisses } = example
  const misses = nearMisses.map(
    ({ signature, failed }) =>
      html`<li><a href="${signaturePath(signature)}">${signature}</a>: <code>${clipped(failed.join('; '), 300)}</code></li>`,
  )
  return html`${section('example', 'An example', html`<div class="example">${shortList([incident], now)}${task === null ? null : stackView(task.stack, task.waitsOn)}</div>`)}
${section('near', 'What came close, and what failed', misses.length === 0 ? null : html`<ul class="near-misses">${misses}</ul>`)}`
}

function signatureName({ name }: ProblemPart): Html {
  return name === null ? hostCode(null) : html`<a href="${signaturePath(name)}">${name}</a>`
}

const PARTS_SHOWN = 12

function partTable(
  parts: readonly ProblemPart[],
  now: string,
  nameOf: (part: ProblemPart) => Html,
): Html {
  if (parts.length === 0) return html`<p class="quiet">None.</p>`
  const columns: readonly Column<ProblemPart>[] = [
    { head: 'Name', cell: nameOf },
    { head: 'Incidents', isNumber: true, cell: ({ incidents }) => grouped(incidents) },
    { head: 'First seen', cell: ({ firstSeen }) => timeMark(firstSeen, now) },
    { head: 'Last seen', cell: ({ lastSeen }) => timeMark(lastSeen, now) },
  ]
  return dataTable({ caption: null, columns, items: parts.slice(0, PARTS_SHOWN) })
}

function linksPart(path: string, links: readonly Link[]): Html {
  const items = links.map((link) => linkItem(link, `${path}/links/${link.id}/remove`))
  return html`${items.length === 0 ? html`<p class="quiet">None yet.</p>` : html`<ul class="links">${items}</ul>`}
<form class="add-link" method="post" action="${path}/links"><label for="link-url">Address</label>
<input id="link-url" name="url" type="url" required maxlength="2000" autocomplete="off">
<button class="main">Link</button></form>`
}

function nameForm(path: string, { name, note }: FleetProblem): Html {
  return html`<form class="fields" method="post" action="${path}/name">
<div><label for="problem-name">Name</label><input id="problem-name" name="name" maxlength="200" value="${name ?? ''}" autocomplete="off"></div>
<div><label for="problem-note">Note</label><textarea id="problem-note" name="note" rows="3" maxlength="10000">${note ?? ''}</textarea></div>
<div><button class="main">Save</button></div></form>`
}

function mergePart(path: string, { members }: FleetProblem): Html {
  const items = members.map(
    (member) =>
      html`<li><a href="${problemPath(member.fingerprint)}"><bdi>${titleOf(member)}</bdi></a></li>`,
  )
  return html`${items.length === 0 ? null : html`<ul class="plain">${items}</ul>`}
<form class="fields" method="post" action="${path}/merge">
<div><label for="merge-into">Fingerprint of the other, as on its page</label><input id="merge-into" name="into" required maxlength="200" placeholder="1:9f86…" autocomplete="off" spellcheck="false"></div>
<div><label for="merge-note">Why</label><input id="merge-note" name="note" maxlength="2000" autocomplete="off"></div>
<div><button>Merge this into it</button></div></form>`
}

function historyPart(history: readonly ProblemHistoryItem[], now: string): Html | null {
  if (history.length === 0) return null
  const items = history.map(
    ({ at, who, what, other, note }) =>
      html`<li><span class="what">${what}</span> ${other === null ? null : html`<code>${other}</code>`} ${timeMark(at, now)} <span class="quiet">by ${clipped(who, 80)}</span>${note === null ? null : html`<blockquote>${prose(note, 'note')}</blockquote>`}</li>`,
  )
  return html`<ol class="history">${items}</ol>`
}
