/** A place in the input that is not as its format has it. The rest of the input is kept. */
export type Fault = {
  /** Path inside the bundle; empty where the parser was handed bare text. */
  readonly file: string
  /** Line in that file, from 1. */
  readonly line: number
  /** In that line, from 1, where the parser knows it. */
  readonly column?: number
  readonly expected: string
  /** What stands there, cut to `FOUND_CHARS_MAX`. */
  readonly found: string
}

/** A place in a file of the bundle. */
export type Place = {
  /** Path inside the bundle, or the name of a text. */
  readonly file: string
  /** Line in that file, from 1. */
  readonly line: number
}

/** What a parser makes of a text: all that could be read, and each place that could not. */
export type Parsed<Value> = { readonly value: Value; readonly faults: readonly Fault[] }

/** Enough to recognise a line, short enough for a list of hundreds. */
export const FOUND_CHARS_MAX = 80

/** A bundle of torn files must not become a list without end; the count goes on. */
export const FAULTS_MAX = 200
