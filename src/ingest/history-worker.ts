import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { diagnose } from '../diagnose/diagnose.ts'
import type { DiagnosedIncident, Diagnosis } from '../model/diagnosis.ts'
import type { Earlier } from '../model/earlier.ts'
import { Problem } from '../model/problem.ts'
import type { Given, Snapshot } from '../model/snapshot.ts'
import { blobFilesOf, blobPath } from '../store/blobs-files.ts'
import { findBundle } from '../store/bundles.ts'
import { findCompared, findPast, type PastSnapshot } from '../store/history.ts'
import { openReader } from '../store/open.ts'
import { fromJson } from '../store/packed.ts'
import { readSnapshot } from '../store/source/read-snapshot.ts'
import type { Sql } from '../store/sql.ts'
import { rangeInLog } from '../store/upload-log.ts'
import type { EffectiveCatalogue } from './effective-catalogue.ts'
import { extract } from './extract.ts'
import type { SharedCatalogue } from './live-catalogue.ts'
import { readBundleStream } from './read-bundle.ts'
import type { Reread } from './reclassify.ts'
import { catalogueOf } from './shared-catalogue.ts'
import { type Difference, differencesOf } from './trial.ts'

// Runs in a worker thread of its own: diagnoses snapshots of the past again, read from the store.

/** Snapshots to go through, in this order. */
export type HistoryTask = {
  readonly dataFolder: string
  readonly nos: readonly number[]
  /** What they are diagnosed with. */
  readonly catalogue: SharedCatalogue
  /** What a trial is compared with; null to write what is found. */
  readonly inForce: SharedCatalogue | null
  /** Whether what is found is wanted even where it is what is kept. */
  readonly isForced: boolean
  readonly only: { readonly signature: string | null; readonly fingerprint: string | null }
  /** After so long it answers with what it has. */
  readonly budgetMs: number
  /** Snapshots found otherwise after which it answers. */
  readonly changesMax: number
}

export type HistoryAnswer = {
  /** How many of the asked numbers it got through. */
  readonly read: number
  readonly unreadable: number
  /** Hash of the catalogue they were diagnosed with. */
  readonly catalogue: string
  readonly unchanged: readonly { readonly hostId: number; readonly snapshotNo: number }[]
  readonly changed: readonly Reread[]
  readonly differences: readonly Difference[]
}

// biome-ignore lint/style/noDefaultExport: the pool calls a file's default export
export default async function readHistory(task: HistoryTask): Promise<HistoryAnswer> {
  const reading = new Reading(task)
  const endAt = performance.now() + task.budgetMs
  for (const no of task.nos) {
    await reading.take(no)
    if (performance.now() > endAt || reading.changed.length >= task.changesMax) break
  }
  return reading.answer()
}

let reader: { readonly folder: string; readonly sql: Sql } | null = null

function sqlOf(folder: string): Sql {
  if (reader?.folder !== folder) reader = { folder, sql: openReader(folder) }
  return reader.sql
}

class Reading {
  readonly changed: Reread[] = []
  readonly #task: HistoryTask
  readonly #sql: Sql
  readonly #with: EffectiveCatalogue
  readonly #unchanged: { hostId: number; snapshotNo: number }[] = []
  readonly #differences: Difference[] = []
  #read = 0
  #unreadable = 0

  constructor(task: HistoryTask) {
    this.#task = task
    this.#sql = sqlOf(task.dataFolder)
    this.#with = catalogueOf(task.catalogue)
  }

  answer(): HistoryAnswer {
    return {
      read: this.#read,
      unreadable: this.#unreadable,
      catalogue: this.#with.hash,
      unchanged: this.#unchanged,
      changed: this.changed,
      differences: this.#differences,
    }
  }

