import { z } from 'zod'
import { SNAPSHOT_STATUSES } from '../../model/incident.ts'
import { listSnapshots } from '../../store/snapshots.ts'
import { locatedSnapshot, route } from '../route.ts'
import { paging } from '../schemas-query.ts'
import { pageOf, SnapshotItem } from '../schemas-stored.ts'

export const getSnapshots = route({
  method: 'get',
  path: '/snapshots',
  summary: 'Stored bundles, the last received first',
  limited: 'handler',
  input: z.strictObject({
    host: z.string().min(1).meta({ description: 'Name of the host' }).exactOptional(),
    status: z.enum(SNAPSHOT_STATUSES).exactOptional(),
    ...paging,
  }),
  output: pageOf(SnapshotItem),
  problems: ['request-invalid', 'cursor-invalid'],
  async handle(input, { store }, { origin, labels }) {
    const page = await listSnapshots(store, { ...input, labels })
    return { ...page, items: page.items.map((item) => locatedSnapshot(item, origin)) }
  },
})
