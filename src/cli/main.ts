import { readFileSync } from 'node:fs'
import type { Command, Relay, Terminal } from './command.ts'
import { UsageError } from './command.ts'
import { COMMANDS } from './commands.ts'

/** Exit code of a defect: none that a command gives a meaning of its own. */
const EXIT_DEFECT = 70

/** What a shell reports for a process that SIGPIPE ended. */
const EXIT_PIPE = 141

/** Runs one command line; sets the exit code of the process. */
export async function main(typed: readonly string[]): Promise<void> {
  quietOnClosedPipe()
  process.on('uncaughtException', (error) => process.exit(sayDefect(error)))
  const terminal = terminalOf(process)
  try {
    process.exitCode = await run(typed, terminal)
  } catch (error) {
    process.exitCode = await sayFailure(error, terminal)
  }
}

async function run(typed: readonly string[], terminal: Terminal): Promise<number> {
  const [name = '--help', ...rest] = typed
  if (name === '--version' || name === '-v') return sayVersion(terminal)
  if (name === 'help' || name === '--help' || name === '-h') return sayHelp(rest[0], terminal)
  const command = await loadCommand(name)
  if ('relay' in command) return command.relay(rest, terminal)
  if (rest.slice(0, endOfFlags(rest)).some((word) => word === '--help' || word === '-h')) {
    return sayHelp(name, terminal)
  }
  const { readArguments } = await import('./arguments.ts')
  try {
    return await command.run(readArguments(command, rest), terminal)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    terminal.err(`hangar ${name}: ${error.message}\nSee hangar ${name} --help.\n`)
    return 2
  }
}

async function loadCommand(name: string): Promise<Command | Relay> {
  const row = COMMANDS.find((candidate) => candidate.name === name)
  if (row) return row.load()
  const { nearest } = await import('./arguments.ts')
  const what = name.startsWith('-') ? `no flag ${name}` : `no command ${name}`
  const near = nearest(
    name,
    COMMANDS.map((candidate) => candidate.name),
  )
  throw new UsageError(`there is ${what}${near ? `; did you mean ${near}?` : ''}`)
}

function endOfFlags(words: readonly string[]): number {
  const end = words.indexOf('--')
  return end === -1 ? words.length : end
}

async function sayHelp(name: string | undefined, terminal: Terminal): Promise<number> {
  const { commandHelp, programHelp } = await import('./help.ts')
  const command = name === undefined ? null : await loadCommand(name)
  if (command && 'relay' in command) return command.relay(['--help'], terminal)
  if (name === undefined || command === null) terminal.out(programHelp(terminal.hasColour))
  else terminal.out(commandHelp(name, command, terminal.hasColour))
  return 0
}

function sayVersion(terminal: Terminal): number {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('./package.json', import.meta.url), 'utf8'),
  )
  terminal.out(`hangar ${version}, Node ${process.versions.node}\n`)
  return 0
}

async function sayFailure(error: unknown, terminal: Terminal): Promise<number> {
  if (error instanceof UsageError) {
    terminal.err(`hangar: ${error.message}\nSee hangar --help.\n`)
    return 2
  }
  const { explainFailure } = await import('./failure.ts')
  const says = explainFailure(error)
  if (says === null) return sayDefect(error)
  terminal.err(`hangar: ${says}\n`)
  return 2
}

function sayDefect(error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`hangar: this is a defect in Hangar, please report it:\n${stack}\n`)
  return EXIT_DEFECT
}

/** `hangar analyze ... | head` ends when head has what it wants, without a word. */
function quietOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT_PIPE)
      throw error
    })
  }
}

function terminalOf({ stdout, stderr, env }: NodeJS.Process): Terminal {
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    width: widthOf(stdout, env),
    hasColour: hasColour(env, stdout.isTTY === true),
    showsProgress: stderr.isTTY === true,
  }
}

/** What a terminal that does not know its width is taken to have, as everywhere. */
const COLUMNS_UNKNOWN = 80

/** COLUMNS wins, also in a pipe; null where there is neither it nor a terminal. */
function widthOf({ isTTY, columns }: NodeJS.WriteStream, env: NodeJS.ProcessEnv): number | null {
  const asked = Number(env['COLUMNS'])
  if (Number.isInteger(asked) && asked > 0) return asked
  return isTTY ? columns || COLUMNS_UNKNOWN : null
}

/** NO_COLOR (no-color.org) wins over everything; FORCE_COLOR over what the output is. */
function hasColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const { NO_COLOR: none, FORCE_COLOR: forced, TERM: kind } = env
  if (none) return false
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isTerminal && kind !== 'dumb'
}
