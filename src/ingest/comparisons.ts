import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Earlier } from '../model/earlier.ts'
import { findEarlier } from '../store/looks.ts'
import type { Store } from '../store/open.ts'
import { fromTime } from '../store/packed.ts'
import type { EarlierQuestion } from './worker.ts'

// A snapshot is compared with the one taken before it. One that arrives late is compared with the
// one before it in time as well; what was diagnosed of later ones already is not done again.

/** One slow bundle must not hold up the others for long; without its rows they are diagnosed alone. */
const WAIT_MS = 2_000

/** A snapshot being diagnosed. */
type Underway = {
  /** The boot it is of, as soon as the worker has read it; null when it can never be told. */
  readonly boot: PromiseWithResolvers<string | null>
  /** Resolves when its rows are written, or never will be. */
  readonly ended: PromiseWithResolvers<null>
  /** Number of the snapshot that it was compared with. */
  earlierNo: number | null
}

/** Answers workers which earlier snapshot theirs is to be compared with. */
export class Comparisons {
  readonly #store: Store
  readonly #underway = new Map<string, Underway>()

  constructor(store: Store) {
    this.#store = store
  }

  begin(id: string): void {
    this.#underway.set(id, {
      boot: Promise.withResolvers(),
      ended: Promise.withResolvers(),
      earlierNo: null,
    })
  }

  end(id: string): void {
    const job = this.#underway.get(id)
    this.#underway.delete(id)
    job?.boot.resolve(null)
    job?.ended.resolve(null)
  }

  /** Number of the snapshot that one was compared with; null for none. */
  earlierOf(id: string): number | null {
    return this.#underway.get(id)?.earlierNo ?? null
  }

  /** A port for a worker to ask on, once; `close` when the worker is done. */
  open(id: string): { readonly ask: MessagePort; close(): void } {
    const { port1, port2 } = new MessageChannel()
    port1.once('message', (question: EarlierQuestion) => {
      this.#answer(id, question).then(
        (earlier) => port1.postMessage(earlier),
        (error: unknown) => {
          console.error(`Snapshot ${id} could not be compared:`, error)
          port1.close()
        },
      )
    })
    return { ask: port2, close: () => port1.close() }
  }

  async #answer(id: string, { host, collectedAt }: EarlierQuestion): Promise<Earlier | null> {
    this.#underway.get(id)?.boot.resolve(host.bootId)
    const takenAt = fromTime(collectedAt, null)
    if (host.bootId === null || takenAt === null) return null
    const late = new AbortController()
    const limit = sleep(WAIT_MS, null, { signal: late.signal }).catch(() => null)
    await Promise.race([this.#saved(id, host.bootId), limit])
    late.abort()
    const found = await findEarlier(this.#store.read, host, takenAt)
    const job = this.#underway.get(id)
    if (job) job.earlierNo = found?.snapshotNo ?? null
    return found?.earlier ?? null
  }

  /** Waits for what arrived before and is of the same boot: two uploads in a row are taken in a row. */
  async #saved(id: string, bootId: string): Promise<void> {
    const before = [...this.#underway].filter(([other]) => other < id)
    for (const [, job] of before) if ((await job.boot.promise) === bootId) await job.ended.promise
  }
}
