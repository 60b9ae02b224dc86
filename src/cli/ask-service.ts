import { type Arguments, InputError, UsageError } from './command.ts'
import { visible } from './paint.ts'
import { givenToken } from './token-file.ts'

/** The members of a JSON object that a service answered, not yet checked. */
export type Body = Readonly<Record<string, unknown>>

/**
 * Asks the API of a service, e.g. `ask('tokens?limit=5', 'GET')`.
 * @throws {InputError} when it cannot be asked, or says no
 */
export type Ask = (path: string, method: string, body?: Body) => Promise<Body>

/** Where a service is expected that no `--server` names. */
export const DEFAULT_SERVER = 'http://127.0.0.1:7070'

/**
 * The address that `--server` names, with a slash at its end.
 * @throws {UsageError} when it is none
 */
export function serverAddress(server: string): URL {
  const address = URL.parse(`${server.replace(/\/+$/, '')}/`)
  if (address && /^https?:$/.test(address.protocol)) return address
  throw new UsageError(`--server takes an address like ${DEFAULT_SERVER}, not ${server}`)
}

/** The API of the service that `--server` names, asked with the token that was given. */
export function serviceOf(server: string, given: Arguments): Ask {
  const base = new URL('api/v1/', serverAddress(server))
  const secret = givenToken(given)
  return (path, method, body) => askService(new URL(path, base), { method, body, secret })
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
    throw new Unreachable(`${url.origin} cannot be asked: ${why}`)
  }
}

/** Nothing was answered: it may be another time. */
export class Unreachable extends InputError {}

/** The members of what ought to be an object. */
export function toBody(value: unknown): Body {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
