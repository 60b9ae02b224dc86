import { z } from 'zod'
import { listSnapshotTasks } from '../../store/snapshots.ts'
import { diagnosedOf } from '../diagnosis-of.ts'
import { route } from '../route.ts'
import { DiagnosedTask } from '../schemas.ts'
import { id, paging } from '../schemas-query.ts'
import { pageOf } from '../schemas-stored.ts'

export const getSnapshotTasks = route({
  method: 'get',
  path: '/snapshots/:id/tasks',
  summary: 'The notable tasks of a stored bundle: blocked, exiting, reported',
  limited: 'snapshot',
  input: z.strictObject({ id, ...paging }),
  output: pageOf(DiagnosedTask),
  problems: [
    'request-invalid',
    'cursor-invalid',
    'snapshot-unknown',
    'snapshot-pending',
    'snapshot-failed',
  ],
  async handle({ id, ...page }, { store }) {
    await diagnosedOf(store, id)
    return listSnapshotTasks(store, id, page)
  },
})
