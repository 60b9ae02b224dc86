import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { Problem } from '../model/problem.ts'

const WINDOW_MS = 60_000

/**
 * Passes so many requests a minute from one address (of IPv6, one network of 56 bits).
 * What it is put in front of throws attempts-too-many beyond that.
 */
export function createLimiter(
  limit: number,
  options: { readonly countsFailuresAlone?: boolean } = {},
): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    legacyHeaders: false,
    standardHeaders: false,
    skipSuccessfulRequests: options.countsFailuresAlone ?? false,
    // A client may claim any address in a header that no trusted proxy wrote; it is not believed.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    handler: (_request, _response, next) => {
      next(new Problem('attempts-too-many', { retryAfterSeconds: WINDOW_MS / 1000 }))
    },
  })
}
