import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../model/problem.ts'
import { type BlobFiles, blobPath } from '../store/blobs-files.ts'
import { findBundle } from '../store/bundles.ts'
import type { Store } from '../store/open.ts'
import { claimJobs, type Job, releaseJob, removeJob } from '../store/queue.ts'
import { failSnapshot, findGiven, markSnapshots } from '../store/snapshot-save.ts'
import { rangeInLog } from '../store/upload-log.ts'
import { Comparisons } from './comparisons.ts'
import type { IngestLimits } from './limits.ts'
import type { LiveCatalogue } from './live-catalogue.ts'
import type { Pool } from './pool.ts'
import { saveFound } from './save.ts'
import type { ByteRange } from './worker.ts'

export type RunnerParts = {
  readonly store: Store
  readonly pool: Pool
  readonly files: BlobFiles
  readonly logFolder: string
  readonly catalogue: LiveCatalogue
  readonly limits: IngestLimits
  readonly now: () => number
}

/** A job during which the whole process ended so often may be why, and is not begun again. */
const ATTEMPTS_MAX = 10

/** How long a job stays unclaimed after the disk was full. */
const RETRY_MS = 5_000

/** Keeps the workers busy as long as there are jobs. */
export class Runner {
  readonly #parts: RunnerParts
  readonly #running = new Map<string, Promise<void>>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #comparisons: Comparisons
  #claiming: Promise<void> | null = null
  #isWanted = false
  #isClosing = false
  /** What ends after the drain is not written: its job has been given back. */
  #isClosed = false

  constructor(parts: RunnerParts) {
    this.#parts = parts
    this.#comparisons = new Comparisons(parts.store)
  }

  /** Says that there may be jobs. */
  wake(): void {
    this.#isWanted = true
    this.#claiming ??= this.#claim()
      .catch((error: unknown) => this.#claimLater(error))
      .finally(() => {
        this.#claiming = null
        if (this.#isWanted && this.#hasRoom()) this.wake()
      })
  }

  /** Listens for the end of a snapshot, done or failed, until `stop` is called. */
  listen(id: string): { readonly ended: Promise<void>; stop(): void } {
    const { promise, resolve } = Promise.withResolvers<void>()
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(resolve))
    return {
      ended: promise,
      stop: () => {
        listeners.delete(resolve)
        if (listeners.size === 0) this.#listeners.delete(id)
      },
    }
  }

  /** Waits for what is being worked on, up to the limit; gives the rest back. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#claiming
    const drained = Promise.all(this.#running.values())
    await Promise.race([drained, sleep(this.#parts.limits.drainMs, null, { ref: false })])
    this.#isClosed = true
    const ids = [...this.#running.keys()]
    await this.#parts.store.write(async (tx) => {
      for (const id of ids) await releaseJob(tx, id, true)
      await markSnapshots(tx, ids, 'queued')
    })
  }

  #hasRoom(): boolean {
    return !this.#isClosing && this.#running.size < this.#parts.pool.size
  }

  async #claim(): Promise<void> {
    while (this.#isWanted && this.#hasRoom()) {
      this.#isWanted = false
      const { store, pool, limits, now } = this.#parts
      const free = pool.size - this.#running.size
      const jobs = await store.write(async (tx) => {
        const claimed = await claimJobs(tx, free, now(), limits.analysisMs + 60_000)
        await markSnapshots(
          tx,
          claimed.map(({ snapshotId }) => snapshotId),
          'processing',
        )
        return claimed
      })
      for (const { snapshotId } of jobs) this.#comparisons.begin(snapshotId)
      for (const job of jobs) this.#start(job)
      if (jobs.length > 0) this.#isWanted = true
    }
  }

  /** Without room on the disk not even a job can be claimed. */
  async #claimLater(error: unknown): Promise<void> {
    console.error('No job could be claimed:', error)
    await sleep(RETRY_MS, null, { ref: false })
    this.#isWanted = true
  }

  #start(job: Job): void {
    const run = this.#run(job).finally(() => {
      this.#running.delete(job.snapshotId)
      this.#comparisons.end(job.snapshotId)
      for (const tell of this.#listeners.get(job.snapshotId) ?? []) tell()
      this.wake()
    })
    this.#running.set(job.snapshotId, run)
  }

  async #run(job: Job): Promise<void> {
    const { store, now } = this.#parts
    try {
      if (job.attempts > ATTEMPTS_MAX) throw new Problem('analysis-failed', { why: 'crash' })
      const found = await this.#diagnose(job.snapshotId)
      const earlierNo = this.#comparisons.earlierOf(job.snapshotId)
      if (!this.#isClosed) await saveFound(store, job.snapshotId, { ...found, earlierNo }, now())
    } catch (error) {
      if (!this.#isClosed) await this.#fail(job, error)
    }
  }

  async #diagnose(snapshotId: string) {
    const { store, pool, limits, catalogue } = this.#parts
    const given = await findGiven(store.read, snapshotId)
    const bundle = await findBundle(store.read, snapshotId)
    if (!given || !bundle) throw new Error(`There is a job for ${snapshotId} and no bundle`)
    const { ask, close } = this.#comparisons.open(snapshotId)
    const answer = await pool
      .run({
        want: 'found',
        bytes: this.#bytesOf(bundle),
        isText: false,
        sha256: bundle.sha256,
        given: given.given,
        archive: { ...limits.archive, compressedBytes: limits.bundleBytesMax },
        allTasks: false,
        catalogue: catalogue.shared,
        ask,
      })
      .finally(close)
    if (answer.kind !== 'found') throw new Error('A worker answered a diagnosis for rows')
    return answer.found
  }

  #bytesOf({
    place,
    sizeBytes,
    sha256,
  }: NonNullable<Awaited<ReturnType<typeof findBundle>>>): ByteRange {
    const { files, logFolder } = this.#parts
    return place ? rangeInLog(logFolder, place, sizeBytes) : { path: blobPath(files, sha256) }
  }

  /** A bundle that cannot be diagnosed has failed; where only the disk is full, it is tried again. */
  async #fail(job: Job, error: unknown): Promise<void> {
    const { store } = this.#parts
    const problem = error instanceof Problem ? error : null
    if (problem === null) console.error(`Snapshot ${job.snapshotId} could not be ingested:`, error)
    if (problem?.kind === 'store-full') return this.#retryLater(job)
    await store
      .write(async (tx) => {
        await failSnapshot(
          tx,
          job.snapshotId,
          problem ?? new Problem('analysis-failed', { why: 'crash' }),
        )
        await removeJob(tx, job.snapshotId)
      })
      .catch(() => this.#retryLater(job))
  }

  /** Leaves the job leased for a while: its bytes are safe, there is no room to write what they show. */
  async #retryLater(job: Job): Promise<void> {
    const { store } = this.#parts
    await sleep(RETRY_MS)
    await store
      .write((tx) => releaseJob(tx, job.snapshotId, true))
      .catch(() => console.error(`Snapshot ${job.snapshotId} waits for room on the disk`))
  }
}
