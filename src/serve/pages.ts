import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import { PROBLEMS, Problem, type ProblemKind } from '../model/problem.ts'
import type { PageContext } from '../web/layout.ts'
import { faultPage, problemPage } from '../web/pages/problem.ts'
import { signInPage } from '../web/pages/sign-in.ts'
import { ASSETS, staticFiles } from './assets.ts'
import { noteTarget } from './audit.ts'
import { originOf } from './auth.ts'
import { callerOf, findCaller } from './caller.ts'
import { challenge } from './challenge.ts'
import { withoutTokens } from './log.ts'
import {
  makeTokenByForm,
  revokeTokenByForm,
  showAdmin,
  showAudit,
  showTokens,
} from './pages/admin.ts'
import { analyzeForm, showAnalyze } from './pages/analyze.ts'
import type { AskedPage, FormAnswer, FormRoute, PageRoute } from './pages/asked.ts'
import { changeTicked } from './pages/bulk.ts'
import { showComparison } from './pages/compare.ts'
import { showFleet } from './pages/fleet.ts'
import {
  linkProblemByForm,
  mergeProblemByForm,
  nameProblemByForm,
  partProblemByForm,
  showProblem,
  showProblems,
  unlinkProblemByForm,
} from './pages/fleet-problems.ts'
import { showHost, showHosts } from './pages/hosts.ts'
import { changeState, showIncident, showIncidents } from './pages/incidents.ts'
import { JOB_FORMS, showJob, showJobs } from './pages/jobs.ts'
import { showSignature, showSignatures } from './pages/signatures.ts'
import { showSnapshot, showSnapshots } from './pages/snapshots.ts'
import {
  addIncidentLink,
  removeIncidentLink,
  removeTicketLink,
  showTicket,
  showTickets,
} from './pages/tickets.ts'
import {
  makeWebhookByForm,
  removeWebhookByForm,
  setWebhookByForm,
  showWebhook,
  showWebhooks,
  testWebhookByForm,
} from './pages/webhooks.ts'
import { sendPreview } from './preview.ts'
import { ANY_CALLER, type Gates } from './router.ts'
import { sendWhole } from './send.ts'
import type { ServeSettings, Services } from './services.ts'

/** Every page that is read. */
export const PAGES: readonly PageRoute[] = [
  { path: '/', limited: 'handler', show: showFleet },
  { path: '/incidents', limited: 'handler', show: showIncidents },
  { path: '/incidents/:id', limited: 'incident', show: showIncident },
  { path: '/hosts', limited: 'handler', show: showHosts },
  { path: '/hosts/:name', limited: 'handler', show: showHost },
  { path: '/snapshots', limited: 'handler', show: showSnapshots },
  { path: '/snapshots/:id', limited: 'snapshot', show: showSnapshot },
  { path: '/snapshots/:id/compare/:other', limited: 'snapshot', show: showComparison },
  { path: '/signatures', show: showSignatures },
  { path: '/signatures/:id', show: showSignature },
  { path: '/tickets', show: showTickets },
  { path: '/tickets/:key', show: showTicket },
  { path: '/admin/webhooks', needs: 'admin', show: showWebhooks },
  { path: '/admin/webhooks/:id', needs: 'admin', show: showWebhook },
  { path: '/analyze', limited: 'no-host', show: showAnalyze },
  { path: '/problems', show: showProblems },
  { path: '/problems/:kind', limited: 'no-host', show: showProblem },
  { path: '/admin', needs: 'admin', show: showAdmin },
  { path: '/admin/tokens', needs: 'admin', show: showTokens },
  { path: '/admin/audit', needs: 'admin', show: showAudit },
  { path: '/admin/jobs', needs: 'editor', show: showJobs },
  { path: '/admin/jobs/:id', needs: 'editor', show: showJob },
]

/** Every form that is sent, save those that carry a file. */
export const FORMS: readonly FormRoute[] = [
  ...JOB_FORMS,
  { path: '/incidents/bulk', act: changeTicked },
  { path: '/incidents/:id/state', limited: 'incident', act: changeState },
  { path: '/incidents/:id/links', limited: 'incident', act: addIncidentLink },
  { path: '/incidents/:id/links/:link/remove', act: removeIncidentLink },
  { path: '/tickets/:key/links/:link/remove', act: removeTicketLink },
  { path: '/problems/:fingerprint/name', act: nameProblemByForm },
  { path: '/problems/:fingerprint/merge', act: mergeProblemByForm },
  { path: '/problems/:fingerprint/part', act: partProblemByForm },
  { path: '/problems/:fingerprint/links', act: linkProblemByForm },
  { path: '/problems/:fingerprint/links/:link/remove', act: unlinkProblemByForm },
  { path: '/admin/webhooks', needs: 'admin', act: makeWebhookByForm },
  { path: '/admin/webhooks/:id/test', needs: 'admin', act: testWebhookByForm },
  { path: '/admin/webhooks/:id/state', needs: 'admin', act: setWebhookByForm },
  { path: '/admin/webhooks/:id/remove', needs: 'admin', act: removeWebhookByForm },
  { path: '/admin/tokens', needs: 'admin', act: makeTokenByForm },
  { path: '/admin/tokens/:id/revoke', needs: 'admin', act: revokeTokenByForm },
]

