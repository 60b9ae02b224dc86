import type { DiagnosedTask, NearMiss } from './diagnosis.ts'
import type { IncidentItem } from './incident.ts'

/** Orders of the list of problems; `unknown`: those that nothing explains first, each by hosts. */
export const PROBLEM_SORTS = [
  'unknown',
  'hosts',
  'incidents',
  'lastSeen',
  'firstSeen',
  'trend',
] as const

/** What a list of problems is asked for; values of a list are alternatives. */
export type ProblemQuery = {
  /** True: some signature explains it; false: none does. */
  readonly known?: boolean
  readonly class?: readonly string[]
  readonly signature?: readonly string[]
  /** Words of its name and title, functions on its stacks, its fingerprint. */
  readonly q?: string
  /** RFC 3339; last seen at or after. */
  readonly since?: string
  readonly sort?: (typeof PROBLEM_SORTS)[number]
  readonly limit: number
  readonly cursor?: string
}

/** Incidents first seen on a day, UTC. */
export type ProblemDay = { readonly at: string; readonly incidents: number }

/** A waiting shape of the fleet, with all that was merged into it, as lists show it. */
export type ProblemItem = {
  readonly fingerprint: string
  readonly url: string
  /** What people call it; null: nobody named it. */
  readonly name: string | null
  /** Title of its newest incident; null while it has none. */
  readonly title: string | null
  readonly class: string | null
  readonly known: boolean
  readonly incidents: number
  readonly open: number
  readonly hosts: number
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** Signatures that its incidents fall under, the most first. */
  readonly signatures: readonly string[]
  /** The last thirty days of it that had any, oldest first. */
  readonly trend: readonly ProblemDay[]
}

/** Incidents of a problem that share a value. */
export type ProblemPart = {
  readonly name: string | null
  readonly incidents: number
  readonly firstSeen: string
  readonly lastSeen: string
}

export type ProblemHistoryItem = {
  readonly at: string
  readonly who: string
  readonly what: 'named' | 'noted' | 'merged' | 'parted'
  /** The problem it was merged into, or parted from. */
  readonly other: string | null
  readonly note: string | null
}

export type ProblemMember = {
  readonly fingerprint: string
  readonly name: string | null
  readonly title: string | null
  /** The one it was merged into; null for the root. */
  readonly mergedInto: string | null
}

/** One problem whole. */
export type FleetProblem = ProblemItem & {
  readonly note: string | null
  /** The problem it is part of; null where it is none of another. */
  readonly mergedInto: string | null
  readonly bySignature: readonly ProblemPart[]
  readonly byKernel: readonly ProblemPart[]
  /** The last seen first, at most a hundred. */
  readonly byHost: readonly ProblemPart[]
  /** Every shape of it, where there are several. */
  readonly members: readonly ProblemMember[]
  readonly history: readonly ProblemHistoryItem[]
  /** The newest incident, with the task that tells it, and what nearly matched. */
  readonly example: {
    readonly incident: IncidentItem
    readonly snapshot: string
    readonly task: Pick<DiagnosedTask, 'comm' | 'state' | 'stack' | 'waitsOn'> | null
    readonly nearMisses: readonly NearMiss[]
  } | null
}
