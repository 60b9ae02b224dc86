import { listProblems } from '../../store/problem-list.ts'
import { located, route } from '../route.ts'
import { ProblemItem, ProblemsQuery } from '../schemas-problems.ts'
import { pageOf } from '../schemas-stored.ts'

export const getProblems = route({
  method: 'get',
  path: '/problems',
  summary: 'Every waiting shape across the fleet, whether or not a signature knows it',
  input: ProblemsQuery,
  output: pageOf(ProblemItem),
  problems: ['request-invalid', 'cursor-invalid'],
  async handle(query, { store }, { origin }) {
    const page = await listProblems(store, query)
    return { ...page, items: page.items.map((item) => located(item, origin)) }
  },
})