const FORM_BYTES_MAX = '64kb'

/** The pages for people, and the files they load. What is neither is left to the next handler. */
export function createPages(services: Services, { gate, admit }: Gates): Router {
  const router = express.Router({ caseSensitive: true })
  router.use('/static', staticFiles())
  for (const { path, show, needs = 'viewer', limited } of PAGES) {
    router.get(path, admit({ needs, limited }), async (request, response) => {
      sendPage(request, response, 200, await show(askedOf(request, services.config), services))
    })
  }
  for (const { path, act, needs = 'editor', limited } of FORMS) {
    router.post(path, admit({ needs, limited }), readForm, async (request, response) => {
      const asked = askedOf(request, services.config)
      sendFormAnswer(request, response, await act(asked, request.body, services))
    })
  }
  const ofIncident = admit({ needs: 'viewer', limited: 'incident' })
  router.get('/incidents/:id/preview.png', ofIncident, (request, response) =>
    sendPreview(request, response, services),
  )
  // For good: who unfurls a short address keeps the page it leads to.
  router.get('/i/:id', ofIncident, (request, response) => {
    response.redirect(301, `/incidents/${encodeURIComponent(String(request.params['id']))}`)
  })
  const analyzes = admit({ needs: 'viewer', limited: 'no-host' })
  router.post('/analyze', analyzes, async (request, response) => {
    const { context } = askedOf(request, services.config)
    const { status, page } = await analyzeForm({ request, response, context }, services, gate)
    sendPage(request, response, status, page)
  })
  router.use(admit(ANY_CALLER), unknownPage)
  router.use(problemPages(services.config))
  return router
}

const readForm = express.urlencoded({ limit: FORM_BYTES_MAX, extended: false })

/** What a form leads to is never kept by a browser: it may hold what is shown but once. */
function sendFormAnswer(request: Request, response: Response, answer: FormAnswer): void {
  if ('goTo' in answer) {
    response.redirect(303, answer.goTo)
    return
  }
  if (answer.target !== undefined) noteTarget(response, answer.target)
  sendPage(request, response, answer.status, answer.page, 'no-store')
}

function askedOf(request: Request, config: ServeSettings): AskedPage {
  const caller = callerOf(request)
  return {
    context: contextOf(request, config),
    params: paramsOf(request),
    query: request.query,
    who: caller.name,
    caller,
    labels: caller.labels,
  }
}

function paramsOf({ params }: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))
}

export function contextOf(request: Request, config: ServeSettings): PageContext {
  return {
    now: new Date().toISOString(),
    assets: ASSETS,
    origin: originOf(request, config),
    who: signedInOf(request),
  }
}

/** Nobody is signed in while the pages are open. */
function signedInOf(request: Request): PageContext['who'] {
  const caller = findCaller(request)
  if (!caller || caller.by === 'open') return null
  const { name, role, by } = caller
  return { name, role, canSignOut: by === 'session' }
}

export function sendPage(
  request: Request,
  response: Response,
  status: number,
  page: string,
  caching = 'private, no-cache',
): void {
  response.status(status).set('Cache-Control', caching)
  sendWhole(request, response, 'text/html', page)
}

/** People get a page, programs the problem document: whoever prefers HTML is a browser. */
function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html'
}

const unknownPage: RequestHandler = (request, _response, next) => {
  const isPage = ['GET', 'HEAD'].includes(request.method) && wantsPage(request)
  next(isPage ? new Problem('address-unknown', { path: request.path.slice(0, 200) }) : undefined)
}

function problemPages(config: ServeSettings): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (!(error instanceof Problem) || response.headersSent || !wantsPage(request)) {
      next(error)
      return
    }
    sendProblemPage(request, response, { config, problem: error })
  }
}

/** The page that tells a browser what went wrong; without a problem, that it was our fault. */
export function sendProblemPage(
  request: Request,
  response: Response,
  { config, problem }: { readonly config: ServeSettings; readonly problem: Problem | null },
): void {
  const context = contextOf(request, config)
  if (problem === null) {
    sendPage(request, response, 500, faultPage(context))
    return
  }
  const { kind, facts } = problem
  challenge(response, kind)
  const { status } = PROBLEMS[kind]
  const isSignedOut = status === 401
  const page = isSignedOut ? signInFor(request, context, kind) : problemPage(context, kind, facts)
  sendPage(request, response, status, page)
}

/** Signing in leads on to the page that was asked for. */
function signInFor(request: Request, context: PageContext, kind: ProblemKind): string {
  return signInPage(context, {
    next: request.method === 'GET' ? withoutTokens(request.originalUrl) : '/',
    failure: kind === 'token-invalid' ? PROBLEMS[kind].title : null,
  })
}
