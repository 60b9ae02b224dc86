import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly atMs: number
}

export type Receiver = {
  readonly url: string
  readonly received: Received[]
  /** Resolves when so many have come. */
  readonly got: (count: number) => Promise<readonly Received[]>
  readonly close: () => Promise<void>
}

type Answer = (response: ServerResponse, turn: number, request: IncomingMessage) => void

/** A receiver on a free port; `answer` is told how many came before. */
export async function startReceiver(answer: Answer = accept): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    received.push({
      path: request.url ?? '',
      headers: request.headers,
      body,
      atMs: Date.now(),
    })
    answer(response, received.length - 1, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    async got(count) {
      await until(() => received.length >= count)
      return received
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function accept(response: ServerResponse): void {
  response.end('ok')
}

/** Waits until something holds; fails when it does not in good time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('did not come to hold in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
