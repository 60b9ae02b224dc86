// A strict reader of our own markup. A browser forgives; this does not: whatever a host could
// smuggle into a page ends as an element, an attribute or a quote that stands where none may.

/** Elements that have no end. */
const VOID = new Set(['meta', 'link', 'input', 'br'])

// biome-ignore format: names in groups
const ELEMENTS = new Set([
  'html', 'head', 'title', 'meta', 'link', 'script', 'body', 'header', 'nav', 'main', 'footer', 'aside',
  'article', 'section', 'h1', 'h2', 'h3', 'p', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'div', 'span', 'a',
  'form', 'label', 'input', 'select', 'option', 'textarea', 'button', 'fieldset', 'legend', 'dialog',
  'table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td', 'details', 'summary', 'figure', 'figcaption',
  'code', 'pre', 'kbd', 'bdi', 'abbr', 'time', 'strong', 'blockquote', 'br',
  'svg', 'defs', 'marker', 'g', 'path', 'rect', 'circle', 'line', 'text',
])

// biome-ignore format: names in groups
const ATTRIBUTES = new Set([
  'lang', 'charset', 'name', 'content', 'property', 'http-equiv', 'rel', 'type', 'href', 'src', 'class', 'id',
  'title', 'tabindex', 'role', 'datetime', 'action', 'method', 'enctype', 'value', 'placeholder', 'autocomplete',
  'spellcheck', 'maxlength', 'required', 'rows', 'readonly', 'for', 'scope', 'open', 'checked', 'selected', 'download',
  'aria-label', 'aria-labelledby', 'aria-describedby', 'aria-hidden', 'aria-current',
  'data-key', 'data-row', 'data-section', 'data-absolute', 'data-filter', 'data-auto-submit',
  'data-analyze', 'data-flame', 'data-left', 'data-share', 'data-depth', 'data-bulk', 'data-copy-address',
  'viewBox', 'width', 'height', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'rx', 'd', 'fill', 'stroke',
  'stroke-width', 'stroke-linejoin', 'paint-order', 'transform', 'text-anchor', 'font-size', 'font-weight',
  'font-family', 'refX', 'refY', 'markerWidth', 'markerHeight', 'markerUnits', 'orient', 'marker-end',
])

/** Attributes that a browser follows. */
const ADDRESSES = new Set(['href', 'src', 'action'])

const TOKEN =
  /<!doctype html>|<\/(?<end>[a-z0-9]+)>|<(?<start>[a-z0-9]+)(?<rest>[^<>]*)>|(?<text>[^<>]+)/gy
const ATTRIBUTE = /\s+(?<name>[a-zA-Z0-9-]+)(?:="(?<value>[^"<>]*)")?/gy
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u

export type Element = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  /** Own text and that of elements inside, entities as they stand. */
  text: string
}

/**
 * Every element of a page, in its order.
 * @throws {Error} at the first thing that is not well-formed, known and seen
 */
export function readMarkup(markup: string): readonly Element[] {
  const elements: Element[] = []
  const open: Element[] = []
  let at = 0
  while (at < markup.length) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(markup)
    if (!token) throw new Error(`Stray bracket: ${around(markup, at)}`)
    at = TOKEN.lastIndex
    const { start, end, rest = '', text } = token.groups ?? {}
    if (text !== undefined) readText(text, open)
    if (end !== undefined) close(end, open)
    if (start !== undefined) elements.push(begin(start, rest, open))
  }
  if (open.length > 0) throw new Error(`Never closed: ${open.map(({ name }) => name).join(' > ')}`)
  return elements
}

function begin(name: string, rest: string, open: Element[]): Element {
  if (!ELEMENTS.has(name)) throw new Error(`Unknown element <${name}${rest}>`)
  const element = { name, attributes: attributesOf(name, rest.replace(/\/$/, '')), text: '' }
  if (!VOID.has(name) && !rest.endsWith('/')) open.push(element)
  return element
}

function readText(text: string, open: readonly Element[]): void {
  if (UNSEEN.test(text)) throw new Error(`Unseen character in text: ${JSON.stringify(text)}`)
  if (/&(?!amp;|lt;|gt;|quot;|#39;|#10;)/.test(text)) throw new Error(`Bare & in ${text}`)
  for (const element of open) element.text += text
}

function close(name: string, open: Element[]): void {
  const last = open.pop()
  if (last?.name !== name) throw new Error(`</${name}> closes <${last?.name}>`)
}

function attributesOf(element: string, rest: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  let at = 0
  while (at < rest.length) {
    ATTRIBUTE.lastIndex = at
    const { name = '', value = '' } = ATTRIBUTE.exec(rest)?.groups ?? {}
    if (!ATTRIBUTES.has(name)) throw new Error(`Unknown attribute in <${element}${rest}>`)
    if (attributes.has(name)) throw new Error(`${name} twice in <${element}${rest}>`)
    if (UNSEEN.test(value)) throw new Error(`Unseen character in ${name} of ${element}`)
    if (ADDRESSES.has(name)) checkAddress(value)
    attributes.set(name, value)
    at = ATTRIBUTE.lastIndex
  }
  return attributes
}

function checkAddress(address: string): void {
  if (!/^(?:https?:\/\/|\/(?!\/)|#)/.test(address)) throw new Error(`Address ${address}`)
}

function around(markup: string, at: number): string {
  return markup.slice(Math.max(0, at - 60), at + 60)
}
