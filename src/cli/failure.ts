import { SettingError } from '../config.ts'
import { Problem } from '../model/problem.ts'
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

/** One line for a failure that the caller can act on; null for a defect. */
export function explainFailure(error: unknown): string | null {
  if (error instanceof Problem) return explainProblem(error)
  if (error instanceof SettingError || error instanceof InputError) return error.message
  if (!(error instanceof Error)) return null
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const says = SYSTEM_ERRORS[code]
  if (says === undefined) return null
  const path = 'path' in error && typeof error.path === 'string' ? `${visible(error.path)}: ` : ''
  return `${path}${says}`
}

function explainProblem({ message, kind, facts }: Problem): string {
  const shown = Object.entries(facts).map(([name, value]) => `${name} ${visible(String(value))}`)
  return `${message} (${[kind, ...shown].join(', ')})`
}
