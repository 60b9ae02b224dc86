import { parseSignature } from '../diagnose/match/catalogue.ts'
import { withVersion } from '../diagnose/match/numbered.ts'
import type { CatalogueEntry } from '../model/catalogue.ts'
import type { Fault } from '../model/parsed.ts'
import { type PlacedError, Problem } from '../model/problem.ts'
import type { Signature } from '../model/signature.ts'
import type { Store } from '../store/open.ts'
import {
  addSavedVersion,
  type ChangedBy,
  nextSavedVersion,
  setSignatureState,
} from '../store/saved-signatures.ts'
import type { LiveCatalogue } from './live-catalogue.ts'

/** Errors beyond these say nothing that the first do not. */
const ERRORS_MAX = 50

type Parts = { readonly store: Store; readonly catalogue: LiveCatalogue }

/**
 * The signature that a text is.
 * @throws {Problem} signature-invalid, with the place of each error
 */
export function checkSignature(yaml: string, catalogue: LiveCatalogue): Signature {
  const { value, faults } = parseSignature(yaml, '')
  if (value === null) throw invalid(faults)
  if (value.kernel !== null && !catalogue.hasKernel(value.kernel)) {
    throw invalid([
      { file: '', line: 1, expected: 'the id of a kernel record', found: value.kernel },
    ])
  }
  return value
}

function invalid(faults: readonly Fault[]): Problem {
  const errors = faults
    .slice(0, ERRORS_MAX)
    .map(
      ({ line, column = 1, expected, found }): PlacedError => ({ line, column, expected, found }),
    )
  const [first] = errors
  const detail = first
    ? `Line ${first.line}, column ${first.column}: expected ${first.expected}, found ${first.found}`
    : 'The text is empty.'
  return new Problem('signature-invalid', { detail, errors })
}

/**
 * Keeps a text as the newest version of its signature, and matches with it from now on. The same
 * text again changes nothing.
 *
 * @throws {Problem} signature-invalid; signature-changed when the version in force is not `ifVersion`
 */
export async function saveSignature(
  { store, catalogue }: Parts,
  asked: {
    readonly yaml: string
    readonly note: string | null
    /** The version that the text was made from; 0 where there was none. */
    readonly ifVersion?: number | undefined
  },
  by: ChangedBy,
): Promise<CatalogueEntry> {
  const { id } = checkSignature(asked.yaml, catalogue)
  await store.write(async (tx) => {
    const before = catalogue.entries.get(id)
    refuseChanged(id, before, asked.ifVersion)
    const version = await nextSavedVersion(tx, id)
    const yaml = withVersion(asked.yaml, version)
    const isSame =
      before?.source === 'saved' && withVersion(before.yaml, version) === yaml && !before.isDisabled
    if (isSame) return
    await addSavedVersion(tx, id, { version, yaml, note: asked.note }, by)
  }, 'durable')
  await catalogue.reload()
  return entryOf(catalogue, id)
}

function refuseChanged(
  id: string,
  before: CatalogueEntry | undefined,
  ifVersion: number | undefined,
): void {
  const version = before?.signature.version ?? 0
  if (ifVersion === undefined || ifVersion === version) return
  throw new Problem('signature-changed', { id, version, ifVersion })
}

/**
 * Matches with a signature no more, or again.
 * @throws {Problem} signature-unknown
 */
export async function disableSignature(
  { store, catalogue }: Parts,
  id: string,
  isDisabled: boolean,
  by: ChangedBy,
): Promise<CatalogueEntry> {
  const { source, signature } = entryOf(catalogue, id)
  const version = source === 'saved' ? signature.version : null
  await store.write((tx) => setSignatureState(tx, { id, version, isDisabled }, by), 'durable')
  await catalogue.reload()
  return entryOf(catalogue, id)
}

/**
 * Goes back to what the files have of a signature, if they have it; its versions are kept.
 * @throws {Problem} signature-unknown, signature-not-saved
 */
export async function removeSignature(
  { store, catalogue }: Parts,
  id: string,
  by: ChangedBy,
): Promise<CatalogueEntry | null> {
  const { source } = entryOf(catalogue, id)
  if (source !== 'saved') throw new Problem('signature-not-saved', { id, source })
  await store.write(
    (tx) => setSignatureState(tx, { id, version: null, isDisabled: false }, by),
    'durable',
  )
  await catalogue.reload()
  return catalogue.entries.get(id) ?? null
}

/**
 * A signature of the catalogue, disabled or not.
 * @throws {Problem} signature-unknown
 */
export function entryOf(catalogue: LiveCatalogue, id: string): CatalogueEntry {
  const entry = catalogue.entries.get(id)
  if (!entry) throw new Problem('signature-unknown', { id: id.slice(0, 100) })
  return entry
}
