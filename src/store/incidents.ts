import { hasLabels, type Labels } from '../model/access.ts'
import type { DiagnosedIncident } from '../model/diagnosis.ts'
import type { HistoryItem, Incident } from '../model/incident.ts'
import { Problem } from '../model/problem.ts'
import { hostIdOf } from './ids.ts'
import { findRow, type IncidentChange, writeChange } from './incident-change.ts'
import { listHistory } from './incident-events.ts'
import { toIncidentItem } from './incident-rows.ts'
import type { HistoryRow } from './life.ts'
import { linksOfIncident } from './links.ts'
import type { Store } from './open.ts'
import { fromJson, toTime, unpack } from './packed.ts'
import type { IncidentRow } from './schema.ts'
import { findWithdrawn } from './withdrawn.ts'

export { listIncidents } from './incident-list.ts'

/** `mutedUntil` of what is muted for good: the last instant that RFC 3339 can write. */
export const FOR_GOOD_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Sightings that an incident's history shows besides every change of state. */
const SEEN_MAX = 50

/** The incident with this id, or null; as whoever is limited to `labels` sees it. */
export async function findIncident(
  store: Store,
  id: string,
  labels: Labels | null = null,
): Promise<Incident | null> {
  const row =
    (await findRow(store.read, id)) ?? (await findWithdrawn(store.read, hostIdOf(id) ?? 0, id))
  if (!row || !hasLabels(fromJson(row.labels), labels ?? {})) return null
  const body = await store.read.get<{ body: Uint8Array }>(
    'SELECT body FROM incident_bodies WHERE host_id = ? AND incident_no = ?',
    row.host_id,
    row.incident_no,
  )
  return {
    ...toIncidentItem(row),
    ...(body ? unpack<IncidentBody>(body.body) : EMPTY_BODY),
    snapshot: row.shown_snapshot,
    links: await linksOfIncident(store.read, row, labels),
    history: await historyOf(store, row),
  }
}

/** Labels of the incident with this id, or null. */
export async function findIncidentLabels(store: Store, id: string): Promise<Labels | null> {
  const row = await findRow(store.read, id)
  return row ? fromJson<Labels>(row.labels) : null
}

export type IncidentBody = Pick<
  DiagnosedIncident,
  'tasks' | 'evidence' | 'missing' | 'graph' | 'advice'
>

const EMPTY_BODY: IncidentBody = {
  tasks: [],
  evidence: [],
  missing: [],
  graph: { nodes: [], edges: [], cycle: false },
  advice: { kernel: null, steps: [] },
}

/**
 * Writes what a person says of an incident, and answers it as it is then.
 * @throws {Problem} incident-unknown, incident-changed
 */
export async function changeIncident(
  store: Store,
  id: string,
  change: IncidentChange,
  labels: Labels | null = null,
): Promise<Incident> {
  await store.write((tx) => writeChange(tx, id, change), 'durable')
  const incident = await findIncident(store, id, labels)
  if (!incident) throw new Problem('incident-unknown', { id })
  return incident
}

/** Every change of state, and the last sightings between them, oldest first. */
async function historyOf(store: Store, row: IncidentRow): Promise<readonly HistoryItem[]> {
  const changes = await listHistory(store.read, row)
  const told = new Set(changes.map((change) => change.snapshotId))
  const sightings = await store.read.all<{ at: number; snapshotId: string }>(
    `SELECT taken_at AS at, snapshot_id AS snapshotId FROM incident_snapshots
     WHERE host_id = ? AND incident_no = ? ORDER BY taken_at DESC, snapshot_no DESC LIMIT ${SEEN_MAX}`,
    row.host_id,
    row.incident_no,
  )
  const seen: readonly HistoryRow[] = sightings
    .filter(({ snapshotId }) => !told.has(snapshotId))
    .map((sighting) => ({ ...sighting, what: 'seen', who: 'hangar', byPerson: false, note: null }))
  return [...changes, ...seen]
    .sort((left, right) => left.at - right.at)
    .map(({ at, what, who, snapshotId, note, until }) => ({
      at: toTime(at),
      what,
      who,
      snapshot: snapshotId,
      note: until ? mutedNote(note, until) : note,
    }))
}

/** Until when it was muted, in front of what the person noted. */
function mutedNote(note: string | null, until: number): string {
  const words = until >= FOR_GOOD_MS ? 'for good' : `until ${toTime(until)}`
  return note === null ? words : `${words}: ${note}`
}
