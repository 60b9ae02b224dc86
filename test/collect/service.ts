import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** An upload as the service got it. */
export type Upload = {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
  readonly atMs: number
}

type Answer = (response: ServerResponse, uploads: number, request: IncomingMessage) => void

/** Answers with a status, and headers where there are any. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers })
    response.end('{"id":"s-1","status":"queued"}')
  }
}

/** A service on a port of its own that answers every upload as it is told. */
export async function startService(answer: Answer, reset = false) {
  const uploads: Upload[] = []
  const server = createServer(async (request, response) => {
    if (reset) {
      request.once('data', () => request.socket.resetAndDestroy())
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const bytes = Buffer.concat(chunks)
    const { url = '', headers } = request
    uploads.push({ url, headers, bytes, atMs: performance.now() })
    answer(response, uploads.length, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    url: `http://127.0.0.1:${port}`,
    uploads,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
