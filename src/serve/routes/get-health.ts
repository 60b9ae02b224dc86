import { z } from 'zod'
import { route } from '../route.ts'

export const getHealth = route({
  method: 'get',
  path: '/healthz',
  summary: 'Whether the process answers at all',
  needs: 'nobody',
  input: z.strictObject({}),
  output: z.object({ status: z.literal('ok') }),
  problems: [],
  handle: async () => ({ status: 'ok' }) as const,
})
