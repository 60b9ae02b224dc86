import { type Html, html } from '../html.ts'

/** Where a list of incidents is as a file; the filters are those of the page. */
const FILES = [
  { path: '/api/v1/incidents.csv', name: 'CSV' },
  { path: '/api/v1/incidents', name: 'JSON' },
] as const

const PRESETS = [
  { name: 'last hour', hours: 1 },
  { name: '24 h', hours: 24 },
  { name: '7 days', hours: 7 * 24 },
  { name: '30 days', hours: 30 * 24 },
  { name: 'any time', hours: null },
] as const

const HOUR_MS = 3_600_000

/** Ranges of time to choose from, and the list as a file. */
export function incidentTools(address: string, now: string): Html {
  const query = address.split('?')[1] ?? ''
  const since = new URLSearchParams(query).get('since')
  const presets = PRESETS.map(({ name, hours }) => {
    const wanted = sinceOf(hours, now)
    const mark = wanted === since ? html` aria-current="true"` : null
    return html`<a href="${withSince(query, wanted)}"${mark}>${name}</a>`
  })
  const files = FILES.map(
    ({ path, name }) => html`<a href="${query === '' ? path : `${path}?${query}`}">${name}</a> `,
  )
  return html`<div class="list-tools"><nav class="tabs" aria-label="Seen in">${presets}</nav>
<p class="quiet">As a file: ${files}<button type="button" class="copy-address script-only" data-copy-address="${address}">Copy address</button></p></div>`
}

/** Whole hours, so that a choice is still known as such on the page it leads to. */
function sinceOf(hours: number | null, now: string): string | null {
  if (hours === null) return null
  const hour = Math.floor(Date.parse(now) / HOUR_MS) * HOUR_MS
  return new Date(hour - hours * HOUR_MS).toISOString()
}

function withSince(query: string, since: string | null): string {
  const changed = new URLSearchParams(query)
  changed.delete('since')
  changed.delete('until')
  if (since !== null) changed.append('since', since)
  return changed.size === 0 ? '/incidents' : `/incidents?${changed.toString()}`
}
