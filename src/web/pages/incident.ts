import type { DiagnosedTask, NearMiss } from '../../model/diagnosis.ts'
import type { HistoryItem, Incident, IncidentItem } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { incidentList } from '../parts/incident-list.ts'
import {
  hostCode,
  hostText,
  labelTags,
  severityMark,
  stateMark,
  timeMark,
  VERDICT_MEANS,
  verdictMark,
} from '../parts/marks.ts'
import { encoded, hostPath, incidentPath, signaturePath, snapshotPath } from '../parts/paths.ts'
import {
  evidencePart,
  graphPart,
  kernelPart,
  missingPart,
  nearMissesPart,
  prose,
  section,
  stacksPart,
  stepsPart,
  subjectOf,
  tasksPart,
} from '../parts/sections.ts'
import { capital, clipped, plural } from '../parts/words.ts'

/** One stored incident with all that its page shows beside it. */
export type IncidentView = {
  readonly incident: Incident
  /** Tasks of the snapshot its evidence is from, with their stacks; empty when that is gone. */
  readonly tasks: readonly DiagnosedTask[]
  /** Which signatures came closest, where none explains it. */
  readonly nearMisses: readonly NearMiss[]
  /** Other unresolved incidents of the same shape elsewhere. */
  readonly elsewhere: readonly IncidentItem[]
  readonly elsewhereTotal: number
}

export function incidentPage(context: PageContext, view: IncidentView): string {
  const { incident } = view
  return layout(context, {
    title: `${incident.title}${incident.host === null ? '' : ` on ${incident.host}`}`,
    description: `${capital(incident.severity)}, ${incident.verdict}, ${incident.state}. ${incident.summary}`,
    section: '/incidents',
    body: html`${crumbs('/incidents', 'Incidents')}
<article class="incident sev-${incident.severity}">
${verdictHead(context, incident)}
<div class="with-aside">
<div class="parts">${parts(context, view)}</div>
${aside(context, incident)}
</div>
</article>`,
  })
}

function verdictHead({ now }: PageContext, incident: Incident): Html {
  const { host, kernel } = incident
  return html`<header class="verdict-head">
<p class="marks">${severityMark(incident.severity)}${verdictMark(incident.verdict)}${stateMark(incident.state, incident.resolution)}</p>
<h1>${incident.title}</h1>
<p class="facts">${host === null ? null : html`<span>on <a href="${hostPath(host)}">${hostText(host)}</a></span>`}<span>${subjectOf(incident)}</span><span>kernel ${hostCode(kernel)}</span>${incident.since === null ? null : html`<span>stuck since ${timeMark(incident.since, now)}</span>`}<span>last seen ${timeMark(incident.lastSeen, now)}</span></p>
<div class="lead">${prose(incident.summary, 'summary')}</div>
<p class="verdict-means">${VERDICT_MEANS[incident.verdict]}</p>
</header>`
}

function parts(context: PageContext, view: IncidentView): readonly Html[] {
  const { incident, tasks } = view
  return [
    section('run', 'What to run', stepsPart(incident.advice.steps)),
    section('stuck', 'Who is stuck', tasksPart(incident.tasks)),
    section('graph', 'Who waits for whom', graphPart(incident, 'graph')),
    section('evidence', 'Evidence', evidencePart(incident.evidence)),
    section('stacks', 'Stacks', stacksPart(incident.tasks, tasks)),
    section('kernel', 'This kernel', kernelPart(incident.advice.kernel, incident.kernel)),
    section('missing', 'What is missing', missingPart(incident.missing)),
    section('near', 'What came close', nearMissesPart(view.nearMisses)),
    section('history', 'History', historyPart(incident.history, context.now)),
    section('elsewhere', 'The same elsewhere', elsewherePart(view, context.now)),
  ].filter((part) => part !== null)
}

function elsewherePart(
  { incident, elsewhere, elsewhereTotal }: IncidentView,
  now: string,
): Html | null {
  if (elsewhere.length === 0) return null
  return html`${incidentList(elsewhere, now)}<p><a href="/incidents?fingerprint=${encoded(incident.fingerprint)}">All ${plural(elsewhereTotal, 'incident')} of this shape</a></p>`
}

