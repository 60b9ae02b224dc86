import express, { type RequestHandler } from 'express'
import helmet from 'helmet'
import { Problem } from '../model/problem.ts'
import { type Admit, createAdmit, type Terms } from './admit.ts'
import { auditChanges } from './audit.ts'
import { guard } from './auth.ts'
import { createDocs } from './docs.ts'
import { createGate } from './gate.ts'
import { createLog, type Log, logRequests } from './log.ts'
import { createMetrics } from './metrics.ts'
import { openApiDocument } from './openapi.ts'
import { createPages } from './pages.ts'
import { proxyOf } from './proxy.ts'
import { parseQuery } from './query.ts'
import { ANY_CALLER, API_PREFIX, API_ROUTES, createRouter, OPEN, PLAIN_ROUTES } from './router.ts'
import { sendProblems } from './send-problem.ts'
import type { Services } from './services.ts'
import { createSignIn } from './sign-in.ts'

const UPLOADS_AT_ONCE = 64

/**
 * The service's whole answer to HTTP.
 * @throws {Error} when what the settings say of proxies makes no sense
 */
export function createApp(services: Services, log: Log = createLog('info')): express.Express {
  const app = express()
  const { config } = services
  const proxy = proxyOf(config)
  const gate = createGate(config.uploadsAtOnce ?? UPLOADS_AT_ONCE)
  const admit = createAdmit(services, proxy, log)
  const gates = { gate, admit }
  const metrics = createMetrics(services, gate)
  app.disable('x-powered-by')
  app.set('query parser', parseQuery)
  app.set('trust proxy', proxy.isTrusted)
  app.use(logRequests(log), metrics.count, security(config.publicUrl))
  app.use(refuseOddPaths, guard(config), auditChanges(services, log))
  app.use(createRouter(PLAIN_ROUTES, services, gates))
  app.get('/metrics', admitMetrics(admit, services), metrics.answer)
  app.get('/openapi.json', admit(DOCUMENTS), (_request, response) => {
    response.json(openApiDocument())
  })
  app.use('/docs', admit(DOCUMENTS))
  app.use(createDocs())
  app.use(API_PREFIX, createRouter(API_ROUTES, services, gates))
  app.use('/api', admit(ANY_CALLER), unknownAddress)
  app.use(createSignIn(services, admit))
  app.use(createPages(services, gates), unknownAddress)
  app.use(sendProblems(log, config))
  return app
}

const DOCUMENTS: Terms = { needs: 'viewer', limited: 'no-host' }

/** Figures of the whole fleet: whoever is limited to some hosts may not see them. */
function admitMetrics(admit: Admit, { config }: Services): RequestHandler {
  return admit(config.metricsNeeds === 'nobody' ? OPEN : { needs: 'viewer' })
}

/**
 * Pages load nothing but from here, and run no script that stands in them: what a host calls its
 * tasks can never become code. HSTS only where the public address has TLS.
 */
function security(publicUrl: string | null): RequestHandler {
  const isTls = publicUrl?.startsWith('https:') ?? false
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: isTls ? { maxAge: 15_552_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  })
}

/** Refuses paths that are no percent-encoded UTF-8 or hold a zero byte, before anyone decodes them. */
const refuseOddPaths: RequestHandler = (request, _response, next) => {
  if (decodeURIComponent(request.path).includes('\0')) {
    throw new Problem('request-invalid', { detail: 'The path holds a zero byte.' })
  }
  next()
}

const unknownAddress: RequestHandler = () => {
  throw new Problem('address-unknown')
}
