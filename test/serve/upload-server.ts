import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { parseQuery } from '../../src/serve/query.ts'
import { sendProblems } from '../../src/serve/send-problem.ts'
import { createServer } from '../../src/serve/server.ts'
import { openUpload } from '../../src/serve/upload.ts'

// A server that reads uploads to their end and tells what arrived, before anything is made of it.

export const BYTES_MAX = 1024 * 1024

export type Sent = { readonly status: number; readonly json: Record<string, unknown> }

export type UploadServer = {
  readonly port: number
  /** How many uploads ended, and how many of them by an error. */
  readonly seen: { torn: number; ended: number }
  readonly send: (
    path: string,
    body: string | Uint8Array<ArrayBuffer> | FormData,
    type?: string,
  ) => Promise<Sent>
  readonly close: () => void
}

export async function startUploadServer(): Promise<UploadServer> {
  const seen = { torn: 0, ended: 0 }
  const server = createServer(createUploadApp(seen))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as AddressInfo).port
  return {
    port,
    seen,
    async send(path, body, type) {
      const headers = type === undefined ? {} : { 'content-type': type }
      const url = `http://127.0.0.1:${port}${path}`
      const response = await fetch(url, { method: 'POST', body, headers })
      return { status: response.status, json: (await response.json()) as Record<string, unknown> }
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function createUploadApp(seen: { torn: number; ended: number }): express.Express {
  const app = express()
  app.set('query parser', parseQuery)
  app.post('/:takes', async (request, response) => {
    const limits = {
      bytesMax: BYTES_MAX,
      takesText: request.params.takes === 'text',
      slowestBytesPerSecond: 1000,
      slowAfterMs: 200,
      whenRead() {
        seen.ended += 1
      },
    }
    const upload = await openUpload(request, response, { ...request.query }, limits)
    const hash = createHash('sha256')
    try {
      for await (const chunk of upload.bytes) hash.update(chunk)
    } catch (error) {
      seen.torn += 1
      throw error
    }
    const { receivedAt: _now, ...given } = upload.given
    response.json({ sha256: hash.digest('hex'), given, isText: upload.isText })
  })
  const config = { host: '127.0.0.1', publicUrl: null, bundleBytesMax: BYTES_MAX }
  app.use(sendProblems({ debug() {}, info() {}, error: console.error }, config))
  return app
}

export function formOf(fields: readonly (readonly [string, string | Blob])[]): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  return form
}