/** How a change reads. */
const CHANGES: Readonly<Record<HistoryItem['what'], string>> = {
  opened: 'Opened',
  seen: 'Seen again',
  verdict: 'Verdict changed',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
  cleared: 'Cleared: a later snapshot shows it gone',
  rebooted: 'Gone: the host was rebooted',
  reopened: 'Reopened',
}

function historyPart(history: readonly HistoryItem[], now: string): Html | null {
  if (history.length === 0) return null
  const newestFirst = [...history].reverse()
  return html`<ol class="history">${newestFirst.map(
    ({ at, what, who, snapshot, note }) =>
      html`<li class="did-${what}"><span class="what">${CHANGES[what]}</span> ${timeMark(at, now)} <span class="quiet">by ${hostText(who)}${snapshot === null ? null : html`, <a href="${snapshotPath(snapshot)}">snapshot</a>`}</span>${note === null ? null : html`<blockquote>${prose(note, 'note')}</blockquote>`}</li>`,
  )}</ol>`
}

function aside(context: PageContext, incident: Incident): Html {
  const { now } = context
  const path = incidentPath(incident.id)
  return html`<aside class="side" aria-label="About this incident">
${stateForm(incident)}
<dl class="about">
<div><dt>Host</dt><dd>${incident.host === null ? hostText(null) : html`<a href="${hostPath(incident.host)}">${hostText(incident.host)}</a>`}${labelTags(incident.labels)}</dd></div>
<div><dt>Kernel</dt><dd>${hostCode(incident.kernel)}</dd></div>
<div><dt>Subject</dt><dd>${subjectOf(incident)}</dd></div>
<div><dt>First seen</dt><dd>${timeMark(incident.firstSeen, now)}</dd></div>
<div><dt>Last seen</dt><dd>${timeMark(incident.lastSeen, now)}</dd></div>
<div><dt>Seen in</dt><dd>${plural(incident.snapshots, 'snapshot')}, <a href="${snapshotPath(incident.snapshot)}">the last</a></dd></div>
<div><dt>Signature</dt><dd><a href="${signaturePath(incident.signature)}">${incident.signature}</a> <span class="quiet">version ${incident.signatureVersion}</span></dd></div>
<div><dt>Shape</dt><dd><a href="/incidents?fingerprint=${encoded(incident.fingerprint)}">${hostCode(incident.fingerprint)}</a></dd></div>
</dl>
${linksPart(incident)}
<h2>Take it along</h2>
<ul class="plain">
<li><a href="/api/v1${path}.md" type="text/markdown">Markdown for a ticket</a></li>
<li><a href="/api/v1${path}">JSON</a></li>
<li><a href="/api/v1${snapshotPath(incident.snapshot)}/archive" download>The archive it was read from</a></li>
</ul>
<p class="permanent"><label for="permanent">Permanent address</label><input id="permanent" class="copy-input" type="text" readonly value="${context.origin}/i/${encoded(incident.id)}"></p>
</aside>`
}

function linksPart({ links }: Incident): Html | null {
  if (links.length === 0) return null
  return html`<h2>Tickets</h2><ul class="plain">${links.map(ticketItem)}</ul>`
}

/** A link only where it leads to the web; anything else is shown and not followed. */
function ticketItem({ url, key, title }: Incident['links'][number]): Html {
  const name = clipped(title ?? key ?? url, 120)
  if (!/^https?:\/\//i.test(url)) return html`<li>${name}</li>`
  return html`<li><a href="${url}" rel="noreferrer">${name}</a></li>`
}

/** What a person may do next, by the state it is in. */
const NEXT_STATES = {
  open: [
    { state: 'acknowledged', name: 'Acknowledge', isMain: true },
    { state: 'resolved', name: 'Resolve', isMain: false },
  ],
  acknowledged: [
    { state: 'resolved', name: 'Resolve', isMain: true },
    { state: 'open', name: 'Put back to open', isMain: false },
  ],
  resolved: [{ state: 'open', name: 'Reopen', isMain: false }],
} as const

function stateForm({ id, state }: Incident): Html {
  return html`<form class="state-form" method="post" action="${incidentPath(id)}/state"><label for="note">Note</label><textarea id="note" name="note" rows="2" maxlength="2000" placeholder="What you know, for who comes next"></textarea><div class="buttons">${NEXT_STATES[
    state
  ].map(
    (next) =>
      html`<button name="state" value="${next.state}" class="${next.isMain ? 'main' : ''}">${next.name}</button>`,
  )}</div></form>`
}
