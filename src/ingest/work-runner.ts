import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Piscina } from 'piscina'
import { Problem } from '../model/problem.ts'
import {
  WORK_KINDS,
  type Work,
  type WorkInput,
  type WorkKind,
  type WorkProgress,
  type WorkState,
} from '../model/work.ts'
import { lastSnapshotNo, listPastNos } from '../store/history.ts'
import { newId } from '../store/ids.ts'
import { queueDepth } from '../store/queue.ts'
import { addWork, failWork, findWork, moveWork, nextWork, saveWork } from '../store/work.ts'
import type { HistoryAnswer, HistoryTask } from './history-worker.ts'
import { STEPS, type Walk, type WorkParts } from './work-steps.ts'

/** Work that is asked for again soon shows its first results soon. */
const BUDGET_MS = 250
/** Snapshots written in one transaction: uploads and pages wait for no more. */
const CHANGES_MAX = 8
/** While bundles wait for their diagnosis, history is read at this pace and no faster. */
const YIELD_MS = 2_000
const YIELD_LOOK_MS = 50
const RETRY_MS = 5_000
const IDLE_MS = 10_000

/** Does what takes long, in worker threads of its own: one of each kind at a time, the oldest first. */
export class WorkRunner {
  readonly #parts: WorkParts
  readonly #pool: Piscina<HistoryTask, HistoryAnswer>
  readonly #running = new Map<WorkKind, Promise<void>>()
  #isClosing = false

