import type { Severity, Verdict } from '../../model/diagnosis.ts'
import type { IncidentState } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'

// Every mark has a shape of its own, so that nothing is told by colour alone.

const SEVERITY_SHAPES: Readonly<Record<Severity, Html>> = {
  critical: html`<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/><path class="cut-out" d="M8 4v5M8 11.2v.8"/>`,
  high: html`<path d="M8 1.2 15.4 14.6H.6z"/><path class="cut-out" d="M8 6v4M8 12v.4"/>`,
  medium: html`<path d="M8 .8 15.2 8 8 15.2.8 8z"/>`,
  low: html`<circle cx="8" cy="8" r="5.6"/>`,
  info: html`<circle class="hollow" cx="8" cy="8" r="5.6"/><path class="stroke" d="M8 7.4v3.4M8 5v.4"/>`,
}

export function severityIcon(severity: Severity): Html {
  return html`<svg class="icon sev-${severity}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${SEVERITY_SHAPES[severity]}</svg>`
}

const VERDICT_BARS: Readonly<Record<Verdict, number>> = { possible: 1, likely: 2, confirmed: 3 }

/** Three bars, one to three of them filled. */
export function verdictIcon(verdict: Verdict): Html {
  const bars = [0, 1, 2].map((bar) => {
    const isOn = bar < VERDICT_BARS[verdict]
    return html`<rect class="${isOn ? 'bar on' : 'bar'}" x="${1 + bar * 5}" y="${9 - bar * 4}" width="4" height="${6 + bar * 4}" rx="1"/>`
  })
  return html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${bars}</svg>`
}

const STATE_SHAPES: Readonly<Record<IncidentState, Html>> = {
  open: html`<circle class="hollow" cx="8" cy="8" r="6"/><circle cx="8" cy="8" r="2.6"/>`,
  acknowledged: html`<circle class="hollow" cx="8" cy="8" r="6"/><path d="M8 2a6 6 0 0 1 0 12z"/>`,
  resolved: html`<circle cx="8" cy="8" r="7"/><path class="cut-out" d="m4.8 8.2 2.3 2.4 4.2-4.8"/>`,
}

export function stateIcon(state: IncidentState): Html {
  return html`<svg class="icon state-${state}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${STATE_SHAPES[state]}</svg>`
}

/** The arch of a hangar with its doors open. */
export const BRAND = html`<svg class="brand-mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><path class="arch" d="M2 28V16C2 8.3 8.3 3 16 3s14 5.3 14 13v12h-5V17c0-5.500-4-9-9-9s-9 3.500-9 9v11z"/><path class="doors" d="M10 28V17.500h2.600V28zm4.700 0V15h2.600v13zm4.700 0V17.500H22V28z"/></svg>`

export const MOON = html`<svg class="icon moon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M13.600 10.400A6.200 6.200 0 0 1 5.600 2.400a6.200 6.200 0 1 0 8 8z"/></svg>`

export const SUN = html`<svg class="icon sun" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="3.200"/><path class="stroke" d="M8 1v1.600M8 13.400V15M1 8h1.600M13.400 8H15M3.050 3.050l1.130 1.130M11.820 11.820l1.130 1.130M12.950 3.050l-1.130 1.130M4.180 11.820l-1.130 1.130"/></svg>`
