import type { IncidentItem } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { incidentRow } from './incident-list.ts'

/** Incidents with a box each, and what can be done with those that are ticked. */
export function bulkForm(items: readonly IncidentItem[], now: string, address: string): Html {
  return html`<form class="bulk" method="post" action="/incidents/bulk">
<input type="hidden" name="back" value="${address}">
<div class="panel flush"><ol class="incidents pickable">${items.map((item) => incidentRow(item, now, tickBox(item)))}</ol></div>
<div class="bulk-bar"><label for="bulk-note">Note for the ticked</label>
<input id="bulk-note" name="note" type="text" maxlength="2000" autocomplete="off" placeholder="What you know, for who comes next">
<button name="state" value="acknowledged" class="main">Acknowledge</button>
<button name="state" value="resolved">Resolve</button></div>
</form>`
}

function tickBox({ id, title, host }: IncidentItem): Html {
  const name = `Tick ${title}${host === null ? '' : ` on ${host}`}`
  return html`<input class="tick" type="checkbox" name="id" value="${id}" aria-label="${name}">`
}
