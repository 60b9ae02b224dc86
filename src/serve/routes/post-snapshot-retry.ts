import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { findSnapshot } from '../../store/snapshots.ts'
import { located, route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { SnapshotItem } from '../schemas-stored.ts'

export const postSnapshotRetry = route({
  method: 'post',
  path: '/snapshots/:id/retry',
  summary: 'Diagnoses a snapshot that has failed once more',
  limited: 'snapshot',
  input: z.strictObject({ id }),
  output: SnapshotItem,
  problems: ['snapshot-unknown', 'snapshot-not-failed'],
  async handle({ id }, { ingest, store }, { origin }) {
    await ingest.retry(id)
    const snapshot = await findSnapshot(store, id)
    if (!snapshot) throw new Problem('snapshot-unknown', { id })
    return located(snapshot, origin)
  },
})
