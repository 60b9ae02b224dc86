// Terminal colours: `ESC [ 1 ; 31 m`. Bounded, so that a long run of digits costs nothing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const COLOUR = /\u001b\[[\d;?]{0,20}[A-Za-z]|\u001b[c()][B0]?/g

/** Stands at the end of a line that quoted-printable mail broke; no log holds the character. */
export const SOFT_BREAK = 0x1e

/**
 * Takes out what terminals, browsers, editors and mail programs put between the characters of a
 * log. Lines stay where they are. Each step costs one look unless it is needed.
 */
export function cleanText(text: string): string {
  let clean = text
  if (clean.includes('\u001b')) clean = clean.replace(COLOUR, '')
  if (clean.includes('\u00a0')) clean = clean.replaceAll('\u00a0', ' ')
  if (clean.includes('\u200b')) clean = clean.replaceAll('\u200b', '')
  if (clean.includes('&lt;')) clean = unescapeHtml(clean)
  if (clean.includes('=\n') || clean.includes('=\r\n')) clean = unwrapQuotedPrintable(clean)
  if (!clean.includes('\n') && clean.includes('\r')) clean = clean.replaceAll('\r', '\n')
  return clean
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

// Quoted-printable lines have at most 76 characters and are filled up to them; a `=` of the text
// itself would stand as `=3D`, so the rules of `=====` that lockdep draws are none.
const SOFT_BREAKS = /^(.{55,75}[^=\r\n])=\r?$/gm

/** RFC 2045: `=3D` is `=`, and a `=` at the end of a line joins it to the next. */
function unwrapQuotedPrintable(text: string): string {
  const mark = String.fromCharCode(SOFT_BREAK)
  const joined = text.replaceAll(mark, ' ').replace(SOFT_BREAKS, `$1${mark}`)
  if (!joined.includes(mark)) return text
  return joined
    .replace(/=([\dA-F]{2})/g, (_whole, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
    .replaceAll('\u00c2\u00a0', ' ')
}
