import type { CatalogueEntry } from '../model/catalogue.ts'
import type { Catalogue } from '../model/signature.ts'
import type { Store } from '../store/open.ts'
import { listSignatureStates, type SignatureState } from '../store/saved-signatures.ts'
import { type EffectiveCatalogue, effectiveCatalogue } from './effective-catalogue.ts'
import { type FileCatalogue, loadFiles } from './load-catalogue.ts'

/**
 * A catalogue as it goes to worker threads: they read the files themselves, and what was saved
 * lies in memory that all of them share, so that a task costs the same however much that is.
 */
export type SharedCatalogue = {
  readonly folder: string | null
  /** Null where nothing was saved: the files alone. */
  readonly saved: { readonly hash: string; readonly states: SharedArrayBuffer } | null
}

/** What worker threads match with that know no store. */
function filesAlone(folder: string | null): SharedCatalogue {
  return { folder, saved: null }
}

/** The catalogue in force, which changes while the service runs. */
export class LiveCatalogue {
  readonly #store: Store
  readonly #folder: string | null
  readonly #files: FileCatalogue
  #effective: EffectiveCatalogue
  #shared: SharedCatalogue

  /** @throws {Error} naming file and line, when a file is not as it must be */
  static async open(store: Store, folder: string | null): Promise<LiveCatalogue> {
    const live = new LiveCatalogue(store, folder)
    await live.reload()
    return live
  }

  private constructor(store: Store, folder: string | null) {
    this.#store = store
    this.#folder = folder
    this.#files = loadFiles(folder)
    this.#effective = effectiveCatalogue(this.#files, [])
    this.#shared = filesAlone(folder)
  }

  get current(): Catalogue {
    return this.#effective.catalogue
  }

  get hash(): string {
    return this.#effective.hash
  }

  /** The same for worker threads. */
  get shared(): SharedCatalogue {
    return this.#shared
  }

  /** Every signature, the disabled ones too, by id. */
  get entries(): ReadonlyMap<string, CatalogueEntry> {
    return this.#effective.entries
  }

  /** What the files say of an id, whatever was saved; null where they do not have it. */
  ofFile(id: string): CatalogueEntry | null {
    return this.#files.entries.get(id) ?? null
  }

  hasKernel(id: string): boolean {
    return this.#files.kernels.has(id)
  }

  /** Takes over what was saved: every bundle that is diagnosed from now on is matched with it. */
  async reload(): Promise<void> {
    const states = await listSignatureStates(this.#store.read)
    this.#effective = effectiveCatalogue(this.#files, states)
    this.#shared = share(this.#folder, this.#effective.hash, states)
  }

  /** The same with one more text in its place, for worker threads alone. */
  async with(id: string, yaml: string): Promise<SharedCatalogue> {
    const others = (await listSignatureStates(this.#store.read)).filter((each) => each.id !== id)
    const states = [...others, { id, saved: { version: 0, yaml }, isDisabled: false }]
    return share(this.#folder, effectiveCatalogue(this.#files, states).hash, states)
  }
}

function share(
  folder: string | null,
  hash: string,
  states: readonly SignatureState[],
): SharedCatalogue {
  if (states.length === 0) return filesAlone(folder)
  const bytes = new TextEncoder().encode(JSON.stringify(states))
  const shared = new SharedArrayBuffer(bytes.length)
  new Uint8Array(shared).set(bytes)
  return { folder, saved: { hash, states: shared } }
}
