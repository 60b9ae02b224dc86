import type { Incident } from '../../model/incident.ts'
import type { Link, LinkTarget } from '../../model/link.ts'
import { type Html, html } from '../html.ts'
import { incidentPath, ticketPath } from './paths.ts'
import { clipped } from './words.ts'

/** Whose links those are that an incident does not have itself. */
const INHERITED: Readonly<Record<Exclude<LinkTarget, 'incident'>, string>> = {
  signature: 'of the signature',
  problem: 'of the shape',
}

/** What a new link may hang on, as the form says it; the first is chosen. */
const PLACES = [
  { on: 'incident', says: 'this incident' },
  { on: 'problem', says: 'every incident of this shape' },
  { on: 'signature', says: 'every incident of this signature' },
] as const satisfies readonly { on: LinkTarget; says: string }[]

/** The tickets of an incident, each to be taken away, and a form for one more. */
export function incidentLinks({ id, links }: Incident): Html {
  const path = incidentPath(id)
  const items = links.map((link) => linkItem(link, `${path}/links/${link.id}/remove`))
  const none = html`<p class="quiet">None yet. A link to a ticket makes the incident count there.</p>`
  return html`<h2 id="links-title">Tickets</h2>
${links.length === 0 ? none : html`<ul class="links">${items}</ul>`}
<details class="add-link"${links.length === 0 ? html` open` : null}><summary>Link a ticket</summary>
<form method="post" action="${path}/links">
<label for="link-url">Address</label>
<input id="link-url" name="url" type="url" required maxlength="2000" placeholder="https://…/browse/OPS-4711" autocomplete="off" spellcheck="false">
<label for="link-title">Title <span class="quiet">(optional)</span></label>
<input id="link-title" name="title" type="text" maxlength="300" autocomplete="off">
<label for="link-on">Hangs on</label>
<select id="link-on" name="on">${PLACES.map(({ on, says }) => html`<option value="${on}">${says}</option>`)}</select>
<div class="buttons"><button class="main">Link</button></div>
</form></details>`
}

/** A ticket: its page here, the way to it, and the button that takes the link away. */
export function linkItem(link: Link, removeAt: string | null): Html {
  const { key, title, url, from } = link
  const inherited = from === 'incident' ? null : html` <span class="tag">${INHERITED[from]}</span>`
  const words = title === null ? null : html`<p class="link-title">${clipped(title, 200)}</p>`
  const remove =
    removeAt === null
      ? null
      : html`<form method="post" action="${removeAt}"><button class="quiet-button" aria-label="Remove the link to ${clipped(key, 80)}">Remove</button></form>`
  return html`
<li><div class="link-main"><a class="link-key" href="${ticketPath(key)}" title="What stands behind ${key}"><bdi>${clipped(key, 120)}</bdi></a>${inherited}
${linkOut(url, html`open<span class="unseen"> ${clipped(key, 80)} in its tracker</span>`)}${words}</div>
${remove}</li>`
}

/** A link only where it leads to the web; anything else is shown, and not followed. */
export function linkOut(url: string, says: Html): Html {
  if (!/^https?:\/\//i.test(url)) return html`<span class="link-out">${clipped(url, 60)}</span>`
  return html`<a class="link-out" href="${url}" rel="noreferrer nofollow" title="${url}">${says} <span aria-hidden="true">↗</span></a>`
}
