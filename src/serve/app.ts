import express, { type RequestHandler } from 'express'
import helmet from 'helmet'
import { Problem } from '../model/problem.ts'
import { guard } from './auth.ts'
import { createDocs } from './docs.ts'
import { createGate } from './gate.ts'
import { createLog, type Log, logRequests } from './log.ts'
import { createMetrics } from './metrics.ts'
import { openApiDocument } from './openapi.ts'
import { createPages } from './pages.ts'
import { parseQuery } from './query.ts'
import { API_PREFIX, API_ROUTES, createRouter, PLAIN_ROUTES } from './router.ts'
import { sendProblems } from './send-problem.ts'
import type { Services } from './services.ts'

const UPLOADS_AT_ONCE = 64

/** The service's whole answer to HTTP. */
export function createApp(services: Services, log: Log = createLog('info')): express.Express {
  const app = express()
  const gate = createGate(services.config.uploadsAtOnce ?? UPLOADS_AT_ONCE)
  const metrics = createMetrics(services, gate)
  app.disable('x-powered-by')
  app.set('query parser', parseQuery)
  app.use(logRequests(log), metrics.count, security(services.config.publicUrl))
  app.use(refuseOddPaths, guard(services.config))
  app.use(createRouter(PLAIN_ROUTES, services, gate))
  app.get('/metrics', metrics.answer)
  app.get('/openapi.json', (_request, response) => {
    response.json(openApiDocument())
  })
  app.use(createDocs())
  app.use(API_PREFIX, createRouter(API_ROUTES, services, gate))
  app.use('/api', unknownAddress)
  app.use(createPages(services, gate), unknownAddress)
  app.use(sendProblems(log, services.config))
  return app
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
