import type { Request, Response } from 'express'
import type { Labels } from '../model/access.ts'
import { Problem } from '../model/problem.ts'
import type { Given } from '../model/snapshot.ts'
import { archiveKindOf, FIRST_BYTES, isText, looksLike, strangerOf } from './first-bytes.ts'
import { type Form, openForm } from './form.ts'
import { checked } from './route.ts'
import { UploadFields } from './upload-fields.ts'

/** What a request says of the bundle it carries. */
export type UploadGiven = Given & { readonly contentType?: string }

/** A bundle or a text on its way in. */
export type Upload = {
  /** To be read once. Ends when the whole request has been read; throws where it was torn. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Not final before `bytes` has ended: fields of a form may stand behind its file. */
  readonly given: UploadGiven
  readonly isText: boolean
}

export type UploadLimits = {
  readonly bytesMax: number
  readonly takesText: boolean
  /** An upload slower than this, after that time, only holds a place that others need. */
  readonly slowestBytesPerSecond: number
  readonly slowAfterMs: number
  /** What the host is labelled, whatever the upload says: those that its sender is limited to. */
  readonly labels?: Labels
  /** Called when the bytes have been read, or will be read no further. */
  readonly whenRead: () => void
}

/** Raw bodies taken as they are; what they hold is told by their first bytes. */
export const BUNDLE_TYPES = [
  'application/gzip',
  'application/x-gzip',
  'application/zstd',
  'application/x-tar',
  'application/octet-stream',
] as const

/** A form has a little more bytes than the file in it. */
const FORM_BYTES_MORE = 64 * 1024

const TRY_ANALYZE = ' A text is diagnosed by POST /api/v1/analyze.'

/**
 * The bundle that a request carries, as soon as its first bytes show what it is.
 * @throws {Problem} media-type-unsupported, bundle-field-missing, body-empty, not-an-archive,
 * bundle-too-large, request-invalid
 */
export async function openUpload(
  request: Request,
  response: Response,
  query: Readonly<Record<string, unknown>>,
  limits: UploadLimits,
): Promise<Upload> {
  const isForm = Boolean(request.is('multipart/form-data'))
  refuseLength(request, limits.bytesMax + (isForm ? FORM_BYTES_MORE : 0))
  if (!isForm) refuseType(request, limits.takesText)
  if (request.headers.expect) response.writeContinue()
  const form = isForm ? await soon(openForm(request, response, limits), limits) : null
  const given = givenOf(query, form, request, limits.labels ?? {})
  const { first, bytes } = await peek(paced(form ? form.bytes : rawBytes(request), limits))
  const isTextGiven = judge(first, given.contentType ?? '', limits.takesText)
  async function* whole() {
    try {
      yield* bytes
      Object.assign(given, givenOf(query, form, request, limits.labels ?? {}))
    } finally {
      limits.whenRead()
    }
  }
  return { bytes: whole(), given, isText: isTextGiven }
}

function refuseLength(request: Request, bytesMax: number): void {
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > bytesMax) {
    throw new Problem('bundle-too-large', { limitBytes: bytesMax, sentBytes: length })
  }
}

function refuseType(request: Request, takesText: boolean): void {
  const given = request.headers['content-type']
  const takes = [...BUNDLE_TYPES, 'multipart/form-data', ...(takesText ? ['text/plain'] : [])]
  if (given === undefined || request.is([...takes]) !== false) return
  const hint = request.is('text/*') ? TRY_ANALYZE : ''
  throw new Problem('media-type-unsupported', {
    detail: `${given.slice(0, 100)} is not taken.${hint}`,
    takes,
  })
}

/**
 * True for a text, false for an archive.
 * @throws {Problem} body-empty, not-an-archive
 */
function judge(first: Uint8Array, contentType: string, takesText: boolean): boolean {
  if (first.length === 0) throw new Problem('body-empty')
  if (archiveKindOf(first)) return false
  const canBeText = isText(first) || contentType.startsWith('text/plain')
  if (takesText && canBeText && strangerOf(first) === null) return true
  const hint = isText(first) && !takesText ? TRY_ANALYZE : ''
  throw new Problem('not-an-archive', { detail: `The bytes look like ${looksLike(first)}.${hint}` })
}

/** What query and form say so far; the form is stronger, and its file's name the weakest. */
function givenOf(
  query: Readonly<Record<string, unknown>>,
  form: Form | null,
  request: Request,
  labels: Labels,
): UploadGiven {
  const contentType = form?.contentType ?? request.headers['content-type']
  const isLabelled = Object.keys(labels).length > 0
  const { name = form?.fileName ?? '', ...said } = checked(UploadFields, {
    ...query,
    ...form?.fields(),
  })
  return {
    ...said,
    ...(isLabelled ? { labels: { ...said.labels, ...labels }, limitedTo: labels } : {}),
    name,
    receivedAt: new Date().toISOString(),
    ...(contentType === undefined ? {} : { contentType }),
  }
}

/** The body as it comes. A reader that stops early must not close the socket: it is to be answered. */
function rawBytes(request: Request): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false })
}

/** Enough of the bytes to tell what they are, and all of them still. */
async function peek(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly first: Uint8Array; readonly bytes: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < FIRST_BYTES) {
    const { done, value } = await iterator.next()
    if (done) break
    chunks.push(value)
    size += value.length
  }
  async function* all() {
    try {
      yield* chunks
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { first: Buffer.concat(chunks).subarray(0, FIRST_BYTES), bytes: all() }
}

/** @throws {Problem} upload-too-slow when a form has not come to its file after so long */
async function soon<Value>(opened: Promise<Value>, limits: UploadLimits): Promise<Value> {
  const { slowAfterMs, slowestBytesPerSecond } = limits
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new Problem('upload-too-slow', { slowestBytesPerSecond }))
  }, slowAfterMs)
  try {
    return await Promise.race([opened, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** @throws {Problem} bundle-too-large, upload-too-slow */
async function* paced(bytes: AsyncIterable<Uint8Array>, limits: UploadLimits) {
  const { bytesMax, slowestBytesPerSecond, slowAfterMs } = limits
  const begun = performance.now()
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > bytesMax) throw new Problem('bundle-too-large', { limitBytes: bytesMax })
    const ms = performance.now() - begun
    if (ms > slowAfterMs && size < (ms / 1000) * slowestBytesPerSecond) {
      throw new Problem('upload-too-slow', { slowestBytesPerSecond })
    }
    yield chunk
  }
}
