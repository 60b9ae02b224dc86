import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { packFolder } from './pack.ts'

/** What one request was answered. */
export type Answer = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfterMs: number | null
}

/** An access token as a request shows it; null where the service is open. */
export type Token = string | null

/** A bundle on the disk, to be sent as often as it takes. */
export type Source = {
  readonly name: string
  readonly contentType: string
  /** Null for a folder, which is packed while it is sent. */
  readonly sizeBytes: number | null
  readonly open: () => Readable
}

/** A service that sends nothing for this long is not going to. */
const SILENCE_MS = 120_000

const MAGIC: readonly (readonly [hex: string, type: string])[] = [
  ['1f8b', 'application/gzip'],
  ['28b52ffd', 'application/zstd'],
]

/** @throws {Error} of the file system, when there is no such path or it cannot be read */
export async function sourceOf(path: string): Promise<Source> {
  const status = await stat(path)
  if (status.isDirectory()) {
    const contentType = 'application/gzip'
    return {
      name: `${basename(path)}.tar.gz`,
      contentType,
      sizeBytes: null,
      open: () => packFolder(path),
    }
  }
  return {
    name: basename(path),
    contentType: await contentTypeOf(path),
    sizeBytes: status.size,
    open: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
  }
}

async function contentTypeOf(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    const hex = buffer.toString('hex', 0, bytesRead)
    return MAGIC.find(([magic]) => hex.startsWith(magic))?.[1] ?? 'application/x-tar'
  } finally {
    await file.close()
  }
}

export type Sending = {
  readonly token: Token
  /** Is told the bytes handed on so far. */
  readonly onSent: (sentBytes: number) => void
}

/**
 * Sends a bundle once.
 *
 * @throws {Error} of the network
 */
export async function post(url: URL, source: Source, sending: Sending): Promise<Answer> {
  const headers = { ...headersOf(sending.token), 'content-type': source.contentType }
  const request = begin(url, { method: 'POST', headers })
  if (source.sizeBytes !== null) request.setHeader('content-length', source.sizeBytes)
  const answered = answerOf(request)
  const bytes = source.open()
  bytes.on('error', (error) => request.destroy(error))
  let sent = 0
  bytes.on('data', (chunk: Buffer) => {
    sent += chunk.length
    sending.onSent(sent)
  })
  bytes.pipe(request)
  try {
    return await answered
  } finally {
    bytes.destroy()
    request.destroy()
  }
}

/** @throws {Error} of the network */
export async function get(url: URL, token: Token): Promise<Answer> {
  const request = begin(url, { method: 'GET', headers: headersOf(token) })
  request.end()
  return answerOf(request)
}

function headersOf(token: Token): Readonly<Record<string, string>> {
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

function begin(url: URL, options: http.RequestOptions): http.ClientRequest {
  const request = (url.protocol === 'https:' ? https : http).request(url, options)
  request.setTimeout(SILENCE_MS, () => request.destroy(new Error('the service is silent')))
  return request
}

/** Takes an answer that comes before all bytes were sent, too: that is how a service says no. */
async function answerOf(request: http.ClientRequest): Promise<Answer> {
  const opened = Promise.withResolvers<http.IncomingMessage>()
  request.once('response', opened.resolve)
  request.on('error', opened.reject)
  const response = await opened.promise
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return {
    status: response.statusCode ?? 0,
    body: jsonOf(Buffer.concat(chunks).toString()),
    retryAfterMs: retryAfterOf(response.headers['retry-after']),
  }
}

function jsonOf(text: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    // A proxy's page of HTML says nothing that the status does not.
    return {}
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `Retry-After` is a number of seconds or a date. */
function retryAfterOf(header: string | undefined): number | null {
  if (header === undefined) return null
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now())
}
