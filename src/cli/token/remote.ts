import { ROLES, type Token } from '../../model/access.ts'
import { type Arguments, InputError, UsageError } from '../command.ts'
import { visible } from '../paint.ts'
import { givenToken } from '../token-file.ts'
import type { Tokens } from './tokens.ts'

type Body = Readonly<Record<string, unknown>>

/** The tokens of a service, asked over the network. */
export function remoteTokens(server: string, given: Arguments): Tokens {
  const base = URL.parse(`${server.replace(/\/+$/, '')}/api/v1/`)
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new UsageError(`--server takes an address like http://127.0.0.1:7070, not ${server}`)
  }
  const secret = givenToken(given)
  const ask = (path: string, method: string, body?: Body) =>
    askService(new URL(path, base), { method, body, secret })
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

type Asked = {
  readonly method: string
  readonly body: Body | undefined
  readonly secret: string | null
}

async function askService(url: URL, { method, body, secret }: Asked): Promise<Body> {
  const response = await answered(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    // A token goes nowhere but where it was meant to.
    redirect: 'error',
  })
  const text = await response.text()
  const answer = toBody(
    /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : {},
  )
  if (response.ok) return answer
  const why = [answer['title'] ?? 'and no reason', answer['detail']].filter(Boolean).join(': ')
  throw new InputError(`the service answered ${response.status}: ${visible(why)}`)
}

async function answered(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new InputError(`${url.origin} cannot be asked: ${why}`)
  }
}

function toBody(value: unknown): Body {
  return typeof value === 'object' && value !== null ? { ...value } : {}
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
