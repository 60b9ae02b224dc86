/** One flag of a command. */
export type Option = {
  /** Without the dashes, e.g. `all-tasks`. */
  readonly name: string
  /** What stands for the value in help, e.g. `FOLDER`; null for a flag without one. */
  readonly value: string | null
  readonly help: string
  /** May be given more than once. */
  readonly many?: boolean
}

/** What was typed, checked against the command's options. */
export type Arguments = {
  readonly paths: readonly string[]
  /** Names of the flags that were given. */
  readonly given: ReadonlySet<string>
  /** Last value of each flag that has one, by name. */
  readonly values: Readonly<Record<string, string>>
  /** All values of each flag that has one, by name. */
  readonly all: Readonly<Record<string, readonly string[]>>
}

/** Where a command writes, and what it may know of the terminal behind it. */
export type Terminal = {
  /** To standard output. */
  readonly out: (text: string) => void
  /** To standard error. */
  readonly err: (text: string) => void
  /** Columns of standard output; null when it is no terminal. */
  readonly width: number | null
  readonly hasColour: boolean
  /** True when standard error is a terminal: progress may be drawn there. */
  readonly showsProgress: boolean
}

/** One command: its page of help, and what it does. */
export type Command = {
  readonly usage: readonly string[]
  /** Paragraphs. */
  readonly about: readonly string[]
  readonly options: readonly Option[]
  /** Exit codes and what they mean. */
  readonly exits: readonly (readonly [code: number, meaning: string])[]
  readonly environment: readonly (readonly [name: string, meaning: string])[]
  readonly examples: readonly (readonly [command: string, says: string])[]
  /** Gives the exit code. */
  readonly run: (given: Arguments, terminal: Terminal) => Promise<number>
}

/** A command that hands on all that was typed behind its name, `--help` included. */
export type Relay = {
  /** Gives the exit code. */
  readonly relay: (typed: readonly string[], terminal: Terminal) => Promise<number>
}

/** The command line is not one we take: says why, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a command was handed cannot be used; the message says all. Exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError'
}
