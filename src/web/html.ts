/** Markup that is safe to send. Only `html` makes it, so text cannot be sent unescaped by mistake. */
export type Html = { readonly markup: string }

/** What may stand in a hole of a template; null, undefined and false leave nothing. */
export type Inserted = string | number | Html | readonly (Html | null)[] | null | undefined | false

/** Where a hole of a template stands; it decides what may be put in it. */
type Hole = 'text' | 'tag' | 'attribute' | 'address'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// Controls, bidi overrides and marks, zero-width and filler characters, tags, and halves of
// surrogate pairs: all that can hide text, reorder it or end a line. A tab and the variation
// selectors behind an emoji do no harm.
const UNSEEN =
  /[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]--[\t\ufe00-\ufe0f]]/gv

const ADDRESS = /(?:^|\s)(?:href|src|action|formaction|poster)\s*=\s*["']$/i

const HOLES = new WeakMap<TemplateStringsArray, readonly Hole[]>()

/**
 * Template tag: every inserted string is escaped and its unseen characters are shown, every
 * inserted `Html` is kept. A hole that begins an address takes only http, https and relative ones.
 * @throws {Error} when the template puts `Html` in an attribute, or a string bare inside a tag.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Inserted[]): Html {
  let holes = HOLES.get(parts)
  if (!holes) {
    holes = holesOf(parts)
    HOLES.set(parts, holes)
  }
  let markup = parts[0] ?? ''
  for (const [index, value] of values.entries()) {
    markup += render(value, holes[index] ?? 'text') + (parts[index + 1] ?? '')
  }
  return { markup }
}

/** Text of several lines, kept as lines: for `<pre>` and `<textarea>`. */
export function multiline(text: string): Html {
  return {
    markup: text
      .split(/\r\n|\n|\r/)
      .map(escaped)
      .join('\n'),
  }
}

/** Shows what cannot be seen: controls as their pictures, the rest by number. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (char) => {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`
  })
}

/** The address, or `#` where a browser would do anything but fetch it over http or https. */
export function safeAddress(address: string): string {
  const bare = address.replace(/[\s\p{C}]+/gu, '')
  const scheme = /^([^/?#:]*):/.exec(bare)?.[1]
  return scheme === undefined || /^https?$/i.test(scheme) ? bare : '#'
}

function render(value: Inserted, hole: Hole): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'object') return renderMarkup(value, hole)
  if (hole === 'tag') throw new Error(`A template puts ${JSON.stringify(value)} bare inside a tag`)
  return escaped(hole === 'address' ? safeAddress(String(value)) : String(value))
}

function renderMarkup(value: Html | readonly (Html | null)[], hole: Hole): string {
  if (hole === 'attribute' || hole === 'address') {
    throw new Error('A template puts markup inside an attribute')
  }
  return 'markup' in value ? value.markup : value.map((each) => each?.markup ?? '').join('')
}

function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}

type Place = 'text' | 'tag' | 'double' | 'single'

const NEXT: Readonly<Record<Place, Readonly<Record<string, Place>>>> = {
  text: { '<': 'tag' },
  tag: { '>': 'text', '"': 'double', "'": 'single' },
  double: { '"': 'tag' },
  single: { "'": 'tag' },
}

/** Walks the fixed parts of a template as a browser would, to know where each hole stands. */
function holesOf(parts: TemplateStringsArray): readonly Hole[] {
  let place: Place = 'text'
  return parts.map((part) => {
    for (const char of part) place = NEXT[place][char] ?? place
    if (place === 'text' || place === 'tag') return place
    return ADDRESS.test(part) ? 'address' : 'attribute'
  })
}

/** A bare attribute such as `open` or `checked`, where it applies. */
export function flag(
  name: 'open' | 'checked' | 'selected' | 'hidden',
  isSet: boolean,
): Html | null {
  return isSet ? FLAGS[name] : null
}

const FLAGS = {
  open: html` open`,
  checked: html` checked`,
  selected: html` selected`,
  hidden: html` hidden`,
} as const
