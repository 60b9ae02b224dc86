import type { Request, RequestHandler } from 'express'
import { type Caller, isAtLeast, type Role } from '../model/access.ts'
import { Problem } from '../model/problem.ts'
import { isOfOurPage } from './auth.ts'
import { createIdentify } from './caller.ts'
import { LIMITS, type Limited } from './limited.ts'
import type { Log } from './log.ts'
import type { TrustedProxy } from './proxy.ts'
import { createLimiter } from './rate-limit.ts'
import type { Services } from './services.ts'

/** What an address asks of who comes to it. */
export type Terms = {
  /** Least role that may ask; `nobody`: anyone may, and is not asked who they are. */
  readonly needs: Role | 'nobody'
  /** How it keeps to the labels of a caller; absent: callers limited to labels are refused. */
  readonly limited?: Limited | undefined
}

/** Lets through whoever meets the terms. */
export type Admit = (terms: Terms) => RequestHandler

const FAILURES_PER_MINUTE = 120

/**
 * The one gate: every address is behind a handler that it made. It throws token-missing,
 * token-invalid, role-insufficient, labels-limited, proxy-untrusted, origin-foreign,
 * attempts-too-many.
 */
export function createAdmit(services: Services, proxy: TrustedProxy, log: Log): Admit {
  const identify = createIdentify(services, proxy, log)
  const failed = createLimiter(FAILURES_PER_MINUTE)
  const check = async (request: Request, { needs, limited }: Asking): Promise<void> => {
    const caller = await identify(request)
    if (!caller) throw new Problem('token-missing')
    refuse(caller, needs, request, services)
    await keepToLabels(caller, limited, request, services)
  }
  return ({ needs, limited }) =>
    async (request, response, next) => {
      response.locals['needs'] = needs
      const error = needs === 'nobody' ? null : await failureOf(check(request, { needs, limited }))
      // Who shows a good token is never held up by others who guess from the same address.
      if (isGuess(error)) await failed(request, response, (many) => next(many ?? error))
      else next(error ?? undefined)
    }
}

type Asking = { readonly needs: Role; readonly limited: Limited | undefined }

async function failureOf(work: Promise<void>): Promise<unknown> {
  try {
    await work
    return null
  } catch (error) {
    // Told apart by the caller, who hands it on.
    return error
  }
}

function isGuess(error: unknown): boolean {
  return error instanceof Problem && ['token-invalid', 'proxy-untrusted'].includes(error.kind)
}

function refuse(caller: Caller, needs: Role, request: Request, { config }: Services): void {
  if (!isAtLeast(caller.role, needs)) {
    const hint = caller.by === 'open' ? { detail: FIRST_ADMIN } : {}
    throw new Problem('role-insufficient', { role: caller.role, needs, ...hint })
  }
  const isAmbient = caller.by === 'session' || caller.by === 'proxy'
  if (isAmbient && !isOfOurPage(request, config)) {
    throw new Problem('origin-foreign', {
      detail:
        'What a browser sends by itself proves no intent: a change needs our Origin, or a token.',
    })
  }
}

const FIRST_ADMIN =
  'No access token exists. On the machine of the service: npx hangar token create NAME --role admin'

async function keepToLabels(
  { labels }: Caller,
  limited: Limited | undefined,
  request: Request,
  { store }: Services,
): Promise<void> {
  if (labels === null) return
  if (limited === undefined) throw new Problem('labels-limited', { labels: pairsOf(labels) })
  await LIMITS[limited](request.params, labels, store)
}

function pairsOf(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`)
}
