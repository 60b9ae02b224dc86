import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import { PROBLEMS, Problem } from '../model/problem.ts'
import type { PageContext } from '../web/layout.ts'
import { faultPage, problemPage } from '../web/pages/problem.ts'
import { ASSETS, staticFiles } from './assets.ts'
import { callerOf, originOf } from './auth.ts'
import { createGate, type Gate } from './gate.ts'
import { analyzeForm, showAnalyze } from './pages/analyze.ts'
import type { AskedPage, FormAnswer, FormRoute, PageRoute } from './pages/asked.ts'
import { showComparison } from './pages/compare.ts'
import { showFleet } from './pages/fleet.ts'
import { showHost, showHosts } from './pages/hosts.ts'
import { changeState, showIncident, showIncidents } from './pages/incidents.ts'
import { showProblemKind } from './pages/problem.ts'
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
import { sendWhole } from './send.ts'
import type { ServeSettings, Services } from './services.ts'

/** Every page that is read. */
const PAGES: readonly PageRoute[] = [
  { path: '/', show: showFleet },
  { path: '/incidents', show: showIncidents },
  { path: '/incidents/:id', show: showIncident },
  { path: '/hosts', show: showHosts },
  { path: '/hosts/:name', show: showHost },
  { path: '/snapshots', show: showSnapshots },
  { path: '/snapshots/:id', show: showSnapshot },
  { path: '/snapshots/:id/compare/:other', show: showComparison },
  { path: '/signatures', show: showSignatures },
  { path: '/signatures/:id', show: showSignature },
  { path: '/tickets', show: showTickets },
  { path: '/tickets/:key', show: showTicket },
  { path: '/admin/webhooks', show: showWebhooks },
  { path: '/admin/webhooks/:id', show: showWebhook },
  { path: '/analyze', show: showAnalyze },
  { path: '/problems/:kind', show: showProblemKind },
]

/** Every form that is sent, save those that carry a file. */
const FORMS: readonly FormRoute[] = [
  { path: '/incidents/:id/state', act: changeState },
  { path: '/incidents/:id/links', act: addIncidentLink },
  { path: '/incidents/:id/links/:link/remove', act: removeIncidentLink },
  { path: '/tickets/:key/links/:link/remove', act: removeTicketLink },
  { path: '/admin/webhooks', act: makeWebhookByForm },
  { path: '/admin/webhooks/:id/test', act: testWebhookByForm },
  { path: '/admin/webhooks/:id/state', act: setWebhookByForm },
  { path: '/admin/webhooks/:id/remove', act: removeWebhookByForm },
]

/** Analyses by the form that may be under way at one time, where nobody gives a gate. */
const ANALYSES_AT_ONCE = 16
const FORM_BYTES_MAX = '64kb'

/** The pages for people, and the files they load. What is neither is left to the next handler. */
export function createPages(services: Services, gate: Gate = createGate(ANALYSES_AT_ONCE)): Router {
  const router = express.Router({ caseSensitive: true })
  router.use('/static', staticFiles())
  for (const { path, show } of PAGES) {
    router.get(path, async (request, response) => {
      sendPage(request, response, 200, await show(askedOf(request, services.config), services))
    })
  }
  for (const { path, act } of FORMS) {
    router.post(path, readForm, async (request, response) => {
      const asked = askedOf(request, services.config)
      sendFormAnswer(request, response, await act(asked, request.body, services))
    })
  }
  router.get('/incidents/:id/preview.png', (request, response) =>
    sendPreview(request, response, services),
  )
  // For good: who unfurls a short address keeps the page it leads to.
  router.get('/i/:id', (request, response) => {
    response.redirect(301, `/incidents/${encodeURIComponent(request.params.id)}`)
  })
  router.post('/analyze', async (request, response) => {
    const { context } = askedOf(request, services.config)
    const { status, page } = await analyzeForm({ request, response, context }, services, gate)
    sendPage(request, response, status, page)
  })
  router.use(unknownPage, problemPages(services.config))
  return router
}

const readForm = express.urlencoded({ limit: FORM_BYTES_MAX, extended: false })

/** What a form leads to is never kept by a browser: it may hold what is shown but once. */
function sendFormAnswer(request: Request, response: Response, answer: FormAnswer): void {
  if ('goTo' in answer) response.redirect(303, answer.goTo)
  else sendPage(request, response, answer.status, answer.page, 'no-store')
}

function askedOf(request: Request, config: ServeSettings): AskedPage {
  const { name } = callerOf(request)
  return {
    context: contextOf(request, config),
    params: paramsOf(request),
    query: request.query,
    who: name,
  }
}

function paramsOf({ params }: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))
}

function contextOf(request: Request, config: ServeSettings): PageContext {
  return {
    now: new Date().toISOString(),
    assets: ASSETS,
    origin: originOf(request, config),
    who: null,
  }
}

function sendPage(
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
  const { status } = PROBLEMS[problem.kind]
  sendPage(request, response, status, problemPage(context, problem.kind, problem.facts))
}
