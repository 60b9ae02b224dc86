import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { saveFound } from '../../src/ingest/save.ts'
import type { Severity, Verdict } from '../../src/model/diagnosis.ts'
import type { Frame } from '../../src/model/frame.ts'
import { saveReceived } from '../../src/store/bundles.ts'
import type { FoundIncident, FoundSnapshot, FoundStack } from '../../src/store/found.ts'
import { newId } from '../../src/store/ids.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { pack, toTime } from '../../src/store/packed.ts'
import { packFrames } from '../../src/store/packed-frames.ts'

/** A store in a folder of its own, gone after the test. */
export function temporaryStore(t: TestContext): Store {
  const folder = temporaryFolder()
  const store = openStore(folder)
  t.after(() => store.close())
  return store
}

const folders: string[] = []

/** A folder that is gone when the tests of this file are. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
  folders.push(folder)
  return folder
}

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

export const START_MS = Date.UTC(2026, 10, 1)

/** What a test says of one snapshot; the rest is plain. */
export type SnapshotWords = {
  readonly host?: string | null
  readonly machineId?: string | null
  readonly bootId?: string | null
  readonly atMs?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly kernel?: string | null
  readonly taskCount?: number
  readonly looked?: Partial<FoundSnapshot['looked']>
  readonly stacks?: readonly FoundStack[]
  readonly snapshotStacks?: FoundSnapshot['snapshotStacks']
  readonly incidents?: readonly FoundIncident[]
}

export function snapshotWith(words: SnapshotWords = {}): FoundSnapshot {
  const taskCount = words.taskCount ?? 100
  return {
    host: {
      name: words.host === undefined ? 'host-1' : words.host,
      machineId: words.machineId ?? null,
      bootId: words.bootId === undefined ? 'boot-1' : words.bootId,
      labels: words.labels ?? {},
    },
    kernel: {
      release: words.kernel === undefined ? '6.1.0-56-amd64' : words.kernel,
      version: null,
    },
    collectedAt: toTime(words.atMs ?? START_MS),
    counts: { threadGroups: 50, tasks: taskCount, blocked: 2, zombies: 0, distinctStacks: 3 },
    looked: {
      tasks: true,
      log: true,
      goroutines: false,
      taskCount,
      unreadable: [],
      ...words.looked,
    },
    look: null,
    body: pack({ incidents: [], faults: [] }),
    taskTotal: 0,
    taskChunks: [],
    stacks: words.stacks ?? [],
    snapshotStacks: words.snapshotStacks ?? [],
    incidents: words.incidents ?? [],
  }
}

export type IncidentWords = {
  readonly signature?: string
  readonly subjectId?: string
  readonly verdict?: Verdict
  readonly severity?: Severity
  readonly class?: string | null
  readonly fingerprint?: string
  readonly taskCount?: number
  readonly title?: string
  readonly words?: string
  readonly stacks?: readonly number[]
  readonly proof?: Partial<FoundIncident['proof']>
  readonly starts?: FoundIncident['starts']
}

export function incidentWith(words: IncidentWords = {}): FoundIncident {
  const signature = words.signature ?? 'fuse-flush-deadlock'
  const subjectId = words.subjectId ?? '4026532281'
  return {
    identity: `${signature} pid-namespace:${subjectId}`,
    starts: words.starts ?? {},
    signature,
    signatureVersion: 1,
    verdict: words.verdict ?? 'confirmed',
    severity: words.severity ?? 'critical',
    title: words.title ?? 'FUSE flush deadlock',
    summary: 'A task that exits waits for a daemon that is gone.',
    subject: { kind: 'pid-namespace', id: subjectId },
    fingerprint: words.fingerprint ?? '1:0123456789abcdef',
    since: null,
    class: words.class === undefined ? 'fuse' : words.class,
    taskCount: words.taskCount ?? 2,
    proof: {
      tasks: true,
      log: false,
      goroutines: false,
      tids: [455],
      taskCount: 100,
      ...words.proof,
    },
    stacks: words.stacks ?? [],
    words: `${words.title ?? ''} ${words.words ?? 'ndrive fuse_flush request_wait_answer'}`,
    body: pack({
      tasks: [],
      evidence: [{ file: 'proc/455/stack', line: 3, text: 'fuse_flush', says: 'it flushes' }],
      missing: [],
      graph: { nodes: [], edges: [], cycle: false },
      advice: { kernel: null, steps: [] },
    }),
  }
}

export function stackWith(names: readonly string[], fingerprint = '1:aaaa'): FoundStack {
  const frames: readonly Frame[] = names.map((symbol) => ({
    symbol,
    offset: 16,
    size: 32,
    module: null,
    reliable: true,
  }))
  return {
    hash: names.join(' '),
    fingerprint,
    wait: {
      class: 'fuse',
      function: names[0] ?? '',
      primitive: names[0] ?? '',
      context: 'exit',
      blocked: true,
    },
    frames: packFrames(frames),
    names,
  }
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000

let uploads = 0

/** Puts an upload into the store as `receive` would, and answers its id. */
export async function upload(
  store: Store,
  name = 'bundle.tar.gz',
  receivedAtMs = START_MS,
): Promise<string> {
  uploads += 1
  const id = newId(receivedAtMs + uploads)
  const received = {
    id,
    sha256: `sha-${uploads}-${id}`,
    sizeBytes: 1000,
    place: { segment: 1, offset: 0 },
    // Nothing was taken later than it arrived: tests take snapshots at any time of a year.
    given: { name, receivedAt: toTime(receivedAtMs + YEAR_MS) },
    receivedAtMs,
  }
  await store.write((tx) => saveReceived(tx, [received], { segment: 1, offset: 0 }))
  return id
}

/** Uploads and ingests one snapshot; answers its id. */
export async function ingest(store: Store, found: FoundSnapshot): Promise<string> {
  const id = await upload(store)
  await saveFound(store, id, found, START_MS)
  return id
}
