import { z } from 'zod'
import { mergeProblem } from '../../store/problem-change.ts'
import { answerProblem } from '../problem-answer.ts'
import { route } from '../route.ts'
import { FleetProblem, fingerprint, note } from '../schemas-problems.ts'

export const postProblemMerge = route({
  method: 'post',
  path: '/problems/:fingerprint/merge',
  summary: 'Makes a problem part of another: its incidents count as the other’s, new ones too',
  takes: 'json',
  input: z.strictObject({ fingerprint, into: fingerprint, note: note.exactOptional() }),
  output: FleetProblem,
  problems: [
    'request-invalid',
    'media-type-unsupported',
    'body-too-large',
    'stack-unknown',
    'problem-merge-circular',
  ],
  async handle({ fingerprint: shape, into, note: words = null }, services, { who, origin }) {
    const by = { who, atMs: Date.now() }
    await mergeProblem(services.store, shape, { into, note: words }, by)
    return answerProblem(services, shape, origin)
  },
})
