import type { Counts, Severity, Subject, Verdict } from '../model/diagnosis.ts'
import type { Host, Kernel } from '../model/snapshot.ts'
import type { Wait } from '../model/wait.ts'

// What a diagnosed bundle hands to the store: rows to be, with everything large already packed.

/** Which parts of a host a snapshot shows: only what was looked at can be found gone. */
export type Looked = {
  /** Tasks of /proc with their stacks. */
  readonly tasks: boolean
  readonly log: boolean
  readonly goroutines: boolean
  readonly taskCount: number
  /** Tids that could not be read: they are never called healthy. */
  readonly unreadable: readonly number[]
}

/** Which parts of a host prove an incident, and the tasks in it. */
export type Proof = {
  readonly tasks: boolean
  readonly log: boolean
  readonly goroutines: boolean
  readonly tids: readonly number[]
  /** Tasks of the whole snapshot that shows it. */
  readonly taskCount: number
}

export type FoundStack = {
  readonly hash: string
  readonly fingerprint: string | null
  readonly wait: Wait | null
  /** Packed frames. */
  readonly frames: string
  /** Its distinct plain symbols. */
  readonly names: readonly string[]
}

/**
 * When what an incident is about was started, in ticks since boot: its subject under
 * `SUBJECT_START`, its tasks under their tids. What the snapshot does not show is left out.
 */
export type Starts = Readonly<Record<string, number>>

export const SUBJECT_START = 'subject'

export type FoundIncident = {
  /** Signature and subject: with `starts`, what tells two incidents of one boot apart. */
  readonly identity: string
  readonly starts: Starts
  readonly signature: string
  readonly signatureVersion: number
  readonly verdict: Verdict
  readonly severity: Severity
  readonly title: string
  readonly summary: string
  readonly subject: Subject
  readonly fingerprint: string
  readonly since: string | null
  readonly class: string | null
  readonly taskCount: number
  readonly proof: Proof
  /** Indexes into the stacks of the snapshot. */
  readonly stacks: readonly number[]
  /** Words to find it by: title, comms, function names. */
  readonly words: string
  /** Packed tasks, evidence, missing, graph and advice. */
  readonly body: Uint8Array
}

export type FoundSnapshot = {
  readonly host: Host
  readonly kernel: Kernel
  readonly collectedAt: string | null
  readonly counts: Counts
  readonly looked: Looked
  /** Packed `Earlier`, for the next snapshot of the same boot; null when none can be compared with it. */
  readonly look: Uint8Array | null
  /** Packed diagnosis without its tasks. */
  readonly body: Uint8Array
  readonly taskTotal: number
  /** Packed tasks of the diagnosis, in order. */
  readonly taskChunks: readonly { readonly first: number; readonly body: Uint8Array }[]
  readonly stacks: readonly FoundStack[]
  readonly snapshotStacks: readonly {
    readonly stack: number
    readonly state: string
    readonly tasks: number
  }[]
  readonly incidents: readonly FoundIncident[]
  /** Hash of the catalogue it was diagnosed with. */
  readonly catalogue?: string
  /** The packed snapshot, to be diagnosed again. */
  readonly source?: Uint8Array
  /** Number of the snapshot that it was compared with; null for none. */
  readonly earlierNo?: number | null
}
