import type { Work, WorkInput, WorkKind, WorkProgress, WorkResult } from '../model/work.ts'
import { lastSnapshotNo } from '../store/history.ts'
import type { Store } from '../store/open.ts'
import type { Sql } from '../store/sql.ts'
import { emptyResult, type WorkPosition } from '../store/work.ts'
import { checkSignature } from './edit-signatures.ts'
import type { HistoryAnswer } from './history-worker.ts'
import type { LiveCatalogue, SharedCatalogue } from './live-catalogue.ts'
import { confirmUnchanged, rewrite } from './reclassify.ts'
import { TrialTally } from './trial-tally.ts'

/** What work is done with. */
export type WorkParts = {
  readonly store: Store
  readonly catalogue: LiveCatalogue
  readonly now: () => number
  /** Whether bundles that wait for their diagnosis go first; someone must be at work on them. */
  readonly yields: boolean
}

type Kind = {
  readonly begin: (work: Work, position: WorkPosition, parts: WorkParts) => Promise<Walk>
}

/** How each kind of work goes through history. */
export const STEPS: { readonly [Name in WorkKind]: Kind } = {
  try: {
    async begin(work, _position, parts) {
      // What it adds up is kept nowhere: after a restart it begins again.
      const { catalogue, store } = parts
      const yaml = work.input.yaml ?? ''
      const { id } = checkSignature(yaml, catalogue)
      const start = await startOf(work, parts)
      const tally = new TrialTally(store.read, start)
      return new Walk({
        work: fromStart(work, start),
        position: start,
        dataFolder: store.dataFolder,
        catalogue: await catalogue.with(id, yaml),
        inForce: catalogue.shared,
        take: async (_tx, answer) => {
          await tally.add(answer.differences)
          return { result: tally.result, pending: [] }
        },
      })
    },
  },
  reclassify: {
    async begin(asked, kept, parts) {
      const { catalogue, store, now } = parts
      const { work, position } = await goOn(asked, kept, parts)
      let { result } = work
      return new Walk({
        work,
        position,
        dataFolder: store.dataFolder,
        catalogue: catalogue.shared,
        inForce: null,
        take: async (tx, answer) => {
          await confirmUnchanged(tx, answer.unchanged, answer.catalogue)
          const effects = await rewrite(tx, answer.changed, { who: work.who, nowMs: now() })
          result = addEffects(result, effects, answer.changed.length)
          return { result, pending: effects.toTell }
        },
      })
    },
  },
}

/** Where it stopped; from the beginning where the signatures in force are other ones since. */
async function goOn(
  work: Work,
  kept: WorkPosition,
  parts: WorkParts,
): Promise<{ readonly work: Work; readonly position: WorkPosition }> {
  const { hash } = parts.catalogue
  const isFirst = kept.catalogue === undefined
  if (isFirst || kept.catalogue === hash) return { work, position: { ...kept, catalogue: hash } }
  const start = await startOf(work, parts)
  // What is to be told again still is, whatever the signatures are.
  const position = { ...start, pending: kept.pending, catalogue: hash }
  return { work: fromStart(work, start), position }
}

function fromStart(work: Work, { low, high }: WorkPosition): Work {
  const total = Math.max(0, high - low + 1)
  return { ...work, progress: { ...work.progress, done: 0, total, unreadable: 0 } }
}

async function startOf(work: Work, { store }: WorkParts): Promise<WorkPosition> {
  const high = await lastSnapshotNo(store.read)
  const { limit } = work.input
  return { low: limit === null ? 1 : Math.max(1, high - limit + 1), high, pending: [] }
}

function addEffects(
  result: WorkResult,
  effects: { readonly gained: number; readonly lost: number; readonly changed: number },
  snapshots: number,
): WorkResult {
  const more = (kind: 'gained' | 'lost' | 'changed') => ({
    ...result[kind],
    incidents: result[kind].incidents + effects[kind],
  })
  return {
    ...result,
    gained: more('gained'),
    lost: more('lost'),
    changed: more('changed'),
    rewritten: result.rewritten + snapshots,
  }
}

/** Numbers of snapshots that are looked up at once. */
const WINDOW = 500

type Taken = { readonly result: WorkResult; readonly pending: readonly number[] }

type WalkParts = {
  readonly work: Work
  readonly position: WorkPosition
  readonly dataFolder: string
  readonly catalogue: SharedCatalogue
  readonly inForce: SharedCatalogue | null
  readonly take: (tx: Sql, answer: HistoryAnswer) => Promise<Taken>
}

/** One way through the numbers of snapshots, and how far it has come. */
export class Walk {
  readonly #parts: WalkParts
  #position: WorkPosition
  #progress: WorkProgress
  #taken: Taken

  constructor(parts: WalkParts) {
    this.#parts = parts
    this.#position = parts.position
    this.#progress = parts.work.progress
    const isFresh = parts.inForce !== null
    this.#taken = { result: isFresh ? emptyResult('try') : parts.work.result, pending: [] }
  }

  get id(): string {
    return this.#parts.work.id
  }

  get input(): WorkInput {
    return this.#parts.work.input
  }

  get dataFolder(): string {
    return this.#parts.dataFolder
  }

  get catalogue(): SharedCatalogue {
    return this.#parts.catalogue
  }

  get inForce(): SharedCatalogue | null {
    return this.#parts.inForce
  }

  get position(): WorkPosition {
    return this.#position
  }

  get progress(): WorkProgress {
    return this.#progress
  }

  /** A trial shows the newest first: those are what people have in mind. */
  get isNewestFirst(): boolean {
    return this.#parts.inForce !== null
  }

  /** The next numbers. */
  get window(): { readonly low: number; readonly high: number } {
    const { low, high } = this.#position
    return this.isNewestFirst
      ? { low: Math.max(low, high - WINDOW + 1), high }
      : { low, high: Math.min(high, low + WINDOW - 1) }
  }

  /** Nothing is left to look at. */
  get isOver(): boolean {
    const { low, high, pending } = this.#position
    return low > high && pending.length === 0
  }

  /** Where it is after so many of the numbers it was given. */
  passed(
    nos: readonly number[],
    read: number,
  ): { readonly position: WorkPosition; readonly done: number } {
    const { pending } = this.#position
    if (pending.length > 0) {
      const position = { ...this.#position, pending: pending.slice(read) }
      return { position, done: this.#progress.done }
    }
    const last = read < nos.length ? nos[read - 1] : undefined
    const position = this.#behind(last)
    const done = this.#progress.total - Math.max(0, position.high - position.low + 1)
    return { position, done }
  }

  /** Behind a number, or behind the whole window. */
  #behind(last: number | undefined): WorkPosition {
    const { window } = this
    return this.isNewestFirst
      ? { ...this.#position, high: (last ?? window.low) - 1 }
      : { ...this.#position, low: (last ?? window.high) + 1 }
  }

  async take(tx: Sql, answer: HistoryAnswer): Promise<void> {
    this.#taken = await this.#parts.take(tx, answer)
  }

  /** What is written down of it. */
  at(position: WorkPosition, progress: WorkProgress) {
    const pending = [...new Set([...position.pending, ...this.#taken.pending])]
    this.#taken = { ...this.#taken, pending: [] }
    this.#position = { ...position, pending }
    this.#progress = progress
    return { position: this.#position, progress, result: this.#taken.result }
  }
}
