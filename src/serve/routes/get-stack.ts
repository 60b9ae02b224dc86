import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { findStack } from '../../store/stacks.ts'
import { route } from '../route.ts'
import { pageOf, Stack } from '../schemas-stored.ts'

export const getStack = route({
  method: 'get',
  path: '/stacks/:fingerprint',
  summary: 'The stacks of one waiting shape, and where in the fleet they stand',
  input: z.strictObject({ fingerprint: z.string() }),
  output: pageOf(Stack),
  problems: ['stack-unknown'],
  async handle({ fingerprint }, { store }) {
    const items = await findStack(store, fingerprint)
    if (items.length === 0) throw new Problem('stack-unknown', { fingerprint })
    return { items, next: null, total: items.length }
  },
})
