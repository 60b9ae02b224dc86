import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Bounds on what one connection may take, in milliseconds. Uploads have bounds of their own on
 * silence and slowness; an hour is for 512 MiB over a line of 1.2 Mbit/s.
 */
export const SERVER_LIMITS = {
  /** From the connection, or the answer before, to the end of the headers. */
  headersTimeout: 20_000,
  requestTimeout: 3_600_000,
  /** Longer than the minute that proxies commonly keep a connection, so that they end it first. */
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
} as const

const HEADERS_MAX = 100

/** An HTTP server for the app, with its bounds set. */
export function createServer(app: RequestListener): Server {
  const server = createHttpServer({ ...SERVER_LIMITS }, app)
  server.maxHeadersCount = HEADERS_MAX
  // A client that asks before it sends is told to go on only once its headers are found good.
  server.on('checkContinue', app)
  server.on('clientError', refuseConnection)
  return server
}

const REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** What is no HTTP never reaches the app; it is answered here, in the shape of the other problems. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = REFUSALS[error.code ?? ''] ?? '400 Bad Request'
  const body = JSON.stringify({
    type: '/problems/request-invalid',
    title: status.slice('400 '.length),
    status: Number.parseInt(status, 10),
  })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
