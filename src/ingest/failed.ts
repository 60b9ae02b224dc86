import { Problem } from '../model/problem.ts'
import { type BlobFiles, removeBlob } from '../store/blobs-files.ts'
import type { Store } from '../store/open.ts'
import { removeSnapshot, retrySnapshot } from '../store/snapshot-save.ts'
import { findSnapshot } from '../store/snapshots.ts'

type FailedParts = {
  readonly store: Store
  readonly files: BlobFiles
  readonly now: () => number
  /** Says that there may be jobs. */
  readonly wake: () => void
}

/** Beyond so many, the oldest are forgotten: what is asked of them is minutes old at most. */
const SHARED_MAX = 10_000

/** What becomes of snapshots that could not be diagnosed. */
export class FailedSnapshots {
  readonly #parts: FailedParts
  /** Snapshots that more than one upload was told of: to forget one would break a promise. */
  readonly #shared = new Set<string>()

  constructor(parts: FailedParts) {
    this.#parts = parts
  }

  /** Bytes that are known come again: the same bytes may be readable by now. */
  async sentAgain(id: string): Promise<void> {
    this.#shared.delete(id)
    this.#shared.add(id)
    const [oldest] = this.#shared
    if (this.#shared.size > SHARED_MAX && oldest !== undefined) this.#shared.delete(oldest)
    await this.#requeue(id)
  }

  /** @throws {Problem} snapshot-unknown, snapshot-not-failed */
  async retry(id: string): Promise<void> {
    if (!(await this.#requeue(id))) await this.#refuse(id)
  }

  /** @throws {Problem} snapshot-unknown, snapshot-not-failed */
  async discard(id: string): Promise<void> {
    if (!(await this.#remove(id))) await this.#refuse(id)
  }

  /** False when it stays: somebody else was told of it, or it has not failed. */
  async discardUnshared(id: string): Promise<boolean> {
    return !this.#shared.has(id) && this.#remove(id)
  }

  async #requeue(id: string): Promise<boolean> {
    const { store, now, wake } = this.#parts
    const snapshot = await findSnapshot(store, id)
    if (snapshot?.status !== 'failed') return false
    const isQueued = await store.write((tx) => retrySnapshot(tx, id, now()))
    if (isQueued) wake()
    return isQueued
  }

  async #remove(id: string): Promise<boolean> {
    const { store, files } = this.#parts
    const sha256 = await store.write((tx) => removeSnapshot(tx, id))
    if (sha256 !== null) await removeBlob(files, sha256)
    return sha256 !== null
  }

  async #refuse(id: string): Promise<never> {
    const snapshot = await findSnapshot(this.#parts.store, id)
    if (!snapshot) throw new Problem('snapshot-unknown', { id })
    throw new Problem('snapshot-not-failed', { id, snapshotStatus: snapshot.status })
  }
}
