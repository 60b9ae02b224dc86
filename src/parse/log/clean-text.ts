// Terminal colours: `ESC [ 1 ; 31 m`. Bounded, so that a long run of digits costs nothing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const COLOUR = /\u001b\[[\d;?]{0,20}[A-Za-z]|\u001b[c()][B0]?/g

/**
 * Takes out what terminals, browsers and editors put between the characters of a log. Lines stay
 * where they are. Each step costs one look unless it is needed.
 */
export function cleanText(text: string): string {
  let clean = text
  if (clean.includes('\u001b')) clean = clean.replace(COLOUR, '')
  if (clean.includes('\u00a0')) clean = clean.replaceAll('\u00a0', ' ')
  if (clean.includes('\u200b')) clean = clean.replaceAll('\u200b', '')
  if (clean.includes('&lt;')) clean = unescapeHtml(clean)
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
