import express, { type Request, type Response, type Router } from 'express'
import { z } from 'zod'
import type { Token } from '../model/access.ts'
import { createSession, endSession } from '../store/sessions.ts'
import { findToken } from '../store/tokens.ts'
import { signInPage } from '../web/pages/sign-in.ts'
import type { Admit } from './admit.ts'
import { nameAction } from './audit.ts'
import { clearSession, sessionOf, setSession } from './cookie.ts'
import { contextOf, sendPage } from './pages.ts'
import { createLimiter } from './rate-limit.ts'
import { checked } from './route.ts'
import { ANY_CALLER, OPEN } from './router.ts'
import type { Services } from './services.ts'

/** Long enough for a week on call; a token that ends before ends its sessions. */
const SESSION_MS = 7 * 86_400_000
const FAILURES_PER_MINUTE = 10
const FORM_BYTES_MAX = '16kb'

const SignInForm = z.object({
  token: z.string().trim().max(200).catch(''),
  next: z.string().max(2000).catch('/'),
})

/** The page that changes a token for a session, and the way out again. */
export function createSignIn(services: Services, admit: Admit): Router {
  const router = express.Router({ caseSensitive: true })
  const readForm = express.urlencoded({ limit: FORM_BYTES_MAX, extended: false })
  const failures = createLimiter(FAILURES_PER_MINUTE, { countsFailuresAlone: true })
  router.get('/sign-in', admit(OPEN), (request, response) => {
    const next = ownPath(String(request.query['next'] ?? '/'))
    sendSignIn(request, response, services, { status: 200, next, failure: null })
  })
  router.post('/sign-in', admit(OPEN), failures, readForm, (request, response) =>
    signIn(request, response, services),
  )
  router.post('/sign-out', admit(ANY_CALLER), (request, response) =>
    signOut(request, response, services),
  )
  return router
}

async function signIn(request: Request, response: Response, services: Services): Promise<void> {
  const { token: secret, next: asked } = checked(SignInForm, request.body ?? {})
  const next = ownPath(asked)
  const token = await findToken(services.store.read, secret, Date.now())
  const failure = refusalOf(token)
  nameAction(response, failure === null ? 'sign-in' : 'sign-in refused', {
    who: token?.name ?? 'nobody',
    tokenId: token?.id ?? null,
  })
  if (token === null || failure !== null) {
    const status = token === null ? 401 : 403
    sendSignIn(request, response, services, { status, next, failure })
    return
  }
  const nowMs = Date.now()
  const expiresAtMs = Math.min(nowMs + SESSION_MS, Date.parse(token.expiresAt ?? '9999-01-01'))
  const session = await services.store.write((tx) =>
    createSession(tx, token.id, nowMs, expiresAtMs),
  )
  setSession(response, services.config, session, new Date(expiresAtMs))
  response.redirect(303, next)
}

function refusalOf(token: Token | null): string | null {
  if (token === null) return 'This is no access token of ours, or it has expired or been revoked.'
  return token.role === 'collector' ? 'A collector may only upload: there is no page for it.' : null
}

type Shown = { readonly status: number; readonly next: string; readonly failure: string | null }

function sendSignIn(
  request: Request,
  response: Response,
  { config }: Services,
  { status, next, failure }: Shown,
): void {
  const page = signInPage(contextOf(request, config), { next, failure })
  sendPage(request, response, status, page, 'no-store')
}

async function signOut(
  request: Request,
  response: Response,
  { store, config }: Services,
): Promise<void> {
  const session = sessionOf(request, config)
  nameAction(response, 'sign-out')
  if (session !== null) await store.write((tx) => endSession(tx, session))
  clearSession(response, config)
  response.redirect(303, '/sign-in')
}

const HERE = 'http://here.invalid'

/** A path of this service, whatever was asked for: nobody is led elsewhere by a link to us. */
export function ownPath(asked: string): string {
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(asked)) return '/'
  const url = URL.parse(asked, HERE)
  if (!url || url.origin !== HERE || /^\/sign-(?:in|out)/.test(url.pathname)) return '/'
  return url.pathname.startsWith('//') ? '/' : url.pathname + url.search
}
