import type { Signature } from './signature.ts'

/** Where a signature comes from. Of two with one id the last of these wins. */
export const SIGNATURE_SOURCES = ['builtin', 'folder', 'saved'] as const
export type SignatureSource = (typeof SIGNATURE_SOURCES)[number]

/** One signature of the catalogue, in force or disabled. */
export type CatalogueEntry = {
  readonly signature: Signature
  readonly source: SignatureSource
  /** Its text, as its file or whoever saved it has it. */
  readonly yaml: string
  /** Kept, and not matched. */
  readonly isDisabled: boolean
  /** Where others of the same id are that this one takes the place of. */
  readonly hides: readonly SignatureSource[]
}

/** One text of a signature that was saved. */
export type SavedVersion = {
  readonly version: number
  readonly yaml: string
  readonly who: string
  /** RFC 3339 UTC. */
  readonly at: string
  readonly note: string | null
}

/** Versions of saved signatures count from here, so that they never mean another text of a file. */
export const SAVED_VERSION_FIRST = 1001
