import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { Problem } from '../model/problem.ts'
import { archiveKindOf } from './first-bytes.ts'
import type { Answer, File } from './route.ts'

/** How long, and for how many bytes, a client that is still sending is listened to. */
const LINGER_MS = 3_000
const LINGER_BYTES = 16 * 1024 * 1024

export async function sendAnswer(
  request: Request,
  response: Response,
  answer: Answer,
): Promise<void> {
  response.status(answer.status).set('Cache-Control', 'private, no-cache')
  if ('file' in answer) return sendFile(request, response, answer.file)
  sendWhole(request, response, 'application/json', JSON.stringify(answer.json))
}

/**
 * Sends a text at once. Where the request is not read to its end the client is still sending, and
 * closing the connection would reset it before the answer is seen: so the answer goes out whole,
 * and the connection closes a little later.
 */
export function sendWhole(request: Request, response: Response, type: string, body: string): void {
  response.set('Content-Type', `${type}; charset=utf-8`)
  if (!isStillSending(request)) {
    response.send(body)
    return
  }
  const bytes = Buffer.from(body)
  response.set('Content-Length', String(bytes.length)).set('Connection', 'close')
  if (request.method === 'HEAD') response.flushHeaders()
  else response.write(bytes)
  linger(request, () => response.end())
}

/** True while a body is on its way; a request without one is whole as soon as it is heard of. */
function isStillSending(request: Request): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  return (coding !== undefined || Number(length ?? 0) > 0) && !request.complete
}

function linger(request: Request, close: () => void): void {
  let bytes = 0
  const end = () => {
    clearTimeout(timer)
    close()
  }
  const timer = setTimeout(() => request.destroy(), LINGER_MS)
  request.unpipe()
  // A reader that gave up may have left its listener, which would hold the rest back.
  request.removeAllListeners('readable')
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes > LINGER_BYTES) request.destroy()
  })
  request.once('close', end).once('error', end).once('end', end)
  request.resume()
}

/** @throws {Problem} archive-removed when the file behind the stream is there no more */
async function firstOf(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await iterator.next()
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw isGone ? new Problem('archive-removed') : error
  }
}

async function sendPieces(
  request: Request,
  response: Response,
  pieces: AsyncGenerator<string>,
  saveAs: string | null,
): Promise<void> {
  const type = response.getHeader('Content-Type')
  if (saveAs !== null) response.attachment(saveAs)
  response.set('Content-Type', String(type))
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  // A failure of the first piece is still answered by a problem; of a later one by a torn connection.
  const first = await pieces.next()
  async function* whole() {
    if (!first.done) yield first.value
    yield* pieces
  }
  await pipeline(whole(), response)
}

async function sendFile(request: Request, response: Response, file: File): Promise<void> {
  response.set('Content-Type', file.type)
  if (typeof file.content === 'string') {
    if (file.saveAs !== null) response.attachment(file.saveAs)
    response.set('Content-Type', file.type).send(file.content)
    return
  }
  if (!(file.content instanceof Readable)) {
    return sendPieces(request, response, file.content, file.saveAs)
  }
  // The first bytes tell what the archive is, whatever it was called when it came.
  const iterator = file.content.iterator()
  const first = await firstOf(iterator)
  const kind = first.done ? null : archiveKindOf(first.value)
  response.attachment(`${file.saveAs ?? 'file'}.${kind?.extension ?? 'bin'}`)
  response.set('Content-Type', kind?.type ?? file.type)
  if (request.method === 'HEAD') {
    await iterator.return?.()
    response.end()
    return
  }
  async function* whole() {
    if (!first.done) yield first.value
    yield* iterator
  }
  await pipeline(whole(), response)
}
