import type { Fault } from '../model/parsed.ts'
import type { Catalogue } from '../model/signature.ts'
import { type Arguments, InputError, type Option } from './command.ts'
import { keep, readKept } from './kept-catalogue.ts'

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

/**
 * The signatures in force. Those of the product are kept parsed between runs, since to parse them
 * takes longer than to diagnose a host.
 *
 * @throws {InputError} for signatures that cannot be used
 */
export async function catalogueOf(folder: string | null): Promise<Catalogue> {
  const kept = folder === null ? readKept() : null
  if (kept) return kept
  const { readCatalogue } = await import('../ingest/load-catalogue.ts')
  const { value, faults } = readCatalogue(folder)
  if (faults.length > 0) {
    throw new InputError(`the signatures cannot be used:\n${faults.map(faultLine).join('\n')}`)
  }
  if (folder === null) keep(value)
  return value
}

/** `FILE:LINE: expected ..., found ...`, as editors and CI take it. */
export function faultLine({ file, line, expected, found }: Fault): string {
  return `${file}:${line}: expected ${expected}, found ${found}`
}