  constructor(parts: WorkParts) {
    this.#parts = parts
    this.#pool = new Piscina<HistoryTask, HistoryAnswer>({
      filename: join(import.meta.dirname, 'history-worker.ts'),
      minThreads: 0,
      maxThreads: WORK_KINDS.length,
      idleTimeout: IDLE_MS,
    })
    this.#pool.on('error', (error: unknown) => console.error('A worker failed:', error))
  }

  /** Goes on with what an earlier process left. */
  wake(): void {
    for (const kind of WORK_KINDS) this.#wake(kind)
  }

  /** Writes down what is asked for, and begins with it when its turn comes. */
  async ask(kind: WorkKind, input: WorkInput, who: string): Promise<Work> {
    const { store, now } = this.#parts
    const id = newId(now())
    const last = await lastSnapshotNo(store.read)
    const low = input.limit === null ? 1 : Math.max(1, last - input.limit + 1)
    const total = Math.max(0, last - low + 1)
    const position = { low, high: last, pending: [] }
    await store.write(
      (tx) => addWork(tx, { id, kind, who, atMs: now(), input, position, total }),
      'durable',
    )
    this.#wake(kind)
    return this.find(id)
  }

  /** @throws {Problem} job-unknown */
  async find(id: string): Promise<Work> {
    const work = await findWork(this.#parts.store.read, id)
    if (!work) throw new Problem('job-unknown', { id: id.slice(0, 100) })
    return work
  }

  /**
   * Cancels, pauses or goes on.
   * @throws {Problem} job-unknown, job-ended
   */
  async move(id: string, to: 'cancelled' | 'paused' | 'queued'): Promise<Work> {
    const { store, now } = this.#parts
    const { kind, state } = await this.find(id)
    const moved = await store.write((tx) => moveWork(tx, id, MOVES[to], to, now()), 'durable')
    if (!moved && state !== to) throw new Problem('job-ended', { id, state })
    this.#wake(kind)
    return this.find(id)
  }

  /** What is under way is gone on with at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true
    await Promise.all(this.#running.values())
    await this.#pool.destroy()
  }

  #wake(kind: WorkKind): void {
    if (this.#isClosing || this.#running.has(kind)) return
    const run = this.#runAll(kind).finally(() => this.#running.delete(kind))
    this.#running.set(kind, run)
  }

  async #runAll(kind: WorkKind): Promise<void> {
    const { store, now } = this.#parts
    while (!this.#isClosing) {
      const next = await nextWork(store.read, kind)
      if (!next) return
      const { id } = next.work
      try {
        await store.write((tx) => moveWork(tx, id, ['queued', 'running'], 'running', now()))
        const walk = await STEPS[kind].begin(next.work, next.position, this.#parts)
        await this.#walk(walk)
      } catch (error) {
        await this.#failed(id, error)
      }
    }
  }

  async #failed(id: string, error: unknown): Promise<void> {
    const { store, now } = this.#parts
    if (this.#isClosing) return
    console.error(`Job ${id} failed:`, error)
    const isFull = error instanceof Problem && error.kind === 'store-full'
    if (isFull) await sleep(RETRY_MS, null, { ref: false })
    else await store.write((tx) => failWork(tx, id, 'crash', now())).catch(() => sleep(RETRY_MS))
  }

  async #walk(walk: Walk): Promise<void> {
    const { store, now } = this.#parts
    const startedMs = now()
    const doneBefore = walk.progress.done
    while (!this.#isClosing) {
      await this.#yieldToUploads()
      const { nos, isForced } = await this.#nextNos(walk)
      const answer = nos.length > 0 ? await this.#pool.run(taskOf(walk, nos, isForced)) : null
      const step = walk.passed(nos, answer?.read ?? 0)
      const seconds = (now() - startedMs) / 1000
      const isOver = await store.write(async (tx) => {
        const { state } = (await findWork(tx, walk.id)) ?? { state: 'cancelled' as WorkState }
        if (state !== 'running') return true
        if (answer) await walk.take(tx, answer)
        const progress = progressOf(walk.progress, step.done, answer, { seconds, doneBefore })
        await saveWork(tx, walk.id, walk.at(step.position, progress))
        if (walk.isOver) await moveWork(tx, walk.id, ['running'], 'done', now())
        return walk.isOver
      })
      if (isOver) return
    }
  }

  async #nextNos(walk: Walk): Promise<{ nos: readonly number[]; isForced: boolean }> {
    const { position, input } = walk
    if (position.pending.length > 0) return { nos: position.pending, isForced: true }
    const sinceMs = input.since === null ? null : Date.parse(input.since)
    const range = walk.window
    const nos = await listPastNos(this.#parts.store.read, range, { sinceMs, host: input.host })
    return { nos: walk.isNewestFirst ? nos.toReversed() : nos, isForced: false }
  }

  /** Fresh bundles first: while any waits, history comes on by one step in so long. */
  async #yieldToUploads(): Promise<void> {
    if (!this.#parts.yields) return
    const until = performance.now() + YIELD_MS
    while (!this.#isClosing && performance.now() < until) {
      if ((await queueDepth(this.#parts.store.read)).jobs === 0) return
      await sleep(YIELD_LOOK_MS)
    }
  }
}

const MOVES: Readonly<Record<'cancelled' | 'paused' | 'queued', readonly WorkState[]>> = {
  cancelled: ['queued', 'running', 'paused'],
  paused: ['queued', 'running'],
  queued: ['paused'],
}

function taskOf(walk: Walk, nos: readonly number[], isForced: boolean): HistoryTask {
  const { signature, fingerprint } = walk.input
  return {
    dataFolder: walk.dataFolder,
    nos,
    catalogue: walk.catalogue,
    inForce: walk.inForce,
    isForced,
    only: { signature, fingerprint },
    budgetMs: BUDGET_MS,
    changesMax: CHANGES_MAX,
  }
}

function progressOf(
  before: WorkProgress,
  done: number,
  answer: HistoryAnswer | null,
  { seconds, doneBefore }: { readonly seconds: number; readonly doneBefore: number },
): WorkProgress {
  const rate = seconds > 0 ? (done - doneBefore) / seconds : null
  const left = Math.max(0, before.total - done)
  return {
    done,
    total: before.total,
    unreadable: before.unreadable + (answer?.unreadable ?? 0),
    rate: rate === null ? null : Math.round(rate * 10) / 10,
    etaSeconds: rate ? Math.round(left / rate) : null,
  }
}
