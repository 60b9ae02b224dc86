import { PROBLEMS, Problem, type ProblemKind } from '../../model/problem.ts'
import { problemKindPage } from '../../web/pages/problem.ts'
import type { AskedPage } from './asked.ts'

function isKind(name: string): name is ProblemKind {
  return Object.hasOwn(PROBLEMS, name)
}

/** What the `type` of a problem document leads to. */
export async function showProblemKind({ context, params }: AskedPage): Promise<string> {
  const kind = params['kind'] ?? ''
  if (!isKind(kind))
    throw new Problem('address-unknown', { path: `/problems/${kind.slice(0, 100)}` })
  return problemKindPage(context, kind)
}
