import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type AddressRules, guardedLookup, whyUrlRefused } from './addresses.ts'

/** What a receiver did with one message. */
export type Outcome = {
  /** HTTP status; null where there was no answer. */
  readonly answer: number | null
  /** Why there was none, or what is wrong with the answer; null when it is a success. */
  readonly error: string | null
  /** Beginning of the answer's body. */
  readonly excerpt: string | null
  /** What the receiver asks to wait; null where it does not say. */
  readonly retryAfterMs: number | null
}

export type Message = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type PostRules = AddressRules & { readonly timeoutMs: number }

const EXCERPT_BYTES = 500

/**
 * Sends one message, and resolves whatever happens, within the time allowed. No redirect is
 * followed: it could lead where nothing may be sent. Of the answer no more than a beginning is read.
 */
export async function post(
  message: Message,
  rules: PostRules,
  signal: AbortSignal,
): Promise<Outcome> {
  const why = whyUrlRefused(message.url, rules)
  if (why !== null) return failed(`refused: ${why}`)
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const within = AbortSignal.any([signal, AbortSignal.timeout(rules.timeoutMs)])
  const ask = message.url.startsWith('https:') ? requestHttps : requestHttp
  const headers = {
    ...message.headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(message.body),
    'user-agent': 'Hangar-Webhook/1',
  }
  const options = { method: 'POST', headers, lookup: guardedLookup(rules), agent: false }
  const request = ask(message.url, options, (response) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const end = () => {
      resolve(answered(response.statusCode ?? 0, Buffer.concat(chunks), response.headers))
      request.destroy()
    }
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= EXCERPT_BYTES) end()
    })
    response.on('end', end).on('error', end).on('aborted', end)
  })
  request.on('error', (error) => resolve(failed(messageOf(error))))
  within.addEventListener('abort', () => {
    resolve(failed(signal.aborted ? 'stopped' : `no answer within ${rules.timeoutMs} ms`))
    request.destroy()
  })
  request.end(message.body)
  return promise
}

function answered(
  answer: number,
  body: Buffer,
  { 'retry-after': retryAfter }: { readonly 'retry-after'?: string | undefined },
): Outcome {
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : null
  return {
    answer,
    error: answer >= 200 && answer < 300 ? null : `answered ${answer}`,
    excerpt: body.subarray(0, EXCERPT_BYTES).toString('utf8').toWellFormed() || null,
    retryAfterMs: seconds === null ? null : seconds * 1000,
  }
}

function failed(error: string): Outcome {
  return { answer: null, error, excerpt: null, retryAfterMs: null }
}

/** Of several addresses that were tried, each failed for its own reason. */
function messageOf(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors : []
  const messages = inner.map((one) => (one instanceof Error ? one.message : String(one)))
  return (error.message || messages.join('; ') || error.name).slice(0, 300)
}
