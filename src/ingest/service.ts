import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Diagnosis } from '../model/diagnosis.ts'
import type { SnapshotItem, SnapshotStatus } from '../model/incident.ts'
import { Problem } from '../model/problem.ts'
import type { Given } from '../model/snapshot.ts'
import {
  type BlobFiles,
  openBlobFiles,
  readBlob,
  removeTemporary,
  temporaryPath,
} from '../store/blobs-files.ts'
import { findBundle } from '../store/bundles.ts'
import { lockFolder } from '../store/folder-lock.ts'
import { newId } from '../store/ids.ts'
import type { Store } from '../store/open.ts'
import { queueDepth } from '../store/queue.ts'
import { findSnapshot } from '../store/snapshots.ts'
import { readFromLog, UploadLog } from '../store/upload-log.ts'
import { FailedSnapshots } from './failed.ts'
import { INGEST_LIMITS, type IngestLimits } from './limits.ts'
import { LiveCatalogue } from './live-catalogue.ts'
import { refuseOthers } from './others.ts'
import { Pool } from './pool.ts'
import { Receiver, refuseWhenBusy, type UploadGiven } from './receive.ts'
import { recover } from './recover.ts'
import { Runner } from './runner.ts'
import { spool } from './spool.ts'
import { type IngestStats, statsOf } from './stats.ts'
import { KEPT_FOR_GOOD, type Keep, Sweeper } from './sweeper.ts'
import { WorkRunner } from './work-runner.ts'

/** What the service does with bundles. */
export type Ingest = {
  /**
   * Takes in an upload, durable when it resolves; bytes that have failed are diagnosed again.
   * `given` is read after the bytes have ended.
   * @throws {Problem} body-empty, bundle-too-large, store-full, too-busy, host-of-others
   */
  receive(
    bytes: AsyncIterable<Uint8Array>,
    given: UploadGiven,
  ): Promise<{
    readonly id: string
    readonly sha256: string
    readonly isNew: boolean
    readonly status: SnapshotStatus
  }>
  /**
   * The snapshot as soon as it is done or failed, or as it is after so long.
   * @throws {Problem} snapshot-unknown
   */
  waitFor(id: string, timeoutMs: number): Promise<SnapshotItem>
  /**
   * The diagnosis of a bundle or text; nothing is stored.
   * @throws {Problem} whatever makes the input unusable
   */
  analyze(
    bytes: AsyncIterable<Uint8Array>,
    given: Given,
    options: { readonly isText: boolean; readonly allTasks?: boolean | undefined },
  ): Promise<Diagnosis>
  /** Diagnoses a failed snapshot once more. @throws {Problem} snapshot-unknown, snapshot-not-failed */
  retry(id: string): Promise<void>
  /** Forgets a failed snapshot and its bytes. @throws {Problem} snapshot-unknown, snapshot-not-failed */
  discard(id: string): Promise<void>
  /** The same for one that nobody else was told of; false when it stays. */
  discardUnshared(id: string): Promise<boolean>
  /** The bytes of a snapshot as they were uploaded; null for an unknown id. */
  openArchive(id: string): Promise<Readable | null>
  stats(): Promise<IngestStats>
  /** Ends mutes and gives up what need not be kept any longer; done by itself each minute. */
  sweep(): Promise<void>
  /** What takes long: trials, and history read again. */
  readonly work: WorkRunner
  /** What is looked for, as of now. */
  readonly catalogue: LiveCatalogue
  /** Ends what is being worked on, as far as it ends in time, and leaves the rest for the next start. */
  close(): Promise<void>
}

export type IngestSettings = {
  readonly store: Store
  readonly dataFolder: string
  /** A folder of more signatures; null for those of the product alone. */
  readonly catalogueFolder: string | null
  /** Null: one less than the CPUs. */
  readonly workers: number | null
  readonly limits?: Partial<IngestLimits>
  /** How long things are kept; for good where nothing is said. */
  readonly keep?: Keep
  readonly now?: () => number
}

/**
 * Takes a data folder into service: what an earlier process left is gone on with.
 * @throws {Error} when another process serves the folder
 */
export async function startIngest(settings: IngestSettings): Promise<Ingest> {
  const lock = lockFolder(settings.dataFolder)
  try {
    const parts = await openParts(settings)
    parts.runner.wake()
    parts.work.wake()
    return { ...ingestOf(parts), close: () => closeParts(parts, lock) }
  } catch (error) {
    lock.release()
    throw error
  }
}

type Parts = {
  readonly store: Store
  readonly limits: IngestLimits
  readonly now: () => number
  readonly logFolder: string
  readonly files: BlobFiles
  readonly log: UploadLog
  readonly pool: Pool
  readonly receiver: Receiver
  readonly runner: Runner
  readonly catalogue: LiveCatalogue
  readonly failed: FailedSnapshots
  readonly sweeper: Sweeper
  readonly work: WorkRunner
}

