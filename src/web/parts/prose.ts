import { type Html, html } from '../html.ts'

/** Paragraphs of a text, which folded YAML ends with a line feed. */
export function prose(text: string, className: string): readonly Html[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => html`<p class="${className}">${inline(paragraph)}</p>`)
}

const CODE = /`([^`\n]+)`/

/** A line of our own words, in which backticks mark what is typed or read in a file. */
export function inline(text: string): Html {
  const parts = text
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
  return html`${parts}`
}

/** A part of a page under its heading; without a body there is no part. */
export function section(id: string, title: string, body: Html | null): Html | null {
  if (body === null) return null
  return html`
<section class="part" id="${id}" aria-labelledby="${id}-title" data-section>
<h2 id="${id}-title">${title}</h2>
${body}
</section>`
}

/** A box of a page under its heading, with a link to the whole of what it shows a part of. */
export function panel(
  id: string,
  title: string,
  body: Html,
  {
    isFlush = false,
    more = null,
  }: { readonly isFlush?: boolean; readonly more?: Html | null } = {},
): Html {
  const heading = html`<h2 id="${id}">${title}</h2>`
  return html`
<section class="${isFlush ? 'panel flush' : 'panel'}" aria-labelledby="${id}">
${more === null ? heading : html`<header class="panel-head">${heading}${more}</header>`}
${body}
</section>`
}
