import type { Diagnosis } from '../model/diagnosis.ts'
import type { SnapshotItem } from '../model/incident.ts'
import { PROBLEMS, Problem, type ProblemFacts, type ProblemKind } from '../model/problem.ts'
import type { Store } from '../store/open.ts'
import { findDiagnosis, findSnapshot } from '../store/snapshots.ts'
import { problemAddress } from './route.ts'

/**
 * The diagnosis of a stored snapshot.
 * @throws {Problem} snapshot-unknown, snapshot-pending, snapshot-failed
 */
export async function diagnosisOf(store: Store, id: string): Promise<Diagnosis> {
  await diagnosedOf(store, id)
  const diagnosis = await findDiagnosis(store, id)
  if (!diagnosis) throw new Error(`Snapshot ${id} is done and has no diagnosis`)
  return diagnosis
}

/**
 * A stored snapshot that has been diagnosed.
 * @throws {Problem} snapshot-unknown, snapshot-pending, snapshot-failed
 */
export async function diagnosedOf(store: Store, id: string): Promise<SnapshotItem> {
  const snapshot = await findSnapshot(store, id)
  if (!snapshot) throw new Problem('snapshot-unknown', { id })
  const { status, problem } = snapshot
  if (problem) {
    const { kind, facts } = problemOf(problem)
    throw new Problem('snapshot-failed', { ...facts, id, cause: problemAddress(kind) })
  }
  if (status !== 'done') throw new Problem('snapshot-pending', { id, snapshotStatus: status })
  return snapshot
}

/** The problem that ended a diagnosis, as it is kept with its snapshot. */
export function problemOf({ type, facts }: NonNullable<SnapshotItem['problem']>): Problem {
  if (!isKind(type)) return new Problem('snapshot-failed', { cause: problemAddress(type) })
  return new Problem(type, Object.fromEntries(Object.entries(facts).filter(isShown)))
}

function isKind(kind: string): kind is ProblemKind {
  return Object.hasOwn(PROBLEMS, kind)
}

function isShown(fact: [string, unknown]): fact is [string, ProblemFacts[string]] {
  const [, value] = fact
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}
