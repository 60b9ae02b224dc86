import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import type { Role } from '../model/access.ts'
import { Problem } from '../model/problem.ts'
import type { Admit, Terms } from './admit.ts'
import { noteTarget } from './audit.ts'
import { originOf } from './auth.ts'
import { callerOf, findCaller } from './caller.ts'
import type { Gate } from './gate.ts'
import { withLabels } from './labels.ts'
import type { Answer, Asked, Route } from './route.ts'
import { deleteLink } from './routes/delete-link.ts'
import { deleteProblemMerge } from './routes/delete-problem-merge.ts'
import { deleteSignature } from './routes/delete-signature.ts'
import { deleteSnapshot } from './routes/delete-snapshot.ts'
import { deleteToken } from './routes/delete-token.ts'
import { deleteWebhook } from './routes/delete-webhook.ts'
import { getAudit } from './routes/get-audit.ts'
import { getCollectScript } from './routes/get-collect-script.ts'
import { getCounts } from './routes/get-counts.ts'
import { getCountsCsv } from './routes/get-counts-csv.ts'
import { getHealth } from './routes/get-health.ts'
import { getHost } from './routes/get-host.ts'
import { getHosts } from './routes/get-hosts.ts'
import { getIncident } from './routes/get-incident.ts'
import { getIncidentLinks } from './routes/get-incident-links.ts'
import { getIncidentMarkdown } from './routes/get-incident-markdown.ts'
import { getIncidents } from './routes/get-incidents.ts'
import { getIncidentsCsv } from './routes/get-incidents-csv.ts'
import { getJob } from './routes/get-job.ts'
import { getJobs } from './routes/get-jobs.ts'
import { getProblem } from './routes/get-problem.ts'
import { getProblemLinks } from './routes/get-problem-links.ts'
import { getProblems } from './routes/get-problems.ts'
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
import { getTokens } from './routes/get-tokens.ts'
import { getWebhook } from './routes/get-webhook.ts'
import { getWebhookDeliveries } from './routes/get-webhook-deliveries.ts'
import { getWebhooks } from './routes/get-webhooks.ts'
import { patchIncident } from './routes/patch-incident.ts'
import { patchProblem } from './routes/patch-problem.ts'
import { patchSignature } from './routes/patch-signature.ts'
import { patchWebhook } from './routes/patch-webhook.ts'
import { postAnalyze } from './routes/post-analyze.ts'
import { postIncidentLink } from './routes/post-incident-link.ts'
import { postIncidentsBulk } from './routes/post-incidents-bulk.ts'
import { postJobMoves } from './routes/post-job-moves.ts'
import { postProblemLink } from './routes/post-problem-link.ts'
import { postProblemMerge } from './routes/post-problem-merge.ts'
import { postReclassify } from './routes/post-reclassify.ts'
import { postSignatureLink } from './routes/post-signature-link.ts'
import { postSignatures } from './routes/post-signatures.ts'
import { postSignaturesTry } from './routes/post-signatures-try.ts'
import { postSnapshotRetry } from './routes/post-snapshot-retry.ts'
import { postSnapshots } from './routes/post-snapshots.ts'
import { postTokens } from './routes/post-tokens.ts'
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
  getIncidentsCsv,
  postIncidentsBulk,
  getIncidentMarkdown,
  getIncident,
  patchIncident,
  postIncidentLink,
  getIncidentLinks,
  postSignatureLink,
  getSignatureLinks,
  getProblems,
  getProblem,
  patchProblem,
  postProblemMerge,
  deleteProblemMerge,
  postProblemLink,
  getProblemLinks,
  deleteLink,
  getTickets,
  getTicket,
  getCounts,
  getCountsCsv,
  getHosts,
  getHost,
  getStacks,
  getStack,
  getSignatures,
  postSignatures,
  postSignaturesTry,
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
  getTokens,
  postTokens,
  deleteToken,
  getAudit,
  postReclassify,
  getJobs,
  getJob,
  ...postJobMoves,
]

/** Lists that answer CSV to whom it is what they would rather have. */
const AS_CSV: ReadonlyMap<Route, Route> = new Map([
  [getIncidents, getIncidentsCsv],
  [getCounts, getCountsCsv],
])

/** What stands outside the API's prefix, and is in its document all the same. */
export const PLAIN_ROUTES: readonly Route[] = [getHealth, getReadiness, getCollectScript]

/** Slower than any line that is worth uploading over; the fastest way to hold a place otherwise. */
const SLOWEST_BYTES_PER_SECOND = 512
const SLOW_AFTER_MS = 60_000
/** Silence of the client after which an upload is given up. */
const IDLE_MS = 60_000
const JSON_BYTES_MAX = 64 * 1024

/** What stands at a router's gates. */
export type Gates = { readonly gate: Gate; readonly admit: Admit }

export function createRouter(
  routes: readonly Route[],
  services: Services,
  { gate, admit }: Gates,
): Router {
  const router = express.Router({ caseSensitive: true })
  for (const route of routes) {
    const handlers = [...readers(route), answering(route, services, gate)]
    router[route.method](route.path, admit(termsOf(route)), ...handlers)
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const same = routes.filter((route) => route.path === path)
    const isOpen = same.some((route) => route.needs === 'nobody')
    router.all(path, admit(isOpen ? OPEN : ANY_CALLER), refuseMethod(same))
  }
  return router
}

/** For what answers the same to whoever may ask for anything. */
export const ANY_CALLER: Terms = { needs: 'collector', limited: 'no-host' }
export const OPEN: Terms = { needs: 'nobody' }

/** What a route asks of who comes to it. */
export function termsOf(route: Pick<Route, 'method' | 'needs' | 'limited'>): Terms {
  return { needs: roleFor(route), limited: route.limited }
}

export function roleFor({ method, needs }: Pick<Route, 'method' | 'needs'>): Role | 'nobody' {
  return needs ?? (method === 'get' ? 'viewer' : 'editor')
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

function answering(called: Route, services: Services, gate: Gate): RequestHandler {
  const asCsv = AS_CSV.get(called)
  return async (request, response) => {
    if (asCsv) response.vary('Accept')
    const route = asCsv && wantsCsv(request) ? asCsv : called
    const leave = route.takes.startsWith('bundle') ? gate.enter() : () => {}
    try {
      const asked: Asked = {
        input: inputOf(route, request),
        origin: originOf(request, services.config),
        ...callOf(route, request),
        open: () => open(route, request, response, { services, leave }),
      }
      const answer = await route.answer(asked, services)
      noteTarget(response, targetOf(answer))
      await sendAnswer(request, response, answer)
    } finally {
      leave()
    }
  }
}

function wantsCsv(request: Request): boolean {
  return request.accepts(['application/json', 'text/csv']) === 'text/csv'
}

/** Id of what was made or changed, where the answer tells it. */
function targetOf(answer: Answer): string | null {
  if (!('json' in answer) || typeof answer.json !== 'object' || answer.json === null) return null
  return 'id' in answer.json && typeof answer.json.id === 'string' ? answer.json.id : null
}

function callOf({ needs }: Route, request: Request): Pick<Asked, 'who' | 'caller' | 'labels'> {
  const caller = needs === 'nobody' ? (findCaller(request) ?? STRANGER) : callerOf(request)
  return { who: caller.name, caller, labels: caller.labels }
}

/** Whoever asks where nobody is asked who they are. */
const STRANGER = {
  name: 'anyone',
  role: 'collector',
  tokenId: null,
  labels: null,
  by: 'open',
} as const

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
    labels: callerOf(request).labels ?? {},
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
