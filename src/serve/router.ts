import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { Problem } from '../model/problem.ts'
import { callerOf, originOf } from './auth.ts'
import type { Gate } from './gate.ts'
import { withLabels } from './labels.ts'
import type { Asked, Route } from './route.ts'
import { deleteLink } from './routes/delete-link.ts'
import { deleteSignature } from './routes/delete-signature.ts'
import { deleteSnapshot } from './routes/delete-snapshot.ts'
import { deleteWebhook } from './routes/delete-webhook.ts'
import { getCollectScript } from './routes/get-collect-script.ts'
import { getCounts } from './routes/get-counts.ts'
import { getHealth } from './routes/get-health.ts'
import { getHost } from './routes/get-host.ts'
import { getHosts } from './routes/get-hosts.ts'
import { getIncident } from './routes/get-incident.ts'
import { getIncidentLinks } from './routes/get-incident-links.ts'
import { getIncidentMarkdown } from './routes/get-incident-markdown.ts'
import { getIncidents } from './routes/get-incidents.ts'
import { getProblemLinks } from './routes/get-problem-links.ts'
import { getReadiness } from './routes/get-readiness.ts'
import { getSignature } from './routes/get-signature.ts'
import { getSignatureLinks } from './routes/get-signature-links.ts'
import { getSignatureVersions } from './routes/get-signature-versions.ts'
import { getSignatures } from './routes/get-signatures.ts'
import { getSnapshot } from './routes/get-snapshot.ts'
import { getSnapshotArchive } from './routes/get-snapshot-archive.ts'
import { getSnapshotDiagnosis } from './routes/get-snapshot-diagnosis.ts'
import { getSnapshotStacks } from './routes/get-snapshot-stacks.ts'
import { getSnapshotTasks } from './routes/get-snapshot-tasks.ts'
import { getSnapshots } from './routes/get-snapshots.ts'
import { getStack } from './routes/get-stack.ts'
import { getStacks } from './routes/get-stacks.ts'
import { getTicket } from './routes/get-ticket.ts'
import { getTickets } from './routes/get-tickets.ts'
import { getWebhook } from './routes/get-webhook.ts'
import { getWebhookDeliveries } from './routes/get-webhook-deliveries.ts'
import { getWebhooks } from './routes/get-webhooks.ts'
import { patchIncident } from './routes/patch-incident.ts'
import { patchSignature } from './routes/patch-signature.ts'
import { patchWebhook } from './routes/patch-webhook.ts'
import { postAnalyze } from './routes/post-analyze.ts'
import { postIncidentLink } from './routes/post-incident-link.ts'
import { postIncidentsBulk } from './routes/post-incidents-bulk.ts'
import { postProblemLink } from './routes/post-problem-link.ts'
import { postSignatureLink } from './routes/post-signature-link.ts'
import { postSignatures } from './routes/post-signatures.ts'
import { postSnapshotRetry } from './routes/post-snapshot-retry.ts'
import { postSnapshots } from './routes/post-snapshots.ts'
import { postWebhookTest } from './routes/post-webhook-test.ts'
import { postWebhooks } from './routes/post-webhooks.ts'
import { sendAnswer } from './send.ts'
import type { Services } from './services.ts'
import { openUpload, type Upload } from './upload.ts'
import { uploadFields } from './upload-fields.ts'

export const API_PREFIX = '/api/v1'

/** The whole API, in the order of its document. Express takes the first path that fits. */
export const API_ROUTES: readonly Route[] = [
  postSnapshots,
  getSnapshots,
  getSnapshot,
  deleteSnapshot,
  postSnapshotRetry,
  getSnapshotDiagnosis,
  getSnapshotTasks,
  getSnapshotStacks,
  getSnapshotArchive,
  postAnalyze,
  getIncidents,
  postIncidentsBulk,
  getIncidentMarkdown,
  getIncident,
  patchIncident,
  postIncidentLink,
  getIncidentLinks,
  postSignatureLink,
  getSignatureLinks,
  postProblemLink,
  getProblemLinks,
  deleteLink,
  getTickets,
  getTicket,
  getCounts,
  getHosts,
  getHost,
  getStacks,
  getStack,
  getSignatures,
  postSignatures,
  getSignatureVersions,
  getSignature,
  patchSignature,
  deleteSignature,
  getWebhooks,
  postWebhooks,
  getWebhook,
  patchWebhook,
  deleteWebhook,
  postWebhookTest,
  getWebhookDeliveries,
]

