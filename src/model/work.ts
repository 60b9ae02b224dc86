import type { Evidence, IncidentTask, Severity, Verdict } from './diagnosis.ts'

/** What can be asked for that takes long. */
export const WORK_KINDS = ['try', 'reclassify'] as const
export type WorkKind = (typeof WORK_KINDS)[number]

export const WORK_STATES = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const
export type WorkState = (typeof WORK_STATES)[number]

/** What was asked for; null: all. */
export type WorkInput = {
  /** Text of the signature on trial; null to reclassify. */
  readonly yaml: string | null
  /** Snapshots at most, the newest first. */
  readonly limit: number | null
  /** RFC 3339: taken then or later. */
  readonly since: string | null
  readonly host: string | null
  /** Only snapshots in which incidents of this signature, or of this shape, change. */
  readonly signature: string | null
  readonly fingerprint: string | null
}

export type WorkProgress = {
  /** Snapshots that were looked at, of how many; the whole may have holes. */
  readonly done: number
  readonly total: number
  /** Of which neither a parsed form nor an archive is kept, or not what they were compared with. */
  readonly unreadable: number
  /** Snapshots a second; null before the first. */
  readonly rate: number | null
  readonly etaSeconds: number | null
}

/** How many incidents, and on what. */
export type Tally = {
  readonly incidents: number
  /** Null where it was not counted. */
  readonly snapshots: number | null
  readonly hosts: number | null
  readonly kernels: number | null
}

/** What a snapshot says of an incident. */
export type Said = {
  readonly verdict: Verdict
  readonly severity: Severity
  readonly version: number
  readonly tasks: number
}

export const DIFFERENCES = ['gained', 'lost', 'changed'] as const
export type DifferenceKind = (typeof DIFFERENCES)[number]

/** One incident that a trial finds otherwise than the signatures in force. */
export type Example = {
  readonly kind: DifferenceKind
  readonly signature: string
  readonly title: string
  readonly host: string
  readonly kernel: string | null
  readonly snapshot: string
  /** Id of the incident that is kept; null for one that would be new. */
  readonly incident: string | null
  readonly before: Said | null
  readonly after: Said | null
  readonly tasks: readonly IncidentTask[]
  readonly evidence: readonly Evidence[]
}

export type WorkResult = {
  readonly gained: Tally
  readonly lost: Tally
  readonly changed: Tally
  /** Snapshots in which something else was found than was kept. */
  readonly rewritten: number
  /** Some of each kind, those of the newest snapshots first; empty where nothing was on trial. */
  readonly examples: readonly Example[]
}

/** Work that takes long, as it stands. */
export type Work = {
  readonly id: string
  readonly kind: WorkKind
  readonly state: WorkState
  readonly who: string
  /** RFC 3339 UTC. */
  readonly asked: string
  readonly started: string | null
  readonly ended: string | null
  readonly input: WorkInput
  readonly progress: WorkProgress
  readonly result: WorkResult
  /** Why it failed. */
  readonly problem: string | null
}
