import type { DiagnosedIncident } from '../model/diagnosis.ts'
import type { Said } from '../model/work.ts'
import type { PastSnapshot } from '../store/history.ts'

/** One incident that two catalogues tell differently, in one snapshot. */
export type Difference = {
  readonly hostId: number
  readonly hostName: string
  readonly kernel: string
  readonly bootId: string
  readonly snapshotNo: number
  readonly snapshotId: string
  /** Signature and subject: what tells it in its boot. */
  readonly identity: string
  readonly before: Said | null
  readonly after: Said | null
  /** As it would be, or as it is where it would be no more. */
  readonly shown: Pick<DiagnosedIncident, 'signature' | 'title' | 'tasks' | 'evidence'>
}

/** Tasks and lines of evidence that an example shows. */
const TASKS_SHOWN = 5
const EVIDENCE_SHOWN = 4

/** What is gained, lost and changed between two diagnoses of one snapshot. */
export function differencesOf(
  past: PastSnapshot,
  before: readonly DiagnosedIncident[],
  after: readonly DiagnosedIncident[],
): readonly Difference[] {
  const then = byIdentity(before)
  const now = byIdentity(after)
  const identities = new Set([...then.keys(), ...now.keys()])
  return [...identities].flatMap((identity) => {
    const was = then.get(identity)
    const is = now.get(identity)
    const shown = is ?? was
    if (shown === undefined || isSame(was, is)) return []
    return [toDifference(past, identity, { was, is, shown })]
  })
}

function byIdentity(
  incidents: readonly DiagnosedIncident[],
): ReadonlyMap<string, DiagnosedIncident> {
  const named = new Map<string, DiagnosedIncident>()
  for (const incident of incidents) {
    const { signature, subject } = incident
    const identity = `${signature} ${subject.kind}:${subject.id}`
    // The same twice in one snapshot is counted once: it differs on both sides or on none.
    if (!named.has(identity)) named.set(identity, incident)
  }
  return named
}

function isSame(was: DiagnosedIncident | undefined, is: DiagnosedIncident | undefined): boolean {
  return JSON.stringify(was && saidOf(was)) === JSON.stringify(is && saidOf(is))
}

function saidOf({ verdict, severity, signatureVersion, tasks }: DiagnosedIncident): Said {
  return { verdict, severity, version: signatureVersion, tasks: tasks.length }
}

type Sides = {
  readonly was: DiagnosedIncident | undefined
  readonly is: DiagnosedIncident | undefined
  readonly shown: DiagnosedIncident
}

function toDifference(past: PastSnapshot, identity: string, { was, is, shown }: Sides): Difference {
  const { signature, title, tasks, evidence } = shown
  return {
    hostId: past.hostId,
    hostName: past.hostName,
    kernel: past.kernel,
    bootId: past.bootId,
    snapshotNo: past.snapshotNo,
    snapshotId: past.id,
    identity,
    before: was ? saidOf(was) : null,
    after: is ? saidOf(is) : null,
    shown: {
      signature,
      title,
      tasks: tasks.slice(0, TASKS_SHOWN),
      evidence: evidence.slice(0, EVIDENCE_SHOWN),
    },
  }
}
