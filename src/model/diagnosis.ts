import type { Frame } from './frame.ts'
import type { Fault, Place } from './parsed.ts'
import type { Event } from './report.ts'
import type { Host, Kernel, Snapshot } from './snapshot.ts'
import type { TaskState } from './task.ts'
import type { Wait } from './wait.ts'

/** How sure we are: proven by the input alone; the telling task without a corroborating part; consistent. */
export const VERDICTS = ['confirmed', 'likely', 'possible'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Worst first. `info` is history and notes, never a page at night. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

// biome-ignore format: one row
export const SUBJECT_KINDS = [
  'pid-namespace', 'task', 'mount', 'fuse-connection', 'device', 'lock', 'host', 'stack',
] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** What an incident is about; with host boot and signature, its identity. */
export type Subject = { readonly kind: SubjectKind; readonly id: string }

/** A task of the diagnosis, in the contract's shape. */
export type DiagnosedTask = {
  readonly tgid: number | null
  readonly tid: number | null
  readonly comm: string | null
  readonly state: TaskState | null
  readonly exiting: boolean
  readonly pendingSignals: readonly number[]
  readonly nsPids: readonly number[]
  readonly pidNamespace: string | null
  readonly stack: readonly Frame[]
  /** Null for an event that is no wait, and for a task that runs nowhere (a zombie). */
  readonly waitsOn: Wait | null
  readonly event?: Event
  readonly fingerprint: string | null
  /** Seconds a kernel report says it was blocked; absent where none does. */
  readonly blockedSeconds?: number
  readonly from: Place
}

/** A task's part in an incident. */
export type IncidentTask = {
  /** `culprit`, `victim`, `reaper`, `flusher`, `daemon`, or another role of the signature. */
  readonly role: string
  readonly tgid: number | null
  readonly tid: number | null
  readonly comm: string | null
  readonly state: TaskState | null
  readonly waitsOn: Wait | null
}

/** One line of the input and what it proves. */
export type Evidence = {
  readonly file: string
  readonly line: number
  readonly text: string
  readonly says: string
}

export type GraphNode = { readonly id: string; readonly kind: string; readonly label: string }
export type GraphEdge = {
  readonly from: string
  readonly to: string
  /** e.g. `waits-for-answer`, `reaps`, `lives-in`, `holds-lock`, `serves`. */
  readonly kind: string
  /** Why the edge is drawn, in words. */
  readonly evidence: string
}
export type WaitGraph = {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** True when following the edges leads back: nobody in the cycle can go on. */
  readonly cycle: boolean
}

export type KernelAdvice = {
  /** Null: the release is unknown, or no record covers it. */
  readonly affected: boolean | null
  readonly why: string
  /** Release that has the fix; null where there is none. */
  readonly fixedIn: string | null
}
export type Step = { readonly text: string; readonly command: string | null }
export type Advice = { readonly kernel: KernelAdvice | null; readonly steps: readonly Step[] }

/** A signature that nearly matched, and what of it did not hold. */
export type NearMiss = {
  readonly signature: string
  /** Conditions of its first role that held. */
  readonly held: number
  /** Those that failed, as the signature's file has them. */
  readonly failed: readonly string[]
}

/** One finding about one cause. */
export type DiagnosedIncident = {
  readonly signature: string
  readonly signatureVersion: number
  readonly verdict: Verdict
  readonly severity: Severity
  readonly title: string
  readonly summary: string
  readonly subject: Subject
  readonly fingerprint: string
  /** Earliest instant (RFC 3339) the input proves it stuck; null where it does not. */
  readonly since: string | null
  readonly tasks: readonly IncidentTask[]
  readonly evidence: readonly Evidence[]
  readonly missing: readonly string[]
  readonly graph: WaitGraph
  readonly advice: Advice
  /** Only for `unknown`: which signatures came closest. */
  readonly nearMisses?: readonly NearMiss[]
}

export type Counts = {
  readonly threadGroups: number
  readonly tasks: number
  readonly blocked: number
  readonly zombies: number
  readonly distinctStacks: number
}

/** The whole answer to one bundle or text: section 3 of the public contract. */
export type Diagnosis = {
  readonly snapshot: {
    readonly sha256: string | null
    readonly source: Snapshot['source']
    readonly host: Host
    readonly kernel: Kernel
    readonly collectedAt: string | null
    readonly uptimeSeconds: number | null
    readonly counts: Counts
    readonly skipped: Snapshot['skipped']
    readonly unreadable: Snapshot['unreadable']
  }
  /** Worst first, one per cause. */
  readonly incidents: readonly DiagnosedIncident[]
  /** Blocked, exiting, zombie leaders with live threads, and tasks of log reports; all with `allTasks`. */
  readonly tasks: readonly DiagnosedTask[]
  readonly faults: readonly Fault[]
}
