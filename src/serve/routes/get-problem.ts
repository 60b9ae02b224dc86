import { z } from 'zod'
import { answerProblem } from '../problem-answer.ts'
import { route } from '../route.ts'
import { FleetProblem, fingerprint } from '../schemas-problems.ts'

export const getProblem = route({
  method: 'get',
  path: '/problems/:fingerprint',
  summary: 'One problem: where and when it was seen, an example, and what nearly matched',
  input: z.strictObject({ fingerprint }),
  output: FleetProblem,
  problems: ['request-invalid', 'stack-unknown'],
  async handle(given, services, { origin }) {
    return answerProblem(services, given.fingerprint, origin)
  },
})
