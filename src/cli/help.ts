import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'
import { createPaint, wrap } from './paint.ts'

const WIDTH = 92

/** The page of `hangar --help`. */
export function programHelp(hasColour: boolean): string {
  const paint = createPaint(hasColour)
  const heading = (text: string) => paint(text, 'bold')
  const names = Math.max(...COMMANDS.map(({ name }) => name.length))
  return `${paint('hangar', 'bold')} - where hung tasks are brought in and taken apart

${heading('Usage')}
  hangar COMMAND [ARGUMENT...]
  hangar COMMAND --help
  hangar --version

${heading('Commands')}
${COMMANDS.map(({ name, summary }) => `  ${paint(name.padEnd(names), 'cyan')}  ${summary}`).join('\n')}

${heading('Exit codes')}
  0   done; for analyze: nothing found
  1   analyze: at least one incident; signatures test, upload: something failed
  2   arguments or input that cannot be used; the reason is on standard error
  70  a defect in Hangar; its stack is on standard error

${heading('Environment')}
  NO_COLOR     no colour, whatever the output is
  FORCE_COLOR  colour even where the output is no terminal; 0 for none
  HANGAR_*     settings of the service: see hangar serve --help

${heading('Start here')}
  hangar demo                      look around, with the samples
  hangar analyze bundle.tar.gz     what hangs this host?
  hangar analyze - < stack.txt     the same for text that somebody pasted
`
}

/** The page of `hangar COMMAND --help`. */
export function commandHelp(name: string, command: Command, hasColour: boolean): string {
  const paint = createPaint(hasColour)
  const summary = COMMANDS.find((row) => row.name === name)?.summary ?? ''
  const sections = [
    `${paint(`hangar ${name}`, 'bold')} - ${summary}`,
    section(
      'Usage',
      command.usage.map((line) => `  ${line}`),
    ),
    ...command.about.map((paragraph) => wrap(paragraph, WIDTH).join('\n')),
    section('Options', optionLines(command)),
    section('Exit codes', pairs(command.exits.map(([code, says]) => [String(code), says]))),
    section('Environment', pairs(command.environment)),
    section('Examples', exampleLines(command)),
  ]
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`

  function section(title: string, lines: readonly string[]): string {
    return lines.length === 0 ? '' : `${paint(title, 'bold')}\n${lines.join('\n')}`
  }
}

function optionLines({ options }: Command): readonly string[] {
  const flags = options.map(({ name, value, help }): [string, string] => [
    value === null ? `--${name}` : `--${name} ${value}`,
    help,
  ])
  return pairs([...flags, ['--help', 'this page']])
}

function exampleLines({ examples }: Command): readonly string[] {
  return examples.flatMap(([command, says], index) => [
    ...(index === 0 ? [] : ['']),
    `  # ${says}`,
    `  ${command}`,
  ])
}

/** Two columns; the second is wrapped under itself. */
function pairs(rows: readonly (readonly [string, string])[]): readonly string[] {
  const left = Math.min(28, Math.max(0, ...rows.map(([name]) => name.length)))
  return rows.flatMap(([name, says]) => {
    const [first = '', ...rest] = wrap(says, WIDTH - left - 4)
    const indent = ' '.repeat(left + 4)
    const head =
      name.length > left ? [`  ${name}`, `${indent}${first}`] : [`  ${name.padEnd(left)}  ${first}`]
    return [...head, ...rest.map((line) => `${indent}${line}`)]
  })
}
