import type { DiagnosedIncident, Severity, Subject, Verdict } from './diagnosis.ts'
import type { Link } from './link.ts'

/** Where an incident stands; `cleared` and `rebooted` say why it resolved by itself. */
export const INCIDENT_STATES = ['open', 'acknowledged', 'resolved'] as const
export type IncidentState = (typeof INCIDENT_STATES)[number]

/** Begins the name of a host that no snapshot names: its number follows. */
export const UNNAMED = 'unnamed-'

/** Name that the unnamed host of an incident has among the hosts: an incident's id ends in its host's number. */
export function unnamedHostOf(incidentId: string): string {
  return `${UNNAMED}${Number.parseInt(incidentId.slice(-8), 16)}`
}

/**
 * Why an incident is over where no person said so: a later snapshot of the host shows it gone, or
 * that the host was started anew; or under the present signatures it never was one.
 */
export const RESOLUTIONS = ['cleared', 'rebooted', 'withdrawn'] as const
export type Resolution = (typeof RESOLUTIONS)[number]

/** One change in the life of an incident. */
export type HistoryItem = {
  /** RFC 3339 UTC. */
  readonly at: string
  readonly what:
    | 'opened'
    | 'seen'
    | 'verdict'
    | 'acknowledged'
    | 'resolved'
    | 'cleared'
    | 'rebooted'
    | 'reopened'
    | 'muted'
    | 'unmuted'
    | 'noted'
    | 'reclassified'
    | 'withdrawn'
  /** `hangar` for what a snapshot showed, else the name of a token. */
  readonly who: string
  /** The snapshot that showed it; null for what people did. */
  readonly snapshot: string | null
  readonly note: string | null
}

/** What an incident is, without what hangs on it. */
export type IncidentSummary = {
  readonly id: string
  /** Permanent address of its page, e.g. `http://host:7070/incidents/<id>`. */
  readonly url: string
  readonly signature: string
  readonly signatureVersion: number
  readonly verdict: Verdict
  readonly severity: Severity
  readonly state: IncidentState
  /** Why it is resolved: `cleared`, `rebooted`, or null (open, or resolved by people). */
  readonly resolution: Resolution | null
  /** RFC 3339: nobody wants to hear of it until then, 9999-12-31T23:59:59.999Z for good; null when it is not muted. */
  readonly mutedUntil: string | null
  readonly title: string
  readonly summary: string
  readonly subject: Subject
  readonly fingerprint: string
  readonly host: string | null
  readonly kernel: string | null
  readonly labels: Readonly<Record<string, string>>
  /** Wait class of its culprit; null for events. */
  readonly class: string | null
  /** Tasks in it when last seen. */
  readonly taskCount: number
  /** RFC 3339 UTC, by the time the snapshots were taken. */
  readonly firstSeen: string
  readonly lastSeen: string
  readonly since: string | null
  /** How many snapshots have seen it. */
  readonly snapshots: number
}

/** An incident as lists show it. */
export type IncidentItem = IncidentSummary & {
  /** Its own, and behind them those it inherits. */
  readonly links: readonly Link[]
}

/** One incident whole: as the last snapshot that showed it diagnosed it. */
export type Incident = IncidentItem &
  Pick<DiagnosedIncident, 'tasks' | 'evidence' | 'missing' | 'graph' | 'advice'> & {
    /** Id of the snapshot the evidence is from. */
    readonly snapshot: string
    readonly history: readonly HistoryItem[]
  }

/** A page of a list; `next` is an opaque cursor, null on the last page; `total` counts the whole list. */
export type Page<Item> = {
  readonly items: readonly Item[]
  readonly next: string | null
  readonly total: number
}

/** Keys that counts can be taken by. */
// biome-ignore format: one row
export const COUNT_KEYS = [
  'signature', 'verdict', 'severity', 'state', 'host', 'kernel', 'kernelSeries', 'class', 'fingerprint',
] as const
export type CountKey = (typeof COUNT_KEYS)[number] | `label.${string}`

/** One row of counts: its keys beside the figures. */
export type CountRow = {
  readonly [key: string]: string | number | null
  readonly incidents: number
  readonly hosts: number
  readonly tasks: number
  readonly firstSeen: string
  readonly lastSeen: string
}

export const SNAPSHOT_STATUSES = ['queued', 'processing', 'done', 'failed'] as const
export type SnapshotStatus = (typeof SNAPSHOT_STATUSES)[number]

/** A stored bundle as lists show it. */
export type SnapshotItem = {
  readonly id: string
  readonly url: string
  readonly sha256: string
  readonly status: SnapshotStatus
  /** Set when `failed`: kind of the problem, its title and facts. */
  readonly problem: {
    readonly type: string
    readonly title: string
    readonly facts: Readonly<Record<string, unknown>>
  } | null
  readonly name: string
  readonly sizeBytes: number
  readonly host: string | null
  readonly kernel: string | null
  readonly labels: Readonly<Record<string, string>>
  /** RFC 3339 UTC; null until diagnosed where nobody told. */
  readonly collectedAt: string | null
  readonly receivedAt: string
  readonly counts: {
    readonly threadGroups: number
    readonly tasks: number
    readonly blocked: number
    readonly zombies: number
    readonly distinctStacks: number
  } | null
  /** Incidents it opened or saw again. */
  readonly incidents: readonly string[]
}

/** A host as lists show it. */
export type HostItem = {
  readonly name: string
  readonly machineId: string | null
  readonly kernel: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly firstSeen: string
  readonly lastSeen: string
  readonly snapshots: number
  readonly openIncidents: number
  readonly incidents: number
}
