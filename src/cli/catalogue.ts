import { readCatalogue } from '../ingest/load-catalogue.ts'
import type { Fault } from '../model/parsed.ts'
import type { Catalogue } from '../model/signature.ts'
import { type Arguments, InputError, type Option } from './command.ts'

/** The flag of every command that matches offline. */
export const SIGNATURES_OPTION: Option = {
  name: 'signatures-dir',
  value: 'FOLDER',
  help: 'signatures (*.yaml) in addition to those that come with Hangar; of two with one id, these',
}

/** The folder that the command line names, else the environment; null for neither. */
export function signaturesFolderOf({ values }: Pick<Arguments, 'values'>): string | null {
  const { HANGAR_SIGNATURES_DIR: folder } = process.env
  return values[SIGNATURES_OPTION.name] ?? (folder || null)
}

/** @throws {InputError} for signatures that cannot be used */
export function catalogueOf(folder: string | null): Catalogue {
  const { value, faults } = readCatalogue(folder)
  if (faults.length === 0) return value
  throw new InputError(`the signatures cannot be used:\n${faults.map(faultLine).join('\n')}`)
}

/** `FILE:LINE: expected ..., found ...`, as editors and CI take it. */
export function faultLine({ file, line, expected, found }: Fault): string {
  return `${file}:${line}: expected ${expected}, found ${found}`
}
