import { randomBytes } from 'node:crypto'
import type { RequestHandler } from 'express'
import { type Logger, pino } from 'pino'
import { TOKEN_TEXT } from '../store/tokens.ts'

export type Log = Pick<Logger, 'debug' | 'info' | 'error'>

/** JSON lines on standard error: standard output is for what people asked for. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
}

/**
 * Gives each request an id, which its answer carries too, and logs one line when it is done: at
 * `info` what changed something or was refused, at `debug` what was only read.
 */
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
      const isRead = status < 400 && ['GET', 'HEAD'].includes(method)
      const line = { request: id, method, url: withoutTokens(originalUrl), status, ms }
      if (isRead) log.debug(line, 'request')
      else log.info(line, 'request')
    })
    next()
  }
}

/** A token that somebody put in an address goes no further than the request. */
export function withoutTokens(address: string): string {
  return address.replace(TOKEN_TEXT, 'hgr_…')
}