  async take(no: number): Promise<void> {
    this.#read += 1
    const past = await findPast(this.#sql, no)
    if (!past) return
    try {
      await this.#reread(past)
    } catch (error) {
      // A bug of ours that one snapshot brings out must not end the reading of all the others.
      console.error(`Snapshot ${past.id} could not be read again:`, error)
      this.#unreadable += 1
    }
  }

  async #reread(past: PastSnapshot): Promise<void> {
    const snapshot = await this.#snapshotOf(past)
    const earlier = await findCompared(this.#sql, past)
    // Without what it was compared with, what that proved would seem to be over.
    if (snapshot === null || earlier === 'gone') {
      this.#unreadable += 1
      return
    }
    const diagnosis = diagnose(snapshot, this.#with.catalogue, { earlier })
    if (this.#task.inForce) {
      const before = this.#inForce(past, snapshot, earlier, this.#task.inForce)
      this.#differences.push(...differencesOf(past, before, diagnosis.incidents))
    } else {
      this.#compare(past, snapshot, diagnosis, earlier)
    }
  }

  /** What the signatures in force find: it is kept, unless others were in force when it was found. */
  #inForce(
    past: PastSnapshot,
    snapshot: Snapshot,
    earlier: Earlier | null,
    inForce: SharedCatalogue,
  ): readonly DiagnosedIncident[] {
    const { catalogue, hash } = catalogueOf(inForce)
    if (past.catalogue === hash) return keptOf(past).incidents
    return diagnose(snapshot, catalogue, { earlier }).incidents
  }

  #compare(
    past: PastSnapshot,
    snapshot: Snapshot,
    diagnosis: Diagnosis,
    earlier: Earlier | null,
  ): void {
    const { hostId, snapshotNo } = past
    const isSame = textOf(past) === JSON.stringify({ ...diagnosis, tasks: [] })
    if (isSame && !this.#task.isForced) {
      this.#unchanged.push({ hostId, snapshotNo })
      return
    }
    if (!this.#concerns(past, diagnosis)) return
    const found = extract(snapshot, diagnosis, earlier, this.#with.hash)
    const { id: snapshotId, hostName, bootId, takenAt } = past
    // Tasks and packed parts that are kept as they are need not be sent.
    const lean = { ...found, taskChunks: [], snapshotStacks: [], look: null }
    this.changed.push({ snapshotNo, snapshotId, hostId, hostName, bootId, takenAt, found: lean })
  }

  /** Whether what changes in a snapshot is what was asked about. */
  #concerns(past: PastSnapshot, { incidents }: Diagnosis): boolean {
    const { signature, fingerprint } = this.#task.only
    if (this.#task.isForced || (signature === null && fingerprint === null)) return true
    const told = (all: readonly DiagnosedIncident[]) =>
      JSON.stringify(
        all.filter(
          (one) =>
            (signature === null || one.signature === signature) &&
            (fingerprint === null || one.fingerprint === fingerprint),
        ),
      )
    return told(keptOf(past).incidents) !== told(incidents)
  }

  async #snapshotOf(past: PastSnapshot): Promise<Snapshot | null> {
    return past.source === null ? this.#fromArchive(past) : readSnapshot(past.source)
  }

  /** Slow, and only for what was kept before parsed snapshots were. */
  async #fromArchive(past: PastSnapshot): Promise<Snapshot | null> {
    const bundle = await findBundle(this.#sql, past.id)
    if (!bundle) return null
    const { dataFolder } = this.#task
    const { place, sizeBytes, sha256 } = bundle
    const part = place ? rangeInLog(join(dataFolder, 'log'), place, sizeBytes) : null
    const path = part ? part.path : blobPath(blobFilesOf(dataFolder), sha256)
    try {
      const given = fromJson<Given>(past.given)
      return { ...(await readBundleStream(createReadStream(path, part ?? {}), given)), sha256 }
    } catch (error) {
      // Archives are let go after a while; what was found in them stays as it is.
      if (isGone(error) || error instanceof Problem) return null
      throw error
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function textOf({ body }: PastSnapshot): string {
  return zstdDecompressSync(body).toString('utf8')
}

function keptOf(past: PastSnapshot): Diagnosis {
  return JSON.parse(textOf(past))
}
