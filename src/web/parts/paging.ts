import { type Html, html } from '../html.ts'
import { encoded } from './paths.ts'
import { grouped, plural } from './words.ts'

/** What a list page says of where it stands. */
export type Position = {
  /** Path and query of this page without its cursor, e.g. `/incidents?state=open`. */
  readonly address: string
  /** Cursor of this page; null on the first. */
  readonly cursor: string | null
  readonly next: string | null
  readonly shown: number
  readonly total: number
}

/** How many there are, the way to the next page, and back to the first. */
export function pager(
  { address, cursor, next, shown, total }: Position,
  noun: string,
  many = `${noun}s`,
): Html {
  const glue = address.includes('?') ? '&' : '?'
  const counted =
    shown < total ? `${grouped(shown)} of ${plural(total, noun, many)}` : plural(total, noun, many)
  return html`<nav class="pager" aria-label="Pages">
<p>${counted}</p>
${cursor === null ? null : html`<a href="${address}" rel="first">First page</a>`}
${next === null ? null : html`<a class="button" href="${address}${glue}cursor=${encoded(next)}" rel="next">Next page</a>`}
</nav>`
}
