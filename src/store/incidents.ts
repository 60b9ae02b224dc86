import type { DiagnosedIncident } from '../model/diagnosis.ts'
import type { HistoryItem, Incident, IncidentState } from '../model/incident.ts'
import { Problem } from '../model/problem.ts'
import { hostIdOf } from './ids.ts'
import { addHistory, lifeOf, listHistory, stateOf } from './incident-events.ts'
import { toIncidentItem } from './incident-rows.ts'
import { updateIncident } from './incident-save.ts'
import type { HistoryRow } from './life.ts'
import { linksOfIncident } from './links.ts'
import type { Store } from './open.ts'
import { tellChange } from './outbox.ts'
import { toTime, unpack } from './packed.ts'
import type { IncidentRow } from './schema.ts'
import type { Sql } from './sql.ts'

export { listIncidents } from './incident-list.ts'

/** Sightings that an incident's history shows besides every change of state. */
const SEEN_MAX = 50

/** The incident with this id, or null. */
export async function findIncident(store: Store, id: string): Promise<Incident | null> {
  const row = await findRow(store.read, id)
  if (!row) return null
  const body = await store.read.get<{ body: Uint8Array }>(
    'SELECT body FROM incident_bodies WHERE host_id = ? AND incident_no = ?',
    row.host_id,
    row.incident_no,
  )
  return {
    ...toIncidentItem(row),
    ...(body ? unpack<IncidentBody>(body.body) : EMPTY_BODY),
    snapshot: row.shown_snapshot,
    links: await linksOfIncident(store.read, row),
    history: await historyOf(store, row),
  }
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

export type IncidentChange = {
  /** Absent: the state stays, only the note is kept. */
  readonly state?: IncidentState | undefined
  readonly note?: string | null | undefined
  readonly who: string
  /** RFC 3339. */
  readonly at: string
}

/**
 * Writes what a person says of an incident.
 * @throws {Problem} incident-unknown
 */
export async function changeIncident(
  store: Store,
  id: string,
  change: IncidentChange,
): Promise<Incident> {
  await store.write(async (tx) => {
    const row = await findRow(tx, id)
    if (!row) throw new Problem('incident-unknown', { id })
    const life = await lifeOf(tx, row)
    const state = change.state ?? life.state
    const at = Date.parse(change.at)
    const resolution = state === life.state ? life.resolution : null
    const lastEventAt = Math.max(at, life.lastEventAt)
    const after = await updateIncident(tx, row, { ...life, state, resolution, lastEventAt }, null)
    await tellChange(tx, row, after, { atMs: at, who: change.who, snapshotId: null, nowMs: at })
    await addHistory(tx, row, {
      at,
      what: whatOf(stateOf(row), state),
      who: change.who,
      byPerson: true,
      snapshotId: null,
      note: change.note ?? null,
    })
  }, 'durable')
  const incident = await findIncident(store, id)
  if (!incident) throw new Problem('incident-unknown', { id })
  return incident
}

/** What a person did who set this state; a note alone is `seen`. */
export function whatOf(before: IncidentState, after: IncidentState): HistoryItem['what'] {
  if (before === after) return 'seen'
  return after === 'open' ? 'reopened' : after
}

async function findRow(sql: Sql, id: string): Promise<IncidentRow | null> {
  const hostId = hostIdOf(id)
  if (hostId === null) return null
  return sql.get<IncidentRow>('SELECT * FROM incidents WHERE host_id = ? AND id = ?', hostId, id)
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
    .map(({ at, what, who, snapshotId, note }) => ({
      at: toTime(at),
      what,
      who,
      snapshot: snapshotId,
      note,
    }))
}
