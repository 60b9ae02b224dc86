/** How a piece of a report is shown; on a terminal without colour, or in a pipe, all look the same. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'magenta'

const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
  magenta: [35, 39],
}

export type Paint = (text: string, ...styles: readonly Style[]) => string

export function createPaint(hasColour: boolean): Paint {
  if (!hasColour) return (text) => text
  return (text, ...styles) =>
    styles.reduce((painted, style) => {
      const [on, off] = CODES[style]
      return `\x1b[${on}m${painted}\x1b[${off}m`
    }, text)
}

/**
 * Characters that act on a terminal, or that show text other than it is: control characters, bidi
 * and zero-width marks, line separators, lone surrogates, private use.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

/** Text of a host, safe to show in one line: whatever would act on the terminal is spelled out. */
export function visible(text: string): string {
  return text.replaceAll('\t', ' ').replace(UNSAFE, (char) => {
    const code = char.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/** Lines of at most `width` characters, broken at spaces; a longer word stands alone, whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (word === '') continue
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return line === '' ? lines : [...lines, line]
}
