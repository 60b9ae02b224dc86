import type { Severity, Verdict } from '../model/diagnosis.ts'
import type { HistoryItem, IncidentState, Resolution } from '../model/incident.ts'
import type { Looked, Proof } from './found.ts'

// The life of an incident as the store keeps it; what it follows from is decided in ingest.

export type Life = {
  readonly state: IncidentState
  readonly resolution: Resolution | null
  /** Nobody wants to hear of it until then; null when it is not muted. */
  readonly mutedUntil: number | null
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
  /** Of `muted`: until when. */
  readonly until?: number | null
}

// Opening anything is `reopened`.
const STATE_AFTER: Readonly<Partial<Record<HistoryRow['what'], IncidentState>>> = {
  acknowledged: 'acknowledged',
  resolved: 'resolved',
  reopened: 'open',
}

/** What no snapshot tells: it is kept when a life is found again out of its snapshots. */
export function isKept({ byPerson, what }: HistoryRow): boolean {
  return byPerson || what === 'reclassified' || what === 'withdrawn'
}

/** A life after what a person did; what was done is kept as it was written. */
export function obey(life: Life, row: HistoryRow): Life {
  if (!row.byPerson) return life
  const state = STATE_AFTER[row.what] ?? life.state
  return {
    ...life,
    state,
    resolution: state === life.state ? life.resolution : null,
    mutedUntil: mutedAfter(life, row),
    lastEventAt: Math.max(life.lastEventAt, row.at),
  }
}

/** Who resolves a muted incident wants to hear of it no more than before. */
function mutedAfter(life: Life, { what, until }: HistoryRow): number | null {
  if (what === 'muted') return until ?? null
  return what === 'unmuted' || what === 'reopened' ? null : life.mutedUntil
}
