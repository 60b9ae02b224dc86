import type { Request } from 'express'
import type { Caller, Token } from '../model/access.ts'
import { Problem } from '../model/problem.ts'
import { findSessionToken } from '../store/sessions.ts'
import { findToken, hasTokens, touchToken } from '../store/tokens.ts'
import { sessionOf } from './cookie.ts'
import type { Log } from './log.ts'
import type { TrustedProxy } from './proxy.ts'
import type { Services } from './services.ts'

// Who asks. Nothing else reads Authorization, the session's cookie or a proxy's header.

const CALLERS = new WeakMap<Request, Caller>()

/** Who asks. Behind `admit` alone: before it nobody knows. */
export function callerOf(request: Request): Caller {
  const caller = findCaller(request)
  if (!caller) throw new Error('callerOf: the request was not admitted')
  return caller
}

/** Who asks, where it is known by now; null otherwise. */
export function findCaller(request: Request): Caller | null {
  return CALLERS.get(request) ?? null
}

/** What a caller may do while no token exists: the service is this machine's alone then. */
const ANYONE: Caller = { name: 'anyone', role: 'editor', tokenId: null, labels: null, by: 'open' }

const TOUCH_MS = 60_000
const USER_CHARS_MAX = 200

/** Finds out who asks; null for somebody who shows nothing. */
export type Identify = (request: Request) => Promise<Caller | null>

export function createIdentify(services: Services, proxy: TrustedProxy, log: Log): Identify {
  const touch = createTouch(services, log)
  return async (request) => {
    const known = findCaller(request)
    if (known) return known
    const caller =
      (await ofBearer(request, services)) ??
      ofProxy(request, proxy) ??
      (await ofSession(request, services)) ??
      (await ofNobody(services, proxy))
    if (!caller) return null
    CALLERS.set(request, caller.caller)
    if (caller.token) touch(caller.token)
    return caller.caller
  }
}

type Found = { readonly caller: Caller; readonly token: Token | null }

/** @throws {Problem} token-invalid */
async function ofBearer({ headers }: Request, { store }: Services): Promise<Found | null> {
  const [, secret] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? []
  if (secret === undefined) return null
  const token = await findToken(store.read, secret, Date.now())
  if (token) return toFound(token, 'token')
  // A client that was given a token for another service does no harm while this one is open.
  if (!(await hasTokens(store.read))) return null
  throw new Problem('token-invalid')
}

async function ofSession(request: Request, { store, config }: Services): Promise<Found | null> {
  const secret = sessionOf(request, config)
  const token = secret === null ? null : await findSessionToken(store.read, secret, Date.now())
  return token && toFound(token, 'session')
}

function toFound(token: Token, by: 'token' | 'session'): Found {
  const { id, name, role, labels } = token
  const isLimited = Object.keys(labels).length > 0
  return { caller: { name, role, tokenId: id, labels: isLimited ? labels : null, by }, token }
}

/**
 * Whom the proxy names.
 * @throws {Problem} proxy-untrusted when anyone else does
 */
function ofProxy(request: Request, { userHeader, isTrusted, roleOf }: TrustedProxy): Found | null {
  const given = userHeader === null ? undefined : request.headers[userHeader]
  if (given === undefined || given === '') return null
  const address = request.socket.remoteAddress
  if (!isTrusted(address)) {
    throw new Problem('proxy-untrusted', { header: userHeader, address: address ?? null })
  }
  const name = String(given)
  if (name.length > USER_CHARS_MAX || /\P{ASCII}|\p{Cc}/u.test(name)) {
    throw new Problem('request-invalid', { detail: `${userHeader} holds no name of a user.` })
  }
  return {
    caller: { name, role: roleOf(name), tokenId: null, labels: null, by: 'proxy' },
    token: null,
  }
}

/** Where a proxy says who asks, whoever it does not name is nobody, though no token exist. */
async function ofNobody({ store }: Services, { userHeader }: TrustedProxy): Promise<Found | null> {
  if (userHeader !== null || (await hasTokens(store.read))) return null
  return { caller: ANYONE, token: null }
}

/** Notes that tokens are in use, at most once a minute each. Nobody waits for it. */
function createTouch({ store }: Services, log: Log): (token: Token) => void {
  const underWay = new Set<string>()
  return ({ id, lastUsedAt }) => {
    const nowMs = Date.now()
    const isFresh = lastUsedAt !== null && nowMs - Date.parse(lastUsedAt) < TOUCH_MS
    if (isFresh || underWay.has(id)) return
    underWay.add(id)
    store
      .write((tx) => touchToken(tx, id, nowMs))
      .catch((error: unknown) => log.info({ token: id, err: error }, 'last use not noted'))
      .finally(() => underWay.delete(id))
  }
}
