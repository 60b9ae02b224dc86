import { z } from 'zod'
import { listTokens } from '../../store/tokens.ts'
import { route } from '../route.ts'
import { Token } from '../schemas-access.ts'
import { paging } from '../schemas-query.ts'
import { pageOf } from '../schemas-stored.ts'

export const getTokens = route({
  method: 'get',
  path: '/tokens',
  summary: 'Access tokens, the newest first; revoked and expired ones too',
  needs: 'admin',
  input: z.strictObject(paging),
  output: pageOf(Token),
  problems: ['request-invalid', 'cursor-invalid'],
  handle: (input, { store }) => listTokens(store, input),
})
