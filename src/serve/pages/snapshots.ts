import { z } from 'zod'
import { SNAPSHOT_STATUSES, type SnapshotItem } from '../../model/incident.ts'
import { Problem } from '../../model/problem.ts'
import { findIncident } from '../../store/incidents.ts'
import type { Store } from '../../store/open.ts'
import { findDiagnosis, findSnapshot, listSnapshots } from '../../store/snapshots.ts'
import { listSnapshotStacks } from '../../store/stacks.ts'
import { snapshotPage, snapshotsPage } from '../../web/pages/snapshots.ts'
import { checked } from '../route.ts'
import { paging } from '../schemas-query.ts'
import type { Services } from '../services.ts'
import { type AskedPage, filled } from './asked.ts'

const SnapshotsQuery = z.strictObject({
  status: z.enum(SNAPSHOT_STATUSES).exactOptional(),
  ...paging,
})

export async function showSnapshots({ context, query, labels }: AskedPage, { store }: Services) {
  const asked = checked(SnapshotsQuery, filled(query))
  const page = await listSnapshots(store, { ...asked, labels })
  return snapshotsPage(context, {
    page,
    status: asked.status ?? null,
    cursor: asked.cursor ?? null,
  })
}

const INCIDENTS_SHOWN = 50
/** The most crowded stacks of a snapshot; a host of 20,000 tasks has some 200. */
const STACKS_READ = 500
const OTHERS_SHOWN = 12

export async function showSnapshot({ context, params, labels }: AskedPage, { store }: Services) {
  const snapshot = await snapshotOf(store, params['id'] ?? '')
  const { id, host } = snapshot
  const [diagnosis, stacks, others, ...incidents] = await Promise.all([
    findDiagnosis(store, id),
    listSnapshotStacks(store, id, { limit: STACKS_READ }),
    host === null
      ? null
      : listSnapshots(store, { host, status: 'done', limit: OTHERS_SHOWN + 1, labels }),
    ...snapshot.incidents
      .slice(0, INCIDENTS_SHOWN)
      .map((each) => findIncident(store, each, labels)),
  ])
  return snapshotPage(context, {
    snapshot,
    diagnosis,
    stacks: stacks.items,
    others: (others?.items ?? []).filter((other) => other.id !== id),
    incidents: incidents.filter((incident) => incident !== null),
  })
}

/** @throws {Problem} snapshot-unknown */
async function snapshotOf(store: Store, id: string): Promise<SnapshotItem> {
  const snapshot = await findSnapshot(store, id)
  if (!snapshot) throw new Problem('snapshot-unknown', { id: id.slice(0, 100) })
  return snapshot
}