/** What stands outside the API's prefix, and is in its document all the same. */
export const PLAIN_ROUTES: readonly Route[] = [getHealth, getReadiness, getCollectScript]

/** Slower than any line that is worth uploading over; the fastest way to hold a place otherwise. */
const SLOWEST_BYTES_PER_SECOND = 512
const SLOW_AFTER_MS = 60_000
/** Silence of the client after which an upload is given up. */
const IDLE_MS = 60_000
const JSON_BYTES_MAX = 64 * 1024

export function createRouter(routes: readonly Route[], services: Services, gate: Gate): Router {
  const router = express.Router({ caseSensitive: true })
  for (const route of routes) {
    const handlers = [...readers(route), answering(route, services, gate)]
    router[route.method](route.path, ...handlers)
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    router.all(path, refuseMethod(routes.filter((route) => route.path === path)))
  }
  return router
}

/** What reads a JSON body; bundles are read while they are used. */
function readers({ takes }: Route): readonly RequestHandler[] {
  if (takes !== 'json') return []
  return [
    (request, response, next) => {
      if (!request.is('application/json')) {
        throw new Problem('media-type-unsupported', { takes: ['application/json'] })
      }
      if (request.headers.expect) response.writeContinue()
      next()
    },
    express.json({ limit: JSON_BYTES_MAX, inflate: false }),
  ]
}

function answering(route: Route, services: Services, gate: Gate): RequestHandler {
  return async (request, response) => {
    const leave = route.takes.startsWith('bundle') ? gate.enter() : () => {}
    try {
      const asked: Asked = {
        input: inputOf(route, request),
        origin: originOf(request, services.config),
        who: callerOf(request).name,
        open: () => open(route, request, response, { services, leave }),
      }
      await sendAnswer(request, response, await route.answer(asked, services))
    } finally {
      leave()
    }
  }
}

async function open(
  route: Route,
  request: Request,
  response: Response,
  { services, leave }: { readonly services: Services; readonly leave: () => void },
): Promise<Upload> {
  request.setTimeout(IDLE_MS, () => request.destroy())
  const said = Object.entries(queryOf(route, request))
  return openUpload(request, response, Object.fromEntries(said.filter(isUploadField)), {
    bytesMax: services.config.bundleBytesMax,
    takesText: route.takes === 'bundle-or-text',
    slowestBytesPerSecond: SLOWEST_BYTES_PER_SECOND,
    slowAfterMs: services.config.uploadSlowAfterMs ?? SLOW_AFTER_MS,
    whenRead() {
      request.setTimeout(0)
      leave()
    },
  })
}

const isUploadField = ([name]: readonly [string, unknown]) => Object.hasOwn(uploadFields, name)

/**
 * Path parameters beside what was sent: the body where the route takes JSON, else the query.
 * @throws {Problem} request-invalid when one is given twice, or stands where none is read
 */
function inputOf(route: Route, request: Request): Record<string, unknown> {
  const query = queryOf(route, request)
  const isJson = route.takes === 'json'
  const sent: Readonly<Record<string, unknown>> = isJson ? { ...request.body } : query
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const stray = [
    ...inPath.filter((name) => Object.hasOwn(sent, name)),
    ...(isJson ? Object.keys(query) : []),
  ]
  if (stray.length === 0) return { ...sent, ...request.params }
  const errors = stray.map((name) => `${name.slice(0, 80)}: is not taken here`)
  throw new Problem('request-invalid', { detail: errors.join('; '), errors })
}

/** The query, with labels gathered where the route reads them. */
function queryOf({ input }: Route, { query }: Request): Readonly<Record<string, unknown>> {
  return Object.hasOwn(input.shape, 'labels') ? withLabels(query) : query
}

function refuseMethod(routes: readonly Route[]): RequestHandler {
  const methods = routes.map(({ method }) => method.toUpperCase())
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  return (request, response) => {
    if (request.method !== 'OPTIONS') throw new Problem('method-unsupported', { allow })
    response.status(204).set('Allow', allow).end()
  }
}
