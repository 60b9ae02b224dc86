import { visible as withoutControls } from '../web/html.ts'

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

/** Text of a host, safe to show in one line of a terminal: what would act on it is spelled out. */
export function visible(text: string): string {
  return withoutControls(text).replaceAll('\t', ' ')
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
