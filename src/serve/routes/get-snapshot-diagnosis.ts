import { z } from 'zod'
import { diagnosisOf } from '../diagnosis-of.ts'
import { route } from '../route.ts'
import { Diagnosis } from '../schemas.ts'
import { id } from '../schemas-query.ts'

export const getSnapshotDiagnosis = route({
  method: 'get',
  path: '/snapshots/:id/diagnosis',
  summary: 'What a stored bundle shows',
  limited: 'snapshot',
  input: z.strictObject({ id }),
  output: Diagnosis,
  problems: ['snapshot-unknown', 'snapshot-pending', 'snapshot-failed'],
  handle: ({ id }, { store }) => diagnosisOf(store, id),
})
