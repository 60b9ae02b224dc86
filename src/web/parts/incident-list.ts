import type { IncidentItem } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { severityIcon } from './icons.ts'
import { hostCode, incidentHost, muteMark, stateMark, timeMark, verdictMark } from './marks.ts'
import { incidentPath } from './paths.ts'
import { inline } from './prose.ts'
import { clipped, plural, spaced } from './words.ts'

/** Incidents as rows to pick from, newest or worst first as they come. */
export function incidentList(items: readonly IncidentItem[], now: string): Html {
  return html`<ol class="incidents">${items.map((item) => incidentRow(item, now))}</ol>`
}

/** The same in a box of its own. */
export function incidentBox(items: readonly IncidentItem[], now: string): Html {
  return html`<div class="panel flush">${incidentList(items, now)}</div>`
}

/** One incident of a list; `tick` is the box that picks it, where several can be picked. */
export function incidentRow(item: IncidentItem, now: string, tick: Html | null = null): Html {
  const { severity, title, summary, state, resolution, verdict, lastSeen, mutedUntil } = item
  return html`
<li class="incident-row sev-${severity}" data-row>
<span class="row-sev" title="${severity}">${severityIcon(severity)}<span class="unseen">${severity}</span>${tick}</span>
<div class="row-main">
<a class="row-title" href="${incidentPath(item.id)}">${clipped(title, 160)}</a>
<p class="row-summary">${inline(clipped(summary, 260))}</p>
<p class="row-facts">${factsOf(item)}</p>
</div>
<div class="row-end">${stateMark(state, resolution)}${muteMark(mutedUntil, now)}${verdictMark(verdict)}
<span class="row-when">seen ${timeMark(lastSeen, now)}</span></div>
</li>`
}

function factsOf(item: IncidentItem): readonly (Html | null)[] {
  const { kernel, subject, taskCount } = item
  return [
    incidentHost(item),
    html`<span>${hostCode(kernel, 'kernel unknown')}</span>`,
    html`<span>${spaced(subject.kind)} ${hostCode(subject.id)}</span>`,
    taskCount > 0 ? html`<span>${plural(taskCount, 'task')}</span>` : null,
  ]
}

/** One line each, where there is little room. */
export function shortList(items: readonly IncidentItem[], now: string): Html {
  return html`<ol class="incidents short">${items.map((item) => shortRow(item, now))}</ol>`
}

function shortRow(item: IncidentItem, now: string): Html {
  const { id, severity, title, summary, firstSeen } = item
  return html`
<li class="incident-row sev-${severity}" data-row>
<span class="row-sev" title="${severity}">${severityIcon(severity)}<span class="unseen">${severity}</span></span>
<div class="row-main">
<a class="row-title" href="${incidentPath(id)}">${clipped(title, 120)}</a>
<p class="row-summary">${inline(clipped(summary, 160))}</p>
<p class="row-facts">${incidentHost(item)}<span>first seen ${timeMark(firstSeen, now)}</span></p>
</div>
</li>`
}
