import { z } from 'zod'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Work } from '../schemas-work.ts'

export const getJob = route({
  method: 'get',
  path: '/jobs/:id',
  summary: 'How far work has come, and what it found',
  input: z.strictObject({ id }),
  output: Work,
  problems: ['job-unknown'],
  async handle({ id }, { ingest }) {
    return ingest.work.find(id)
  },
})
