import { listHistory, listSightings, listVisits } from '../store/incident-events.ts'
import { isKept } from '../store/life.ts'
import type { IncidentRow } from '../store/schema.ts'
import type { Sql } from '../store/sql.ts'
import { type LifeEvent, relive } from './lifecycle.ts'

/** The life of an incident out of all that is known of it; null where no snapshot shows it. */
export async function lifeAgain(tx: Sql, row: IncidentRow): Promise<ReturnType<typeof relive>> {
  const sightings = await listSightings(tx, row)
  if (sightings.length === 0) return null
  const shownIn = new Set(sightings.map(({ snapshotId }) => snapshotId))
  const visits = await listVisits(tx, row.host_id, sightings[0]?.at ?? 0)
  const told = (await listHistory(tx, row)).filter(isKept)
  const events: readonly LifeEvent[] = [
    ...sightings.map(({ proof, ...sighting }) => ({ kind: 'shown' as const, sighting, proof })),
    ...visits
      .filter(({ snapshotId }) => !shownIn.has(snapshotId))
      .map((visit) => ({ kind: 'absent' as const, visit })),
    ...told.map((line) => ({ kind: 'person' as const, row: line })),
  ]
  return relive(events, row.boot_id)
}
