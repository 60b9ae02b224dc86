import type { Request, RequestHandler, Response } from 'express'
import type { AuditItem } from '../model/access.ts'
import { addAudit, PRUNED_AT_ONCE, pruneAudit } from '../store/audit.ts'
import { findCaller } from './caller.ts'
import { type Log, withoutTokens } from './log.ts'
import type { Services } from './services.ts'

// The trail of changes. Routes know nothing of it.

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * Leaves a row for every change that was made, and for every sign-in that was refused. An answer
 * is held back until its row is written: what a client was told is in the trail.
 */
export function auditChanges(services: Services, log: Log): RequestHandler {
  const write = createWrite(services)
  return (request, response, next) => {
    if (!SAFE_METHODS.includes(request.method)) {
      holdEnd(response, async () => {
        if (!isToldOf(request, response)) return
        try {
          await write(itemOf(request, response))
        } catch (error) {
          // The change is made and cannot be taken back: its answer is true all the same.
          log.error({ request: response.locals['id'], err: error }, 'not in the audit trail')
        }
      })
    }
    next()
  }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DAYS_KEPT = 400

/** Writes a row, and once an hour drops some that are too old. */
function createWrite({ store, config }: Services): (item: AuditItem) => Promise<void> {
  const keptMs = (config.auditDays ?? DAYS_KEPT) * DAY_MS
  let prunedAtMs = 0
  return (item) =>
    store.write(async (tx) => {
      await addAudit(tx, item)
      const nowMs = Date.now()
      if (nowMs - prunedAtMs < HOUR_MS) return
      const dropped = await pruneAudit(tx, nowMs - keptMs)
      // Where it dropped as many as it may at once, there are more.
      if (dropped < PRUNED_AT_ONCE) prunedAtMs = nowMs
    })
}

/** Does something before the answer goes out. */
function holdEnd(response: Response, work: () => Promise<void>): void {
  const end = response.end
  let isHeld = false
  Reflect.set(response, 'end', (...given: readonly unknown[]) => {
    if (!isHeld) void work().finally(() => Reflect.apply(end, response, given))
    isHeld = true
    return response
  })
}

/** What a viewer may do changes nothing, whatever its method: it diagnoses, and keeps nothing. */
function isToldOf(request: Request, response: Response): boolean {
  if (response.locals['action'] !== undefined) return true
  const needs: unknown = response.locals['needs']
  return response.statusCode < 400 && needs !== 'viewer' && findCaller(request) !== null
}

const PATH_CHARS_MAX = 500

function itemOf(request: Request, response: Response): AuditItem {
  const caller = findCaller(request)
  const { method, baseUrl, params, ip } = request
  const path = withoutTokens(request.originalUrl.split('?')[0] ?? '')
  const route = String(request.route?.path ?? '')
  return {
    at: new Date().toISOString(),
    who: textOf(response.locals['who']) ?? caller?.name ?? 'nobody',
    tokenId: textOf(response.locals['tokenId']) ?? caller?.tokenId ?? null,
    address: ip ?? null,
    action: textOf(response.locals['action']) ?? `${method} ${baseUrl}${route}`,
    method,
    path: path.slice(0, PATH_CHARS_MAX),
    target: textOf(response.locals['target']) ?? Object.values(params).map(String).at(-1) ?? null,
    status: response.statusCode,
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Says what a request is in the trail, and who made it where that is not who asked. */
export function nameAction(
  response: Response,
  action: string,
  by?: { readonly who: string; readonly tokenId: string | null },
): void {
  Object.assign(response.locals, { action, ...by })
}

/** Keeps in mind what an answer is about. */
export function noteTarget(response: Response, id: string | null): void {
  response.locals['target'] = id
}
