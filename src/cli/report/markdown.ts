import { visible } from '../paint.ts'
import type { Block } from './document.ts'

/** The report as Markdown, ready to paste in a ticket. */
export function toMarkdown(blocks: readonly Block[]): string {
  return `${blocks
    .map((block) => sectionOf(block))
    .join('\n')
    .trim()}\n`
}

/** One row for each kind of block; the compiler demands them all. */
const RENDER: {
  readonly [Kind in Block['kind']]: (block: Extract<Block, { kind: Kind }>) => string
} = {
  title: ({ text, facts }) => `# ${prose(text)}\n\n${facts.map(prose).join('  \n')}\n`,
  verdict: ({ text }) => `**${prose(text)}**\n`,
  incident: ({ severity, verdict, title, signature }) =>
    `## ${prose(title)}\n\n**${severity}**, ${verdict}, signature ${code(signature)}\n`,
  heading: ({ text }) => `### ${prose(text)}\n`,
  paragraph: ({ text }) => `${prose(text)}\n`,
  list: ({ items }) => `${items.map((item) => `- ${prose(item)}`).join('\n')}\n`,
  table: ({ head, rows }) => {
    const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))]
    return `${lines.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`
  },
  stack: ({ of, lines }) => {
    const shown = lines.map(({ text, tone }) => `${tone === 'telling' ? '> ' : '  '}${text}`)
    return `${prose(of)}\n\n${fenced(shown)}\n`
  },
  evidence: ({ place, text, says }) => `- ${code(place)}: ${code(text.trim())}  \n  ${prose(says)}`,
  steps: ({ steps }) =>
    `${steps
      .map(({ text, command }, index) => {
        const line = `${index + 1}. ${prose(text)}`
        return command === null ? line : `${line}\n\n${indented(fenced(command.split('\n')))}`
      })
      .join('\n')}\n`,
}

function sectionOf<Kind extends Block['kind']>(block: Extract<Block, { kind: Kind }>): string {
  const kind: Kind = block.kind
  return RENDER[kind](block)
}

/** A word joiner behind `@`: read by nobody, and nobody is called to the ticket. */
const JOINER = '\u2060'

/** Text that Markdown and HTML leave as it is. */
function prose(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]<>|~#&]/g, (char) => ENTITIES[char] ?? `\\${char}`)
    .replaceAll('@', `@${JOINER}`)
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '&': '&amp;' }

function cell(text: string): string {
  return text === '' ? '' : prose(text)
}

/** A span of code; a text with backticks gets a longer fence than any it holds. */
function code(text: string): string {
  const shown = visible(text)
  const fence = '`'.repeat(longestTicks(shown) + 1)
  return longestTicks(shown) === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`
}

function fenced(lines: readonly string[]): string {
  const shown = lines.map(visible).join('\n')
  const fence = '`'.repeat(Math.max(3, longestTicks(shown) + 1))
  return `${fence}text\n${shown}\n${fence}`
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `   ${line}`)
    .join('\n')
}

function longestTicks(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}