async function openParts(settings: IngestSettings): Promise<Parts> {
  const { store, dataFolder, workers, now = Date.now } = settings
  const limits = { ...INGEST_LIMITS, ...settings.limits }
  const logFolder = join(dataFolder, 'log')
  const files = openBlobFiles(dataFolder)
  const log = await UploadLog.open(logFolder, await recover(store, logFolder, files))
  const pool = new Pool(workers, limits)
  const receiver = new Receiver({ store, log, files, now, bytesMax: limits.bundleBytesMax })
  const catalogue = await LiveCatalogue.open(store, settings.catalogueFolder)
  const runner = new Runner({ store, pool, files, logFolder, catalogue, limits, now })
  const failed = new FailedSnapshots({ store, files, now, wake: () => runner.wake() })
  const { keep = KEPT_FOR_GOOD } = settings
  const sweeper = new Sweeper({ store, files, logFolder, log, keep, now })
  const work = new WorkRunner({ store, catalogue, now, yields: true })
  const stations = { pool, receiver, runner, failed, sweeper, work }
  return { store, limits, now, logFolder, files, log, catalogue, ...stations }
}

async function closeParts(parts: Parts, lock: { release(): void }): Promise<void> {
  await parts.sweeper.close()
  await parts.receiver.idle()
  await parts.work.close()
  await parts.runner.close()
  await parts.pool.close()
  await parts.log.close()
  lock.release()
}

function ingestOf(parts: Parts): Omit<Ingest, 'close'> {
  const { store, receiver, runner, failed, limits, files, logFolder, catalogue, work } = parts
  return {
    catalogue,
    work,
    async receive(bytes, given) {
      refuseWhenBusy((await queueDepth(store.read)).jobs, limits.queueMax)
      const receipt = await receiver.receive(bytes, given)
      if (receipt.isNew) {
        runner.wake()
        return { ...receipt, status: 'queued' }
      }
      const known = await findSnapshot(store, receipt.id)
      refuseOthers(known?.labels ?? {}, given.limitedTo)
      await failed.sentAgain(receipt.id)
      return { ...receipt, status: (await findSnapshot(store, receipt.id))?.status ?? 'queued' }
    },
    retry: (id) => failed.retry(id),
    discard: (id) => failed.discard(id),
    discardUnshared: (id) => failed.discardUnshared(id),
    waitFor: (id, timeoutMs) => waitFor(parts, id, timeoutMs),
    analyze: (bytes, given, options) => analyze(parts, bytes, given, options),
    async openArchive(id) {
      const bundle = await findBundle(store.read, id)
      if (!bundle) return null
      return bundle.place
        ? readFromLog(logFolder, bundle.place, bundle.sizeBytes)
        : readBlob(files, bundle.sha256)
    },
    stats: () => statsOf(store, parts.pool.size, parts.now()),
    sweep: () => parts.sweeper.sweep(),
  }
}

async function waitFor(
  { store, runner }: Parts,
  id: string,
  timeoutMs: number,
): Promise<SnapshotItem> {
  // Listening begins before looking: an end in between is not missed.
  const { ended, stop } = runner.listen(id)
  const timeout = new AbortController()
  try {
    const first = await findSnapshot(store, id)
    if (!first) throw new Problem('snapshot-unknown', { id })
    if (first.status === 'done' || first.status === 'failed') return first
    const late = sleep(timeoutMs, null, { signal: timeout.signal }).catch(() => null)
    await Promise.race([ended, late])
    return (await findSnapshot(store, id)) ?? first
  } finally {
    timeout.abort()
    stop()
  }
}

async function analyze(
  { files, limits, now, pool, catalogue }: Parts,
  bytes: AsyncIterable<Uint8Array>,
  given: Given,
  { isText, allTasks = false }: Parameters<Ingest['analyze']>[2],
): Promise<Diagnosis> {
  const { id, parts, sha256 } = await spool(files, newId(now()), bytes, limits.bundleBytesMax)
  try {
    const answer = await pool.run({
      want: 'diagnosis',
      bytes: parts ? wholeOf(parts) : { path: temporaryPath(files, id) },
      isText,
      sha256,
      given,
      archive: { ...limits.archive, compressedBytes: limits.bundleBytesMax },
      allTasks,
      catalogue: catalogue.shared,
      ask: null,
    })
    if (answer.kind !== 'diagnosis') throw new Error('A worker answered rows for a diagnosis')
    return answer.diagnosis
  } finally {
    if (parts === null) await removeTemporary(files, id)
  }
}

/** Bytes in memory of their own, which may be handed to another thread. */
function wholeOf(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let end = 0
  for (const part of parts) {
    whole.set(part, end)
    end += part.length
  }
  return whole
}
