import { z } from 'zod'
import { type Route, route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Work } from '../schemas-work.ts'

const MOVES = [
  { name: 'cancel', to: 'cancelled', summary: 'Ends work; what it has written stays' },
  { name: 'pause', to: 'paused', summary: 'Holds work up until it is resumed' },
  { name: 'resume', to: 'queued', summary: 'Goes on with paused work' },
] as const

/** `POST /jobs/{id}/cancel`, `pause` and `resume`. */
export const postJobMoves: readonly Route[] = MOVES.map(({ name, to, summary }) =>
  route({
    method: 'post',
    path: `/jobs/:id/${name}`,
    summary,
    input: z.strictObject({ id }),
    output: Work,
    problems: ['job-unknown', 'job-ended'],
    async handle({ id }, { ingest }) {
      return ingest.work.move(id, to)
    },
  }),
)
