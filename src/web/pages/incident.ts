import type { DiagnosedTask, NearMiss } from '../../model/diagnosis.ts'
import type { HistoryItem, Incident, IncidentItem } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import { findingParts, subjectOf } from '../parts/finding.ts'
import { incidentBox } from '../parts/incident-list.ts'
import { incidentSide } from '../parts/incident-side.ts'
import {
  factLine,
  hostCode,
  hostText,
  incidentHost,
  muteMark,
  severityMark,
  stateMark,
  timeMark,
  VERDICT_MEANS,
  verdictMark,
} from '../parts/marks.ts'
import { encoded, incidentPath, snapshotPath } from '../parts/paths.ts'
import { prose, section } from '../parts/prose.ts'
import { capital, plural, sinceWords } from '../parts/words.ts'

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
  const { host, title, severity, verdict, state, summary } = incident
  return layout(context, {
    title: host === null ? title : `${title} on ${host}`,
    description: `${capital(severity)}, ${verdict}, ${state}. ${summary}`,
    section: '/incidents',
    preview: {
      path: incidentPath(incident.id),
      image: `${incidentPath(incident.id)}/preview.png`,
    },
    body: html`${crumbs('/incidents', 'Incidents')}
<article class="incident sev-${severity}">
${verdictHead(context, incident)}
<div class="with-aside">
<div class="parts">${parts(context, view)}</div>
${incidentSide(incident, context.now, context.origin)}
</div>
</article>`,
  })
}

function verdictHead({ now }: PageContext, incident: Incident): Html {
  const { severity, verdict, state, resolution, mutedUntil, kernel, since, lastSeen } = incident
  return html`<header class="verdict-head">
<p class="marks">${severityMark(severity)}${verdictMark(verdict)}${stateMark(state, resolution)}${muteMark(mutedUntil, now)}</p>
<h1>${incident.title}</h1>
${factLine([
  html`on ${incidentHost(incident)}`,
  subjectOf(incident),
  html`kernel ${hostCode(kernel)}`,
  since === null ? null : html`${sinceWords(severity)} ${timeMark(since, now)}`,
  html`last seen ${timeMark(lastSeen, now)}`,
])}
<div class="lead">${prose(incident.summary, 'summary')}</div>
<p class="verdict-means">${VERDICT_MEANS[verdict]}</p>
<p class="to-actions"><a class="button" href="#note">Acknowledge, resolve, note</a></p>
</header>`
}

function parts({ now }: PageContext, view: IncidentView): readonly (Html | null)[] {
  const { incident, tasks, nearMisses } = view
  return [
    ...findingParts({ incident, tasks, kernel: incident.kernel, nearMisses, idPrefix: '' }),
    section('history', 'History', historyPart(incident.history, now)),
    section('elsewhere', 'The same elsewhere', elsewherePart(view, now)),
  ]
}

function elsewherePart(
  { incident, elsewhere, elsewhereTotal }: IncidentView,
  now: string,
): Html | null {
  if (elsewhere.length === 0) return null
  const all = plural(elsewhereTotal, 'incident')
  return html`${incidentBox(elsewhere, now)}
<p><a href="/incidents?fingerprint=${encoded(incident.fingerprint)}">All ${all} of this shape</a></p>`
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
  muted: 'Muted',
  unmuted: 'No longer muted',
  noted: 'Noted',
  reclassified: 'Read again',
  withdrawn: 'Withdrawn',
}

/** Newest first. */
function historyPart(history: readonly HistoryItem[], now: string): Html | null {
  if (history.length === 0) return null
  const items = history.map((item) => historyItem(item, now)).reverse()
  return html`<ol class="history">${items}</ol>`
}

function historyItem({ at, what, who, snapshot, note }: HistoryItem, now: string): Html {
  const link = snapshot === null ? null : html`, <a href="${snapshotPath(snapshot)}">snapshot</a>`
  const words = note === null ? null : html`<blockquote>${prose(note, 'note')}</blockquote>`
  return html`
<li class="did-${what}"><span class="what">${CHANGES[what]}</span> ${timeMark(at, now)}
<span class="quiet">by ${hostText(who)}${link}</span>${words}</li>`
}
