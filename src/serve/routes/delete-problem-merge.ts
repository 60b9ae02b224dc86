import { z } from 'zod'
import { partProblem } from '../../store/problem-change.ts'
import { answerProblem } from '../problem-answer.ts'
import { route } from '../route.ts'
import { FleetProblem, fingerprint } from '../schemas-problems.ts'

export const deleteProblemMerge = route({
  method: 'delete',
  path: '/problems/:fingerprint/merge',
  summary: 'Takes a problem out of the one it was merged into; every count is as it was before',
  input: z.strictObject({ fingerprint }),
  output: FleetProblem,
  problems: ['request-invalid', 'stack-unknown', 'problem-not-merged'],
  async handle(given, services, { who, origin }) {
    await partProblem(services.store, given.fingerprint, { who, atMs: Date.now() })
    return answerProblem(services, given.fingerprint, origin)
  },
})
