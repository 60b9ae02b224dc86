import { createPaint, type Paint, type Style, visible, wrap } from '../paint.ts'
import type { Block, Tone } from './document.ts'

/** Lines of prose stay readable on a wide terminal. */
const PROSE_MAX = 100

const SEVERITY_STYLES: Readonly<Record<string, readonly Style[]>> = {
  critical: ['red', 'bold'],
  high: ['red', 'bold'],
  medium: ['yellow', 'bold'],
  low: ['yellow'],
  info: ['dim'],
}

const TONE_STYLES: Readonly<Record<Tone, readonly Style[]>> = {
  telling: ['bold', 'yellow'],
  plain: [],
  quiet: ['dim'],
}

type Look = { readonly paint: Paint; readonly width: number }

/** The report as text for a terminal of that width. */
export function toTerminal(
  blocks: readonly Block[],
  { width, hasColour }: { readonly width: number; readonly hasColour: boolean },
): string {
  const look = { paint: createPaint(hasColour), width: Math.max(40, width) }
  return `${blocks.flatMap((block) => linesOf(block, look)).join('\n')}\n`
}

/** One row for each kind of block; the compiler demands them all. */
const RENDER: {
  readonly [Kind in Block['kind']]: (
    block: Extract<Block, { kind: Kind }>,
    look: Look,
  ) => readonly string[]
} = {
  title: ({ text, facts }, { paint }) => [
    paint(visible(text), 'bold'),
    ...facts.map((line) => paint(visible(line), 'dim')),
  ],
  verdict: ({ text, isGood }, { paint }) => ['', paint(text, 'bold', isGood ? 'green' : 'red')],
  incident: ({ severity, verdict, title, signature }, { paint }) => {
    const styles = SEVERITY_STYLES[severity] ?? []
    const head = `${paint(severity.toUpperCase(), ...styles)}  ${paint(visible(title), 'bold')}`
    return ['', `${head}  ${paint(`(${verdict}, ${visible(signature)})`, 'cyan')}`]
  },
  heading: ({ text }, { paint }) => ['', `  ${paint(text, 'bold')}`],
  paragraph: ({ text }, look) => prose(text, look, '  '),
  list: ({ items }, look) => items.flatMap((item) => hanging('- ', item, look)),
  table: ({ head, rows }, { paint }) => {
    const [first = '', ...rest] = tableLines([head, ...rows])
    return [paint(first, 'dim'), ...rest]
  },
  stack: ({ of, lines }, { paint }) => [
    `  ${visible(of)}`,
    ...lines.map(({ text, tone }) => {
      const mark = tone === 'telling' ? '>' : ' '
      return `    ${paint(`${mark} ${visible(text)}`, ...TONE_STYLES[tone])}`
    }),
  ],
  evidence: ({ place, text, says }, look) => [
    `  ${look.paint(visible(place), 'cyan')}  ${visible(text.trim())}`,
    ...prose(says, look, '      '),
  ],
  steps: ({ steps }, look) =>
    steps.flatMap(({ text, command }, index) => [
      ...hanging(`${index + 1}. `, text, look),
      ...(command === null ? [] : commandLines(command, look)),
    ]),
}

function linesOf<Kind extends Block['kind']>(
  block: Extract<Block, { kind: Kind }>,
  look: Look,
): readonly string[] {
  const kind: Kind = block.kind
  return RENDER[kind](block, look)
}

function prose(text: string, { width }: Look, indent: string): readonly string[] {
  const columns = Math.min(PROSE_MAX, width) - indent.length
  return wrap(visible(text), columns).map((line) => `${indent}${line}`)
}

/** A paragraph behind a mark, its other lines under its first. */
function hanging(mark: string, text: string, { width }: Look): readonly string[] {
  const columns = Math.min(PROSE_MAX, width) - 2 - mark.length
  const space = ' '.repeat(mark.length)
  return wrap(visible(text), columns).map((line, index) => `  ${index === 0 ? mark : space}${line}`)
}

function commandLines(command: string, { paint }: Look): readonly string[] {
  return command.split('\n').map((line) => `       ${paint(visible(line), 'cyan')}`)
}

/** Columns as wide as their widest cell; the last one takes what it needs. */
function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const shown = rows.map((row) => row.map(visible))
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.max(...shown.map((row) => row[column]?.length ?? 0)),
  )
  return shown.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
}
