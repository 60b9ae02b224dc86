import { Problem } from '../model/problem.ts'
import type { Given } from '../model/snapshot.ts'
import {
  type BlobFiles,
  keepTemporary,
  removeBlob,
  removeTemporary,
  syncTemporary,
} from '../store/blobs-files.ts'
import { findBundleId, type Received, saveReceived } from '../store/bundles.ts'
import { newId } from '../store/ids.ts'
import { type Store, toProblem } from '../store/open.ts'
import { toTime } from '../store/packed.ts'
import type { LogRecord, UploadLog } from '../store/upload-log.ts'
import { GroupCommit } from './group-commit.ts'
import { type Spooled, spool } from './spool.ts'

/** What an upload says of its bundle. */
export type UploadGiven = Given & { readonly contentType?: string }

export type Receipt = { readonly id: string; readonly sha256: string; readonly isNew: boolean }

type Upload = { readonly spooled: Spooled; readonly given: Given; readonly receivedAtMs: number }

export type ReceiverParts = {
  readonly store: Store
  readonly log: UploadLog
  readonly files: BlobFiles
  readonly bytesMax: number
  readonly now: () => number
}

/**
 * Makes uploads durable. An answer stands on three steps: the bytes are in the upload log (or in
 * a synced file of their own), the log is synced, the tables know of it. The second is shared by
 * all uploads that wait for it; the tables need no sync of their own, because what they lack
 * after a power cut is read again from the log.
 */
export class Receiver {
  readonly #parts: ReceiverParts
  readonly #groups: GroupCommit<Upload, Receipt>

  constructor(parts: ReceiverParts) {
    this.#parts = parts
    this.#groups = new GroupCommit((uploads) => this.#commit(uploads))
  }

  /**
   * Takes in one upload. `given` is read when the bytes have ended, not before: fields of a form
   * may come behind its file.
   * @throws {Problem} bundle-too-large, body-empty, store-full
   */
  async receive(bytes: AsyncIterable<Uint8Array>, given: UploadGiven): Promise<Receipt> {
    const { files, bytesMax, now, store } = this.#parts
    const spooled = await spool(files, newId(now()), bytes, bytesMax)
    const known = await findBundleId(store.read, spooled.sha256)
    if (known) {
      await this.#drop(spooled)
      return { id: known, sha256: spooled.sha256, isNew: false }
    }
    const receivedAtMs = now()
    return this.#groups.add({ spooled, given: givenOf(given, receivedAtMs), receivedAtMs })
  }

  /** Resolves when no upload is being written. */
  idle(): Promise<void> {
    return this.#groups.idle()
  }

  async #commit(uploads: readonly Upload[]): Promise<readonly Receipt[]> {
    const ids = new Map<string, string>()
    const fresh: Upload[] = []
    for (const upload of uploads) {
      const { id, sha256 } = upload.spooled
      const known = ids.get(sha256) ?? (await findBundleId(this.#parts.store.read, sha256))
      ids.set(sha256, known ?? id)
      if (known === null) fresh.push(upload)
      else await this.#drop(upload.spooled)
    }
    if (fresh.length > 0) await this.#write(fresh)
    return uploads.map(({ spooled: { id, sha256 } }) => ({
      id: ids.get(sha256) ?? id,
      sha256,
      isNew: ids.get(sha256) === id,
    }))
  }

  async #write(uploads: readonly Upload[]): Promise<void> {
    const { store, log, files } = this.#parts
    const start = log.end
    try {
      for (const { spooled } of uploads) {
        if (spooled.parts === null) await syncTemporary(files, spooled.id)
      }
      const places = await log.append(uploads.map(toRecord))
      for (const { spooled } of uploads) {
        if (spooled.parts === null) await keepTemporary(files, spooled.id, spooled.sha256)
      }
      const received = uploads.map((upload, index) => toReceived(upload, places[index] ?? null))
      await store.write((tx) => saveReceived(tx, received, log.end))
    } catch (error) {
      // What was refused must neither take room nor come back at the next start.
      await log.cut(start)
      for (const { spooled } of uploads) {
        await this.#drop(spooled)
        if (spooled.parts === null) await removeBlob(files, spooled.sha256)
      }
      throw toProblem(error)
    }
  }

  async #drop(spooled: Spooled): Promise<void> {
    if (spooled.parts === null) await removeTemporary(this.#parts.files, spooled.id)
  }
}

/** What is written in front of the bytes: all that the tables hold of an upload. */
export type LogHead = Omit<Received, 'place'> & { readonly isFile: boolean }

function toRecord({ spooled, given, receivedAtMs }: Upload): LogRecord {
  const { id, sha256, sizeBytes, parts } = spooled
  const head: LogHead = { id, sha256, sizeBytes, given, receivedAtMs, isFile: parts === null }
  return { head: JSON.stringify(head), body: parts ?? [] }
}

function toReceived({ spooled, given, receivedAtMs }: Upload, place: Received['place']): Received {
  const { id, sha256, sizeBytes, parts } = spooled
  return { id, sha256, sizeBytes, given, receivedAtMs, place: parts === null ? null : place }
}

function givenOf(given: UploadGiven, receivedAtMs: number): Given {
  return {
    name: given.name,
    ...(given.host === undefined ? {} : { host: given.host }),
    ...(given.collectedAt === undefined ? {} : { collectedAt: given.collectedAt }),
    ...(given.labels === undefined ? {} : { labels: given.labels }),
    ...(given.limitedTo === undefined ? {} : { limitedTo: given.limitedTo }),
    receivedAt: toTime(receivedAtMs),
  }
}

/** @throws {Problem} too-busy when as many bundles wait as are taken */
export function refuseWhenBusy(jobs: number, queueMax: number): void {
  if (jobs >= queueMax) throw new Problem('too-busy', { queued: jobs, limit: queueMax })
}
