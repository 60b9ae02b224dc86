import { z } from 'zod'
import { route } from '../route.ts'
import { text } from '../schemas.ts'
import { id } from '../schemas-query.ts'

export const deleteSnapshot = route({
  method: 'delete',
  path: '/snapshots/:id',
  summary: 'Forgets a snapshot that has failed, and its bytes',
  limited: 'snapshot',
  input: z.strictObject({ id }),
  output: z.object({ id: text }),
  problems: ['snapshot-unknown', 'snapshot-not-failed'],
  async handle({ id }, { ingest }) {
    await ingest.discard(id)
    return { id }
  },
})
