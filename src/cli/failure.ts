import { SETTINGS, SettingError } from '../config.ts'
import { Problem, type ProblemKind } from '../model/problem.ts'
import type { LIMIT_SETTINGS } from './archive-limits.ts'
import { InputError } from './command.ts'
import { visible } from './paint.ts'

/** What common failures of the operating system mean for the person at the terminal. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'not permitted to read it',
  EPERM: 'not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  ELOOP: 'its symbolic links lead in a circle',
  ENOSPC: 'the disk is full',
}

/** The setting that allows more, for what was refused because of a limit. */
const LIMIT_OF: { readonly [Kind in ProblemKind]?: (typeof LIMIT_SETTINGS)[number] } = {
  'bundle-too-large': 'bundleBytesMax',
  'bundle-inflates-too-far': 'unpackedBytesMax',
  'entries-too-many': 'entriesMax',
  'entry-too-large': 'entryBytesMax',
  'path-too-long': 'pathBytesMax',
}

/** What the facts of a problem are called in a sentence; the others only help a program. */
const FACT_WORDS: Readonly<Record<string, (value: string) => string>> = {
  limit: (value) => `the limit is ${grouped(value)}`,
  limitBytes: (value) => `the limit is ${grouped(value)} bytes`,
  sizeBytes: (value) => `it has ${grouped(value)} bytes`,
  entry: (value) => `the entry is ${value}`,
  offset: (value) => `at byte ${grouped(value)}`,
  what: (value) => value,
  expected: (value) => `expected ${value}`,
  firstBytes: (value) => `its first bytes are ${value}`,
  files: (value) => `files: ${grouped(value)}`,
  unsafe: (value) => (value === '0' ? '' : `with unsafe paths: ${grouped(value)}`),
  instead: (value) => value,
  why: (value) => value,
}

/**
 * One line for a failure that the caller can act on; null for a defect. `named` is the path that the
 * line begins with already.
 */
export function explainFailure(error: unknown, named: string | null = null): string | null {
  if (error instanceof Problem) return explainProblem(error)
  if (error instanceof SettingError || error instanceof InputError) return error.message
  if (!(error instanceof Error)) return null
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const says = SYSTEM_ERRORS[code]
  if (says === undefined) return null
  const path = 'path' in error && typeof error.path === 'string' ? error.path : null
  return path === null || path === named ? says : `${visible(path)}: ${says}`
}

function explainProblem({ message, kind, facts }: Problem): string {
  const shown = Object.entries(facts)
    .map(([name, value]) => FACT_WORDS[name]?.(visible(String(value))) ?? '')
    .filter((words) => words !== '')
  const limit = LIMIT_OF[kind]
  const more = limit === undefined ? [] : [`${SETTINGS[limit].env} sets it`]
  return [message, [...shown, ...more].join(', ')].filter((part) => part !== '').join(': ')
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}
