import { ROLES, type Token } from '../../model/access.ts'
import { type Body, serviceOf, toBody } from '../ask-service.ts'
import type { Arguments } from '../command.ts'
import type { Tokens } from './tokens.ts'

/** The tokens of a service, asked over the network. */
export function remoteTokens(server: string, given: Arguments): Tokens {
  const ask = serviceOf(server, given)
  return {
    async create({ name, role, labels, expiresAtMs }) {
      const expiresAt =
        expiresAtMs === null ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }
      const { token: made, ...shown } = await ask('tokens', 'POST', {
        name,
        role,
        labels,
        ...expiresAt,
      })
      return { token: toToken(shown), secret: String(made) }
    },
    async list() {
      const all: Token[] = []
      let next: unknown = ''
      while (typeof next === 'string') {
        const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`
        const page = await ask(`tokens?limit=500${cursor}`, 'GET')
        for (const item of Array.isArray(page['items']) ? page['items'] : []) {
          all.push(toToken(toBody(item)))
        }
        next = page['next']
      }
      return all
    },
    revoke: async (id) => toToken(await ask(`tokens/${encodeURIComponent(id)}`, 'DELETE')),
    close: async () => {},
  }
}

function toToken(body: Body): Token {
  const text = (name: string) => String(body[name] ?? '')
  const textOrNull = (name: string) => (typeof body[name] === 'string' ? body[name] : null)
  const labels = Object.entries(toBody(body['labels'])).map(([name, value]) => [
    name,
    String(value),
  ])
  return {
    id: text('id'),
    name: text('name'),
    role: ROLES.find((role) => role === body['role']) ?? 'collector',
    labels: Object.fromEntries(labels),
    hint: text('hint'),
    createdAt: text('createdAt'),
    createdBy: text('createdBy'),
    lastUsedAt: textOrNull('lastUsedAt'),
    expiresAt: textOrNull('expiresAt'),
    revokedAt: textOrNull('revokedAt'),
  }
}
