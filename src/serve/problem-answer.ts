import { findProblem } from '../store/problems.ts'
import { located } from './route.ts'
import type { Services } from './services.ts'

/**
 * A problem with its addresses as clients use them.
 * @throws {Problem} stack-unknown
 */
export async function answerProblem({ store }: Services, fingerprint: string, origin: string) {
  const problem = located(await findProblem(store, fingerprint), origin)
  const { example } = problem
  if (example === null) return { ...problem, example: null }
  const { incident, snapshot, task, nearMisses } = example
  return {
    ...problem,
    example: {
      incident: located(incident, origin),
      snapshot,
      task: task && { ...task },
      nearMisses: nearMisses.map((miss) => ({ ...miss })),
    },
  }
}
