import { Problem } from '../model/problem.ts'

/** A parameter that stands once is a string, one that is repeated a list. */
export type Query = Readonly<Record<string, string | readonly string[]>>

/**
 * Reads a query string strictly: what is not well-formed UTF-8 behind its percent signs is refused
 * rather than guessed at, as are zero bytes, which no name and no text here can hold.
 * @throws {Problem} request-invalid
 */
export function parseQuery(text: string | null | undefined): Query {
  const values = new Map<string, string[]>()
  for (const pair of (text ?? '').split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1))
    const earlier = values.get(name)
    if (earlier) earlier.push(value)
    else values.set(name, [value])
  }
  return Object.fromEntries(
    [...values].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]),
  )
}

/** @throws {Problem} request-invalid */
function decode(text: string): string {
  const decoded = decodeOrNull(text.replaceAll('+', ' '))
  if (decoded !== null && !decoded.includes('\0')) return decoded
  const what = decoded === null ? 'is not percent-encoded UTF-8' : 'holds a zero byte'
  throw new Problem('request-invalid', { detail: `In the query, ${text.slice(0, 80)} ${what}.` })
}

function decodeOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    // What cannot be decoded is told by null, for the caller to say where it stood.
    return null
  }
}
