import { z } from 'zod'
import { countSnapshots } from '../../store/snapshots.ts'
import { route } from '../route.ts'

export const getReadiness = route({
  method: 'get',
  path: '/readyz',
  summary: 'Whether the service can take and answer: its store is read to know',
  needs: 'nobody',
  input: z.strictObject({}),
  output: z.object({ status: z.literal('ready'), queued: z.int() }),
  problems: [],
  async handle(_input, { store }) {
    const { queued } = await countSnapshots(store)
    return { status: 'ready', queued } as const
  },
})
