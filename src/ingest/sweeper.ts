import { type BlobFiles, removeBlob } from '../store/blobs-files.ts'
import { endMutes } from '../store/incident-change.ts'
import type { Store } from '../store/open.ts'
import {
  dropArchive,
  dropChanges,
  dropIncidents,
  dropLooks,
  isSegmentKept,
  type KeptArchive,
  listKeptArchives,
  sumKeptArchives,
} from '../store/retention.ts'
import { dropSegment, segmentsOf, type UploadLog } from '../store/upload-log.ts'

/** How long things are kept; null: for good. */
export type Keep = {
  readonly archiveDays: number | null
  readonly archiveBytes: number | null
  /** Of incidents that are over. */
  readonly incidentDays: number | null
}

export const KEPT_FOR_GOOD: Keep = { archiveDays: null, archiveBytes: null, incidentDays: null }

export type SweeperParts = {
  readonly store: Store
  readonly files: BlobFiles
  readonly logFolder: string
  readonly log: UploadLog
  readonly keep: Keep
  readonly now: () => number
}

const DAY_MS = 24 * 60 * 60 * 1000
/** Mutes end by the minute. */
const SWEEP_MS = 60_000
/** One step of a sweep: some milliseconds in which nothing else is written. */
const STEP = 100
/** Steps of one kind in one sweep. */
const STEPS_MAX = 50
/** A snapshot is compared with none of more than a day before; late ones are given some more. */
const LOOKS_DAYS = 7
/** Whoever is told of changes by and by comes sooner. */
const CHANGES_DAYS = 30

/** Ends mutes, and gives up what need not be kept any longer, a little at a time. */
export class Sweeper {
  readonly #parts: SweeperParts
  readonly #timer: NodeJS.Timeout
  #sweeping: Promise<void> | null = null
  #isClosing = false
  /** Where the next look at old archives begins: those that are held are not asked each time. */
  #afterId = ''

  constructor(parts: SweeperParts) {
    this.#parts = parts
    this.#timer = setInterval(() => {
      this.sweep().catch((error: unknown) => console.error('A sweep failed:', error))
    }, SWEEP_MS)
    this.#timer.unref()
  }

  /** One sweep; the one that is under way, where there is one. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = null
    })
    return this.#sweeping
  }

  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#timer)
    await this.#sweeping?.catch(() => null)
  }

  async #sweep(): Promise<void> {
    const { store, keep, now } = this.#parts
    const nowMs = now()
    const before = (days: number): number => nowMs - days * DAY_MS
    await this.#repeat(() => endMutes(store, nowMs, STEP))
    const looks = before(LOOKS_DAYS)
    await this.#repeat(() => store.write((tx) => dropLooks(tx, looks, STEP)))
    const changes = before(CHANGES_DAYS)
    await this.#repeat(() => store.write((tx) => dropChanges(tx, changes, STEP)))
    const { incidentDays, archiveDays, archiveBytes } = keep
    if (incidentDays !== null) {
      const ended = before(incidentDays)
      await this.#repeat(() => store.write((tx) => dropIncidents(tx, ended, STEP)))
    }
    if (archiveDays !== null) await this.#dropArchives(before(archiveDays), Infinity)
    if (archiveBytes !== null) {
      await this.#dropArchives(nowMs, (await sumKeptArchives(store.read)) - archiveBytes)
    }
    await this.#dropSegments()
  }

  /** Again until a step finds less than it might have taken. */
  async #repeat(step: () => Promise<number>): Promise<void> {
    for (let steps = 0; steps < STEPS_MAX && !this.#isClosing; steps += 1) {
      if ((await step()) < STEP) return
    }
  }

  /** Gives up archives, the oldest first, that arrived before an instant, until so many bytes are free. */
  async #dropArchives(beforeMs: number, bytes: number): Promise<void> {
    let left = bytes
    await this.#repeat(async () => {
      if (left <= 0) return 0
      const { store } = this.#parts
      const archives = await listKeptArchives(store.read, this.#afterId, beforeMs, STEP)
      for (const archive of archives) {
        if (left <= 0) return 0
        this.#afterId = archive.snapshotId
        if (archive.isHeld) continue
        await this.#dropArchive(archive)
        left -= archive.sizeBytes
      }
      if (archives.length < STEP) this.#afterId = ''
      return archives.length
    })
  }

  /** The file first: one whose row is still there is given up again by the next sweep. */
  async #dropArchive(archive: KeptArchive): Promise<void> {
    const { store, files, now } = this.#parts
    if (archive.segment === null) await removeBlob(files, archive.sha256)
    await store.write((tx) => dropArchive(tx, archive, now()))
  }

  /** Gives back segments of the log in which nothing is kept; never the one that is written to. */
  async #dropSegments(): Promise<void> {
    const { store, logFolder, log } = this.#parts
    for (const segment of segmentsOf(logFolder)) {
      if (this.#isClosing || segment >= log.end.segment) return
      if (!(await isSegmentKept(store.read, segment))) await dropSegment(logFolder, segment)
    }
  }
}
