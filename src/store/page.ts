import { createHash } from 'node:crypto'
import { Problem } from '../model/problem.ts'

/** Where a page begins: after the row with these values, in the order of the list. */
export type Key = readonly (number | string)[]

export const LIMIT_MAX = 500

/** Rows of a page, within what is allowed. */
export function limitOf(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit) || 1, 1), LIMIT_MAX)
}

/** The cursor after a row, for the list that `question` asks for; opaque to who gets it. */
export function toCursor(question: unknown, key: Key): string {
  return Buffer.from(JSON.stringify([markOf(question), ...key])).toString('base64url')
}

/**
 * The row a cursor stands after; null where there is no cursor.
 * @throws {Problem} cursor-invalid when it was made for another question, or by nobody
 */
export function fromCursor(
  question: unknown,
  cursor: string | null | undefined,
  length: number,
): Key | null {
  if (cursor === null || cursor === undefined || cursor === '') return null
  const parts = parse(cursor)
  if (parts.length !== length + 1 || parts[0] !== markOf(question)) {
    throw new Problem('cursor-invalid', { cursor: cursor.slice(0, 200) })
  }
  return parts.slice(1)
}

function markOf(question: unknown): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 8)
}

function parse(cursor: string): Key {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(parts) ? parts.filter(isPart) : []
  } catch {
    // Bytes that nobody here wrote: the same answer as for a cursor of another list.
    return []
  }
}

function isPart(part: unknown): part is number | string {
  return typeof part === 'string' || (typeof part === 'number' && Number.isFinite(part))
}
