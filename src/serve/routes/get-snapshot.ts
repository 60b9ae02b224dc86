import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { findSnapshot } from '../../store/snapshots.ts'
import { locatedSnapshot, route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { SnapshotItem } from '../schemas-stored.ts'

export const getSnapshot = route({
  method: 'get',
  path: '/snapshots/:id',
  summary: 'One stored bundle, and how far its diagnosis is',
  limited: 'snapshot',
  input: z.strictObject({ id }),
  output: SnapshotItem,
  problems: ['snapshot-unknown'],
  async handle({ id }, { store }, { origin }) {
    const snapshot = await findSnapshot(store, id)
    if (!snapshot) throw new Problem('snapshot-unknown', { id })
    return locatedSnapshot(snapshot, origin)
  },
})
