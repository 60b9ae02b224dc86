import { z } from 'zod'
import { SNAPSHOT_STATUSES } from '../../model/incident.ts'
import { Problem } from '../../model/problem.ts'
import { findIncident } from '../../store/incidents.ts'
import { findDiagnosis, findSnapshot, listSnapshots } from '../../store/snapshots.ts'
import { snapshotPage, snapshotsPage } from '../../web/pages/snapshots.ts'
import { checked } from '../route.ts'
import { paging } from '../schemas-query.ts'
import type { Services } from '../services.ts'
import { type AskedPage, filled } from './asked.ts'

const SnapshotsQuery = z.strictObject({
  status: z.enum(SNAPSHOT_STATUSES).exactOptional(),
  ...paging,
})

export async function showSnapshots({ context, query }: AskedPage, { store }: Services) {
  const asked = checked(SnapshotsQuery, filled(query))
  const page = await listSnapshots(store, asked)
  return snapshotsPage(context, {
    page,
    status: asked.status ?? null,
    cursor: asked.cursor ?? null,
  })
}

const INCIDENTS_SHOWN = 50

export async function showSnapshot({ context, params }: AskedPage, { store }: Services) {
  const id = params['id'] ?? ''
  const snapshot = await findSnapshot(store, id)
  if (!snapshot) throw new Problem('snapshot-unknown', { id: id.slice(0, 100) })
  const [diagnosis, ...incidents] = await Promise.all([
    findDiagnosis(store, id),
    ...snapshot.incidents.slice(0, INCIDENTS_SHOWN).map((each) => findIncident(store, each)),
  ])
  return snapshotPage(context, {
    snapshot,
    diagnosis,
    incidents: incidents.filter((incident) => incident !== null),
  })
}
