import { DIFFERENCES, type DifferenceKind, type Example, type WorkResult } from '../model/work.ts'
import { countSightings, findByIdentityText } from '../store/incident-events.ts'
import type { Sql } from '../store/sql.ts'
import type { Difference } from './trial.ts'

/** Incidents of which a trial keeps what it found; a trial that changes more is no good one. */
const KEPT_MAX = 100_000
const EXAMPLES_EACH = 20

/** What a trial found of one incident, over all its snapshots. */
type Found = {
  gained: number
  lost: number
  changed: number
  /** Snapshots of the range that show it now; 0 for one that is new. */
  readonly known: number
  readonly id: string | null
  readonly host: number
  readonly kernel: string
  readonly first: Difference
}

/** Adds up differences of snapshots to what would become of incidents. */
export class TrialTally {
  readonly #sql: Sql
  readonly #range: { readonly low: number; readonly high: number }
  readonly #found = new Map<string, Found>()

  constructor(sql: Sql, range: { readonly low: number; readonly high: number }) {
    this.#sql = sql
    this.#range = range
  }

  async add(differences: readonly Difference[]): Promise<void> {
    for (const difference of differences) {
      const found = await this.#foundOf(difference)
      if (found) found[kindIn(difference)] += 1
    }
  }

  get result(): WorkResult {
    const all = [...this.#found.values()]
    const tally = (kind: DifferenceKind) => {
      const of = all.filter((found) => kindOf(found) === kind)
      return {
        incidents: of.length,
        snapshots: of.reduce((sum, { gained, lost, changed }) => sum + gained + lost + changed, 0),
        hosts: new Set(of.map(({ host }) => host)).size,
        kernels: new Set(of.map(({ kernel }) => kernel)).size,
      }
    }
    return {
      gained: tally('gained'),
      lost: tally('lost'),
      changed: tally('changed'),
      rewritten: 0,
      examples: DIFFERENCES.flatMap((kind) =>
        all
          .filter((found) => kindOf(found) === kind)
          .slice(0, EXAMPLES_EACH)
          .map((found) => exampleOf(kind, found)),
      ),
    }
  }

  async #foundOf(difference: Difference): Promise<Found | null> {
    const { hostId, bootId, identity, kernel } = difference
    const key = `${hostId} ${bootId} ${identity}`
    const found = this.#found.get(key)
    if (found) return found
    if (this.#found.size >= KEPT_MAX) return null
    const row = await findByIdentityText(this.#sql, { hostId, bootId }, identity)
    const known = row ? await countSightings(this.#sql, row, this.#range) : 0
    const id = row?.id ?? null
    const made = {
      gained: 0,
      lost: 0,
      changed: 0,
      known,
      id,
      host: hostId,
      kernel,
      first: difference,
    }
    this.#found.set(key, made)
    return made
  }
}

function kindIn({ before, after }: Difference): DifferenceKind {
  if (before === null) return 'gained'
  return after === null ? 'lost' : 'changed'
}

/** New: nothing shows it now. Lost: nothing of what shows it now still would. */
function kindOf({ gained, lost, changed, known }: Found): DifferenceKind {
  if (gained > 0 && known === 0 && lost === 0 && changed === 0) return 'gained'
  return lost > 0 && gained === 0 && changed === 0 && lost >= known ? 'lost' : 'changed'
}

function exampleOf(kind: DifferenceKind, { first, id }: Found): Example {
  const { shown, hostName, kernel, snapshotId, before, after } = first
  const { signature, title, tasks, evidence } = shown
  return {
    kind,
    signature,
    title,
    host: hostName,
    kernel: kernel || null,
    snapshot: snapshotId,
    incident: id,
    before,
    after,
    tasks,
    evidence,
  }
}
