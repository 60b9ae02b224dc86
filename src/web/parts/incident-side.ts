import type { Incident } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { subjectOf } from './finding.ts'
import { incidentLinks } from './links.ts'
import { aboutList, hostCode, incidentHost, labelTags, timeMark } from './marks.ts'
import { encoded, incidentPath, problemPath, signaturePath, snapshotPath } from './paths.ts'
import { plural } from './words.ts'

/** What stands beside an incident: what to do with it, its facts, its tickets, its files. */
export function incidentSide(incident: Incident, now: string, origin: string): Html {
  return html`<aside class="side" aria-label="About this incident">
${stateForm(incident)}
${factsOf(incident, now)}
${incidentLinks(incident)}
${filesOf(incident)}
<p class="permanent"><label for="permanent">Permanent address</label>
<input id="permanent" class="copy-input" type="text" readonly value="${origin}/i/${encoded(incident.id)}"></p>
</aside>`
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

/** How long a mute may last, in hours; null: for good. */
const MUTES = [
  { value: '4', name: '4 hours' },
  { value: '24', name: 'a day' },
  { value: '168', name: 'a week' },
  { value: 'forever', name: 'for good' },
] as const

function muteButtons({ mutedUntil }: Incident): Html {
  if (mutedUntil !== null) return html`<button name="mute" value="off">Unmute</button>`
  const choices = MUTES.map(
    ({ value, name }) => html`<button name="mute" value="${value}">${name}</button>`,
  )
  return html`<details class="mute"><summary>Mute</summary>
<p class="quiet">Still recorded, not counted as open, nobody is told. It ends when the incident clears.</p>
<div class="buttons">${choices}</div></details>`
}

function stateForm(incident: Incident): Html {
  const { id, state } = incident
  const buttons = NEXT_STATES[state].map(
    (next) => html`
<button name="state" value="${next.state}" class="${next.isMain ? 'main' : ''}">${next.name}</button>`,
  )
  return html`<form class="state-form" method="post" action="${incidentPath(id)}/state">
<label for="note">Note</label>
<textarea id="note" name="note" rows="2" maxlength="2000" placeholder="What you know, for who comes next"></textarea>
<div class="buttons">${buttons}
<button name="only" value="note">Add note</button></div>
${muteButtons(incident)}
</form>`
}

function factsOf(incident: Incident, now: string): Html {
  const { signature, fingerprint, snapshot } = incident
  const version = html`<span class="quiet">version ${incident.signatureVersion}</span>`
  const seen = plural(incident.snapshots, 'snapshot')
  return aboutList([
    ['Host', html`${incidentHost(incident)}${labelTags(incident.labels)}`],
    ['Kernel', hostCode(incident.kernel)],
    ['Subject', subjectOf(incident)],
    ['First seen', timeMark(incident.firstSeen, now)],
    ['Last seen', timeMark(incident.lastSeen, now)],
    ['Seen in', html`${seen}, <a href="${snapshotPath(snapshot)}">the last</a>`],
    ['Signature', html`<a href="${signaturePath(signature)}">${signature}</a> ${version}`],
    ['Problem', html`<a href="${problemPath(fingerprint)}">${hostCode(fingerprint)}</a>`],
  ])
}

function filesOf({ id, snapshot }: Incident): Html {
  const path = `/api/v1${incidentPath(id)}`
  const archive = `/api/v1${snapshotPath(snapshot)}/archive`
  return html`<h2>Take it along</h2>
<ul class="plain">
<li><a href="${path}.md" type="text/markdown">Markdown for a ticket</a></li>
<li><a href="${path}">JSON</a></li>
<li><a href="${archive}" download>The archive it was read from</a></li>
</ul>`
}
