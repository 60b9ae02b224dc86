import { z } from 'zod'
import { revokeToken } from '../../store/tokens.ts'
import { route } from '../route.ts'
import { Token } from '../schemas-access.ts'
import { id } from '../schemas-query.ts'

export const deleteToken = route({
  method: 'delete',
  path: '/tokens/:id',
  summary: 'Revokes an access token, and signs out whoever signed in with it',
  needs: 'admin',
  input: z.strictObject({ id }),
  output: Token,
  problems: ['token-unknown'],
  handle: ({ id }, { store }) => store.write((tx) => revokeToken(tx, id, Date.now()), 'durable'),
})
