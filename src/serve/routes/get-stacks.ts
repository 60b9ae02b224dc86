import { z } from 'zod'
import { listStacks } from '../../store/stacks.ts'
import { route } from '../route.ts'
import { paging } from '../schemas-query.ts'
import { pageOf, Stack } from '../schemas-stored.ts'

export const getStacks = route({
  method: 'get',
  path: '/stacks',
  summary: 'Stacks that hold a function, and where in the fleet they stand',
  input: z.strictObject({
    frame: z.string().min(1).max(200).meta({ description: 'Function name', example: 'fuse_flush' }),
    ...paging,
  }),
  output: pageOf(Stack),
  problems: ['request-invalid', 'cursor-invalid'],
  handle: (input, { store }) => listStacks(store, input),
})
