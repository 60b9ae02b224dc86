import { createReadStream } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import { diagnose } from '../diagnose/diagnose.ts'
import type { Diagnosis } from '../model/diagnosis.ts'
import type { Earlier } from '../model/earlier.ts'
import { Problem, type ProblemFacts, type ProblemKind } from '../model/problem.ts'
import type { Given, Host, Snapshot } from '../model/snapshot.ts'
import type { FoundSnapshot } from '../store/found.ts'
import { packSnapshot } from '../store/source/pack-snapshot.ts'
import type { Limits } from '../unpack/limits.ts'
import { extract } from './extract.ts'
import type { SharedCatalogue } from './live-catalogue.ts'
import { readBundleStream } from './read-bundle.ts'
import { readText } from './read-text.ts'
import { catalogueOf } from './shared-catalogue.ts'

// Runs in a worker thread: everything that takes long between the bytes of a bundle and its rows.

/** Bytes in a file, or a part of one; `end` is the last byte. */
export type ByteRange = { readonly path: string; readonly start?: number; readonly end?: number }

export type WorkerTask = {
  /** What is wanted: rows to store, or the diagnosis alone. */
  readonly want: 'found' | 'diagnosis'
  readonly bytes: ByteRange | Uint8Array<ArrayBuffer>
  readonly isText: boolean
  /** Of the bytes, where somebody has hashed them already. */
  readonly sha256: string | null
  readonly given: Given
  readonly archive: Limits
  readonly allTasks: boolean
  readonly catalogue: SharedCatalogue
  /** Where to ask for an earlier snapshot; null when there is none to compare with. */
  readonly ask: MessagePort | null
}

/** Whose earlier snapshot is wanted, which nobody knows before the bundle is read. */
export type EarlierQuestion = { readonly host: Host; readonly collectedAt: string | null }

export type WorkerAnswer =
  | { readonly kind: 'found'; readonly found: FoundSnapshot }
  | { readonly kind: 'diagnosis'; readonly diagnosis: Diagnosis }
  | { readonly kind: 'problem'; readonly problem: ProblemKind; readonly facts: ProblemFacts }

/** Does one task. A `Problem` comes back as data: thrown, it would lose its kind on the way. */
// biome-ignore lint/style/noDefaultExport: the pool calls a file's default export
export default async function work(task: WorkerTask): Promise<WorkerAnswer> {
  try {
    const read = await readSnapshot(task)
    const snapshot = { ...read, sha256: task.isText ? null : (task.sha256 ?? read.sha256) }
    const earlier = task.ask === null ? null : await askEarlier(task.ask, snapshot)
    const { catalogue, hash } = catalogueOf(task.catalogue)
    const diagnosis = diagnose(snapshot, catalogue, { allTasks: task.allTasks, earlier })
    if (task.want === 'diagnosis') return { kind: 'diagnosis', diagnosis }
    const found = extract(snapshot, diagnosis, earlier, hash)
    return { kind: 'found', found: { ...found, source: packSnapshot(snapshot) } }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { kind: 'problem', problem: error.kind, facts: error.facts }
  } finally {
    task.ask?.close()
  }
}

/** The answer comes from the thread that has the store; a port that it closes is an answer too. */
async function askEarlier(
  ask: MessagePort,
  { host, collectedAt }: Snapshot,
): Promise<Earlier | null> {
  const { promise, resolve } = Promise.withResolvers<Earlier | null>()
  ask.once('message', resolve)
  ask.once('close', () => resolve(null))
  const question: EarlierQuestion = { host, collectedAt }
  ask.postMessage(question)
  return promise
}

/** As large as what the decompressor takes at a time. */
const READ_BYTES = 256 * 1024

async function readSnapshot(task: WorkerTask): Promise<Snapshot> {
  const { bytes, given, isText, archive } = task
  const stream =
    bytes instanceof Uint8Array
      ? onePart(bytes)
      : createReadStream(bytes.path, { ...bytes, highWaterMark: READ_BYTES })
  if (!isText) return readBundleStream(stream, given, archive)
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return readText(Buffer.concat(parts), given, archive)
}

async function* onePart(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
