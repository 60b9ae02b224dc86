import { parseArgs } from 'node:util'
import { type Arguments, type Command, type Option, UsageError } from './command.ts'

/**
 * Checks what was typed after the command's name.
 *
 * @throws {UsageError} for a flag that the command does not have, or one without its value
 */
export function readArguments(command: Command, typed: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...typed],
    options: Object.fromEntries(command.options.map((option) => [option.name, shapeOf(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const paths: string[] = []
  const given = new Set<string>()
  const all: Record<string, string[]> = {}
  for (const token of tokens) {
    if (token.kind === 'positional') paths.push(token.value)
    if (token.kind !== 'option') continue
    const { rawName, value = null } = token
    const option = optionOf(command, rawName, token.name)
    requireShape(option, rawName, value)
    given.add(option.name)
    if (value !== null) all[option.name] = [...(all[option.name] ?? []), value]
  }
  const last = Object.entries(all).map(([name, values]) => [name, values.at(-1) ?? ''])
  return { paths, given, values: Object.fromEntries(last), all }
}

/** The candidate that `typed` is most likely a slip of; null when none is near. */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const near = candidates
    .map((candidate) => ({ candidate, edits: editsBetween(typed, candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.max(2, candidate.length / 3))
    .sort((a, b) => a.edits - b.edits)
  return near[0]?.candidate ?? null
}

function shapeOf(option: Option): { type: 'boolean' | 'string'; multiple: boolean } {
  return { type: option.value === null ? 'boolean' : 'string', multiple: true }
}

function optionOf(command: Command, rawName: string, name: string): Option {
  const found = command.options.find((option) => option.name === name)
  if (found && rawName.startsWith('--')) return found
  const names = command.options.map((option) => `--${option.name}`)
  const near = nearest(rawName, [...names, '--help'])
  throw new UsageError(`there is no flag ${rawName}${near ? `; did you mean ${near}?` : ''}`)
}

function requireShape(option: Option, rawName: string, value: string | null): void {
  if (option.value === null && value !== null) throw new UsageError(`${rawName} takes no value`)
  if (option.value !== null && !value) throw new UsageError(`${rawName} needs ${option.value}`)
}

/** Levenshtein's distance. */
function editsBetween(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const shifted = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1
      current.push(Math.min(changed, shifted))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
