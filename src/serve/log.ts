import { randomBytes } from 'node:crypto'
import type { RequestHandler } from 'express'
import { type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>

/** JSON lines on standard error: standard output is for what people asked for. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
}

/** Gives each request an id, which its answer carries too, and logs one line when it is done. */
export function logRequests(log: Log): RequestHandler {
  return (request, response, next) => {
    const begun = performance.now()
    const id = randomBytes(8).toString('hex')
    response.locals['id'] = id
    response.set('X-Request-Id', id)
    response.once('close', () => {
      const { method, originalUrl } = request
      const ms = Math.round(performance.now() - begun)
      const status = response.writableFinished ? response.statusCode : 499
      log.info({ request: id, method, url: originalUrl, status, ms }, 'request')
    })
    next()
  }
}
