import type { Severity, Verdict } from '../model/diagnosis.ts'
import type { HistoryItem, IncidentState } from '../model/incident.ts'
import type { Looked, Proof } from './found.ts'

// The life of an incident as the store keeps it; what it follows from is decided in ingest.

export type Life = {
  readonly state: IncidentState
  readonly resolution: 'cleared' | 'rebooted' | null
  readonly firstSeen: number
  readonly lastSeen: number
  readonly snapshots: number
  /** Newest instant that the state follows from. */
  readonly lastEventAt: number
  /** True when some snapshot showed it as more than a note. */
  readonly wasWorse: boolean
  /** What the snapshot said that its words are from. */
  readonly shown: Sighting
  /** What the newest sighting was proven by. */
  readonly proof: Proof
}

/** A snapshot that shows the incident. */
export type Sighting = {
  readonly at: number
  readonly snapshotId: string
  readonly verdict: Verdict
  readonly severity: Severity
}

/** A snapshot of the host, as far as incidents care. */
export type Visit = {
  readonly at: number
  readonly snapshotId: string
  readonly bootId: string
  readonly looked: Looked
}

/** A row of history to be written; `byPerson` for what no snapshot showed. */
export type HistoryRow = {
  readonly at: number
  readonly what: HistoryItem['what']
  readonly who: string
  readonly byPerson: boolean
  readonly snapshotId: string | null
  readonly note: string | null
}
