import type { z } from 'zod'
import type { Store } from '../../store/open.ts'
import { createToken } from '../../store/tokens.ts'
import { route } from '../route.ts'
import { text } from '../schemas.ts'
import { NewToken, Token } from '../schemas-access.ts'

export const postTokens = route({
  method: 'post',
  path: '/tokens',
  summary: 'Makes an access token; its text is answered this once',
  needs: 'admin',
  takes: 'json',
  status: 201,
  input: NewToken,
  output: Token.extend({ token: text.meta({ description: 'What clients show; kept nowhere' }) }),
  problems: ['request-invalid', 'media-type-unsupported', 'body-too-large'],
  async handle(wanted, { store }, { who }) {
    const { token, secret } = await makeToken(store, wanted, who)
    return { ...token, token: secret }
  },
})

/** Makes the token that a form or a program asked for. */
export function makeToken(store: Store, wanted: z.output<typeof NewToken>, createdBy: string) {
  const { name, role, labels = {}, expiresAt } = wanted
  const expiresAtMs = expiresAt === undefined ? null : Date.parse(expiresAt)
  return store.write(
    (tx) => createToken(tx, { name, role, labels, expiresAtMs, createdBy }, Date.now()),
    'durable',
  )
}
