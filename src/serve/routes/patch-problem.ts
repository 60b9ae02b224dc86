import { z } from 'zod'
import { nameProblem } from '../../store/problem-change.ts'
import { answerProblem } from '../problem-answer.ts'
import { route } from '../route.ts'
import { FleetProblem, fingerprint, name, note } from '../schemas-problems.ts'

export const patchProblem = route({
  method: 'patch',
  path: '/problems/:fingerprint',
  summary:
    'Names a problem before it has a signature, or notes something of it; null takes it away',
  takes: 'json',
  input: z.strictObject({
    fingerprint,
    name: name.nullable().exactOptional(),
    note: note.nullable().exactOptional(),
  }),
  output: FleetProblem,
  problems: ['request-invalid', 'media-type-unsupported', 'body-too-large', 'stack-unknown'],
  async handle({ fingerprint: shape, ...words }, services, { who, origin }) {
    await nameProblem(services.store, shape, words, { who, atMs: Date.now() })
    return answerProblem(services, shape, origin)
  },
})
