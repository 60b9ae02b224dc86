import { randomBytes } from 'node:crypto'
import type { Token } from '../model/access.ts'
import type { TokenRow } from './schema.ts'
import type { Sql } from './sql.ts'
import { hashOf, isGood, toToken } from './tokens.ts'

const SECRET_BYTES = 32

/** Signs a browser in until then; gives what its cookie holds, which is kept nowhere. */
export async function createSession(
  tx: Sql,
  tokenId: string,
  nowMs: number,
  expiresAtMs: number,
): Promise<string> {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  await tx.run('DELETE FROM sessions WHERE expires_at <= ?', nowMs)
  await tx.run(
    'INSERT INTO sessions (hash, token_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    hashOf(secret),
    tokenId,
    nowMs,
    expiresAtMs,
  )
  return secret
}

/** The token that a browser signed in with, while session and token are good; null otherwise. */
export async function findSessionToken(
  sql: Sql,
  secret: string,
  nowMs: number,
): Promise<Token | null> {
  const row = await sql.get<TokenRow>(
    `SELECT t.* FROM sessions s JOIN tokens t ON t.token_id = s.token_id
     WHERE s.hash = ? AND s.expires_at > ?`,
    hashOf(secret),
    nowMs,
  )
  return row && isGood(row, nowMs) ? toToken(row) : null
}

/** Signs a browser out. */
export async function endSession(tx: Sql, secret: string): Promise<void> {
  await tx.run('DELETE FROM sessions WHERE hash = ?', hashOf(secret))
}
