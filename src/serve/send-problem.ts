import type { ErrorRequestHandler, Request, Response } from 'express'
import { PROBLEMS, Problem } from '../model/problem.ts'
import { challenge } from './challenge.ts'
import { type Log, withoutTokens } from './log.ts'
import { sendProblemPage } from './pages.ts'
import { problemAddress } from './route.ts'
import { sendWhole } from './send.ts'
import type { ServeSettings } from './services.ts'

const RETRY_AFTER_SECONDS = 5

/** Turns whatever failed into an answer: a problem the caller can act on, or a bare 500. */
export function sendProblems(log: Log, config: ServeSettings): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = toProblem(error)
    if (isGone(request)) {
      log.info({ request: response.locals['id'], why: messageOf(error) }, 'request torn')
      return
    }
    if (!problem) {
      log.error({ request: response.locals['id'], path: request.path, err: error }, 'failed')
    }
    if (response.headersSent) {
      response.destroy()
      return
    }
    if (isForPeople(request, problem)) sendProblemPage(request, response, { config, problem })
    else if (problem) sendProblem(request, response, problem)
    else sendDocument(request, response, 500, { type: 'about:blank', title: 'Internal Error' })
  }
}

export function sendProblem(request: Request, response: Response, problem: Problem): void {
  const { status, title } = PROBLEMS[problem.kind]
  const { allow, retryAfterSeconds = RETRY_AFTER_SECONDS, ...facts } = problem.facts
  if (problem.kind === 'method-unsupported') response.set('Allow', String(allow))
  if (status === 503 || status === 429) response.set('Retry-After', String(retryAfterSeconds))
  challenge(response, problem.kind)
  sendDocument(request, response, status, { ...facts, type: problemAddress(problem.kind), title })
}

function sendDocument(
  request: Request,
  response: Response,
  status: number,
  facts: Readonly<Record<string, unknown>>,
): void {
  const { type, title, ...more } = facts
  const document = { type, title, status, instance: withoutTokens(request.originalUrl), ...more }
  response.status(status).set('Cache-Control', 'no-store')
  sendWhole(request, response, 'application/problem+json', JSON.stringify(document))
}

/** Errors of Express and its body parser in our words; null for what is our own fault. */
export function toProblem(error: unknown): Problem | null {
  if (error instanceof Problem) return error
  if (!(error instanceof Error)) return null
  const { message } = error
  const type = 'type' in error ? String(error.type) : ''
  if (type === 'entity.too.large') {
    const limitBytes = 'limit' in error ? Number(error.limit) : null
    return new Problem('body-too-large', { limitBytes })
  }
  if (/^(?:encoding|charset)\.unsupported$/.test(type)) {
    return new Problem('media-type-unsupported', { detail: message })
  }
  if (/^(?:entity|request|parameters|querystring)\./.test(type) || error instanceof URIError) {
    return new Problem('request-invalid', { detail: message })
  }
  return null
}

/** A browser is shown a page of what is no API: that it was our fault, or where to sign in. */
function isForPeople(request: Request, problem: Problem | null): boolean {
  const isShown = problem === null || PROBLEMS[problem.kind].status === 401
  const wantsPage = request.accepts(['json', 'html']) === 'html'
  return isShown && wantsPage && !request.originalUrl.startsWith('/api/')
}

/** True when nobody is there any more to be answered. */
function isGone(request: Request): boolean {
  return request.socket.destroyed || (request.destroyed && !request.complete)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
