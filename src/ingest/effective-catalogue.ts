import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSignature } from '../diagnose/match/catalogue.ts'
import type { CatalogueEntry } from '../model/catalogue.ts'
import type { Catalogue } from '../model/signature.ts'
import type { SignatureState } from '../store/saved-signatures.ts'
import type { FileCatalogue } from './load-catalogue.ts'

/** The catalogue in force: what the files say, and what was saved and disabled here. */
export type EffectiveCatalogue = {
  readonly catalogue: Catalogue
  /** Of every text in it and of the product's version: another one may find something else. */
  readonly hash: string
  /** By id, the disabled ones too. */
  readonly entries: ReadonlyMap<string, CatalogueEntry>
}

/** A saved signature goes before one of the folder, and that before the product's. */
export function effectiveCatalogue(
  files: FileCatalogue,
  states: readonly SignatureState[],
): EffectiveCatalogue {
  const entries = new Map(files.entries)
  for (const state of states) {
    const entry = entryOf(state, files.entries.get(state.id))
    if (entry) entries.set(state.id, entry)
  }
  const active = [...entries.values()].filter(({ isDisabled }) => !isDisabled)
  return {
    catalogue: { signatures: active.map(({ signature }) => signature), kernels: files.kernels },
    hash: hashOf(active, files.kernelTexts),
    entries,
  }
}

function entryOf(
  { saved, isDisabled }: SignatureState,
  ofFile: CatalogueEntry | undefined,
): CatalogueEntry | null {
  if (saved === null) return ofFile ? { ...ofFile, isDisabled } : null
  // A text that an older Hangar took may be none that this one reads: its file's goes on in its place.
  const { value: signature } = parseSignature(saved.yaml, 'saved')
  if (signature === null) return ofFile ?? null
  const hides = ofFile ? [ofFile.source, ...ofFile.hides] : []
  return { signature, source: 'saved', yaml: saved.yaml, isDisabled, hides }
}

const PRODUCT: { readonly version: string } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
)

function hashOf(active: readonly CatalogueEntry[], kernelTexts: readonly string[]): string {
  const texts = active.map(({ yaml }) => yaml).sort()
  const whole = JSON.stringify([PRODUCT.version, texts, [...kernelTexts].sort()])
  return hash('sha256', whole, 'base64url').slice(0, 22)
}
