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
import type { AskedPage, PageRoute } from './pages/asked.ts'
import { showFleet } from './pages/fleet.ts'
import { showHost, showHosts } from './pages/hosts.ts'
import { changeState, showIncident, showIncidents } from './pages/incidents.ts'
import { showProblemKind } from './pages/problem.ts'
import { showSignature, showSignatures } from './pages/signatures.ts'
import { showSnapshot, showSnapshots } from './pages/snapshots.ts'
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
  { path: '/signatures', show: showSignatures },
  { path: '/signatures/:id', show: showSignature },
  { path: '/analyze', show: showAnalyze },
  { path: '/problems/:kind', show: showProblemKind },
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
  router.get('/i/:id', (request, response) => {
    response.redirect(302, `/incidents/${encodeURIComponent(request.params.id)}`)
  })
  router.post(
    '/incidents/:id/state',
    express.urlencoded({ limit: FORM_BYTES_MAX, extended: false }),
    async (request, response) => {
      const asked = askedOf(request, services.config)
      response.redirect(303, await changeState(asked, request.body, services))
    },
  )
  router.post('/analyze', async (request, response) => {
    const { context } = askedOf(request, services.config)
    const { status, page } = await analyzeForm({ request, response, context }, services, gate)
    sendPage(request, response, status, page)
  })
  router.use(unknownPage, problemPages(services.config))
  return router
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

function sendPage(request: Request, response: Response, status: number, page: string): void {
  response.status(status).set('Cache-Control', 'private, no-cache')
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
