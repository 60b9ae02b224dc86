import type { IncidentItem } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { severityIcon } from './icons.ts'
import { hostCode, hostText, stateMark, timeMark, verdictMark } from './marks.ts'
import { hostPath, incidentPath } from './paths.ts'
import { clipped, plural, spaced } from './words.ts'

/** Incidents as rows to pick from, newest or worst first as they come. */
export function incidentList(items: readonly IncidentItem[], now: string): Html {
  return html`<ol class="incidents">${items.map((item) => incidentRow(item, now))}</ol>`
}

function incidentRow(item: IncidentItem, now: string): Html {
  return html`<li class="incident-row sev-${item.severity}" data-row>
<span class="row-sev" title="${item.severity}">${severityIcon(item.severity)}<span class="unseen">${item.severity}</span></span>
<div class="row-main"><a class="row-title" href="${incidentPath(item.id)}">${clipped(item.title, 160)}</a>
<p class="row-summary">${clipped(item.summary, 260)}</p>
<p class="row-facts">${item.host === null ? html`<span>no host</span>` : html`<a href="${hostPath(item.host)}">${hostText(item.host)}</a>`}<span>${hostCode(item.kernel, 'kernel unknown')}</span><span>${spaced(item.subject.kind)} ${hostCode(item.subject.id)}</span>${item.taskCount > 0 ? html`<span>${plural(item.taskCount, 'task')}</span>` : null}</p></div>
<div class="row-end">${stateMark(item.state, item.resolution)}${verdictMark(item.verdict)}<span class="row-when">seen ${timeMark(item.lastSeen, now)}</span></div>
</li>`
}
