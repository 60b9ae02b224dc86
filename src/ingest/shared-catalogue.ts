import type { SignatureState } from '../store/saved-signatures.ts'
import { type EffectiveCatalogue, effectiveCatalogue } from './effective-catalogue.ts'
import type { SharedCatalogue } from './live-catalogue.ts'
import { type FileCatalogue, loadFiles } from './load-catalogue.ts'

/** A trial and the catalogue in force alternate in one thread; older ones are let go. */
const KEPT_MAX = 4

let files: FileCatalogue | null = null
const kept = new Map<string, EffectiveCatalogue>()

/** What a worker thread matches with: each catalogue is read once in a thread. */
export function catalogueOf({ folder, saved }: SharedCatalogue): EffectiveCatalogue {
  files ??= loadFiles(folder)
  const key = saved?.hash ?? ''
  const known = kept.get(key)
  if (known) return known
  const made = effectiveCatalogue(files, saved === null ? [] : statesOf(saved.states))
  if (kept.size >= KEPT_MAX) kept.clear()
  kept.set(key, made)
  return made
}

function statesOf(shared: SharedArrayBuffer): readonly SignatureState[] {
  // Text is not decoded from shared memory as it is.
  return JSON.parse(Buffer.from(new Uint8Array(shared)).toString('utf8'))
}
