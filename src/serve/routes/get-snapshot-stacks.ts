import { z } from 'zod'
import { listSnapshotStacks } from '../../store/stacks.ts'
import { diagnosedOf } from '../diagnosis-of.ts'
import { route } from '../route.ts'
import { id, paging } from '../schemas-query.ts'
import { pageOf, SnapshotStack } from '../schemas-stored.ts'

export const getSnapshotStacks = route({
  method: 'get',
  path: '/snapshots/:id/stacks',
  summary: 'The distinct stacks of a stored bundle, the most common first',
  limited: 'snapshot',
  input: z.strictObject({ id, ...paging }),
  output: pageOf(SnapshotStack),
  problems: [
    'request-invalid',
    'cursor-invalid',
    'snapshot-unknown',
    'snapshot-pending',
    'snapshot-failed',
  ],
  async handle({ id, ...page }, { store }) {
    await diagnosedOf(store, id)
    return listSnapshotStacks(store, id, page)
  },
})
