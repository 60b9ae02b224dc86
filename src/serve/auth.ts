import { isIPv4 } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { Problem } from '../model/problem.ts'
import type { ServeSettings } from './services.ts'

// Where a request may come from: nothing else reads Host and Origin. Who asks is found out by
// caller.ts, and what they may do is decided by admit.ts.

/**
 * Keeps pages of other sites out. A service that is open to everybody on this machine is open to
 * every page that a browser on this machine shows: such a page can send forms here, and by giving
 * its own name the address 127.0.0.1 it could even read the answers.
 */
export function guard(config: ServeSettings): RequestHandler {
  return (request, _response, next) => {
    if (isLoopback(config.host) && !isOurHost(request.headers.host, config)) {
      throw new Problem('host-header-foreign', {
        detail: 'Ask by a loopback name, or set HANGAR_PUBLIC_URL to the address you ask by.',
        host: request.headers.host?.slice(0, 255) ?? null,
      })
    }
    if (!SAFE_METHODS.includes(request.method) && isForeign(request, config)) {
      throw new Problem('origin-foreign', { origin: request.headers.origin?.slice(0, 255) ?? null })
    }
    next()
  }
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** Where the client reaches the service, without a slash at the end. */
export function originOf(request: Request, config: ServeSettings): string {
  if (config.publicUrl !== null) return config.publicUrl.replace(/\/+$/, '')
  const host = request.headers.host
  return `http://${host !== undefined && HOST.test(host) ? host : 'localhost'}`
}

/** What a Host header may be: name, IPv4 or bracketed IPv6 address, perhaps with a port. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

function isOurHost(header: string | undefined, { publicUrl }: ServeSettings): boolean {
  if (header === undefined || !HOST.test(header)) return false
  if (publicUrl !== null && hostOf(publicUrl) === header.toLowerCase()) return true
  const name = header.toLowerCase().replace(/:\d+$/, '')
  return isLoopback(name) || name.endsWith('.localhost')
}

/** True for a name or address of this machine alone. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'))
}

/** True where a browser says that a page of another site made it ask. */
function isForeign(request: Request, { publicUrl }: ServeSettings): boolean {
  const site = request.headers['sec-fetch-site']
  const { origin, host } = request.headers
  if (origin === undefined) return site === 'cross-site' || site === 'same-site'
  const asked = hostOf(origin)
  if (asked === null) return true
  return asked !== host?.toLowerCase() && (publicUrl === null || asked !== hostOf(publicUrl))
}

/**
 * False for a change that no page of ours is known to have asked for. Browsers say where every
 * form and script is from, so that a request that says nothing is none of a page of ours.
 */
export function isOfOurPage(request: Request, config: ServeSettings): boolean {
  if (SAFE_METHODS.includes(request.method)) return true
  const { origin, 'sec-fetch-site': site } = request.headers
  return (origin !== undefined || site === 'same-origin') && !isForeign(request, config)
}

/** Host and port of an address; null where it is none. */
function hostOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).host : null
}
