import { createHash, randomBytes } from 'node:crypto'
import { type Labels, ROLES, type Role, type Token } from '../model/access.ts'
import type { Page } from '../model/incident.ts'
import { Problem } from '../model/problem.ts'
import { newId } from './ids.ts'
import { oneOf } from './incident-rows.ts'
import type { Store } from './open.ts'
import { fromJson, toTime } from './packed.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import type { TokenRow } from './schema.ts'
import type { Sql } from './sql.ts'

/** What tokens begin with: whoever finds one in a log or a repository knows what it opens. */
const PREFIX = 'hgr_'
const SECRET_BYTES = 32
const HINT_CHARS = PREFIX.length + 4

/** Text that is a token of ours, wherever it stands. */
export const TOKEN_TEXT = /hgr_[A-Za-z0-9_-]{43}/g

export type NewToken = {
  readonly name: string
  readonly role: Role
  readonly labels: Labels
  readonly expiresAtMs: number | null
  readonly createdBy: string
}

/** Makes a token; `secret` is the only time that it is to be had. */
export async function createToken(
  tx: Sql,
  wanted: NewToken,
  nowMs: number,
): Promise<{ readonly token: Token; readonly secret: string }> {
  const secret = PREFIX + randomBytes(SECRET_BYTES).toString('base64url')
  const row: TokenRow = {
    token_id: newId(nowMs),
    hash: hashOf(secret),
    hint: secret.slice(0, HINT_CHARS),
    name: wanted.name,
    role: wanted.role,
    labels: JSON.stringify(wanted.labels),
    created_at: nowMs,
    created_by: wanted.createdBy,
    last_used_at: null,
    expires_at: wanted.expiresAtMs,
    revoked_at: null,
  }
  await tx.run(
    `INSERT INTO tokens (token_id, hash, hint, name, role, labels, created_at, created_by, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.token_id,
    row.hash,
    row.hint,
    row.name,
    row.role,
    row.labels,
    row.created_at,
    row.created_by,
    row.expires_at,
  )
  return { token: toToken(row), secret }
}

/** The token that this text is, while it is good; null otherwise. */
export async function findToken(sql: Sql, secret: string, nowMs: number): Promise<Token | null> {
  // The hash is looked up, not compared: how long that takes tells nothing of any token, since
  // whoever asks cannot choose what a text hashes to.
  const row = await sql.get<TokenRow>('SELECT * FROM tokens WHERE hash = ?', hashOf(secret))
  return row && isGood(row, nowMs) ? toToken(row) : null
}

/** True once a token was made, though it be revoked since. */
export async function hasTokens(sql: Sql): Promise<boolean> {
  return (await sql.get('SELECT 1 FROM tokens LIMIT 1')) !== null
}

/** Tokens, the newest first; revoked and expired ones too. */
export async function listTokens(
  store: Store,
  query: { readonly limit: number; readonly cursor?: string | null | undefined },
): Promise<Page<Token>> {
  const question = ['tokens']
  const before = fromCursor(question, query.cursor, 1)?.[0] ?? '~'
  const limit = limitOf(query.limit)
  const rows = await store.read.all<TokenRow>(
    'SELECT * FROM tokens WHERE token_id < ? ORDER BY token_id DESC LIMIT ?',
    before,
    limit + 1,
  )
  const items = rows.slice(0, limit).map(toToken)
  const last = rows.length > limit ? items.at(-1) : undefined
  const counted = await store.read.get<{ n: number }>('SELECT count(*) AS n FROM tokens')
  return { items, next: last ? toCursor(question, [last.id]) : null, total: counted?.n ?? 0 }
}

/** How many tokens are good now. */
export async function countGoodTokens(sql: Sql, nowMs: number): Promise<number> {
  const counted = await sql.get<{ n: number }>(
    'SELECT count(*) AS n FROM tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)',
    nowMs,
  )
  return counted?.n ?? 0
}

/**
 * Ends a token, and whatever was signed in with it; one that is revoked already stays as it is.
 * @throws {Problem} token-unknown
 */
export async function revokeToken(tx: Sql, id: string, nowMs: number): Promise<Token> {
  await tx.run(
    'UPDATE tokens SET revoked_at = ? WHERE token_id = ? AND revoked_at IS NULL',
    nowMs,
    id,
  )
  await tx.run('DELETE FROM sessions WHERE token_id = ?', id)
  const row = await tx.get<TokenRow>('SELECT * FROM tokens WHERE token_id = ?', id)
  if (!row) throw new Problem('token-unknown', { id: id.slice(0, 100) })
  return toToken(row)
}

/** Notes that a token is in use. */
export async function touchToken(tx: Sql, id: string, nowMs: number): Promise<void> {
  await tx.run('UPDATE tokens SET last_used_at = ? WHERE token_id = ?', nowMs, id)
}

/**
 * One SHA-256 is enough: a slow hash guards what people choose, and here there are 256 random bits,
 * which no machine can go through however fast each guess is. It costs microseconds on every request.
 */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** True where a token may still be used. */
export function isGood(row: Pick<TokenRow, 'expires_at' | 'revoked_at'>, nowMs: number): boolean {
  return row.revoked_at === null && (row.expires_at === null || row.expires_at > nowMs)
}

export function toToken(row: TokenRow): Token {
  return {
    id: row.token_id,
    name: row.name,
    role: oneOf(ROLES, row.role, 'collector'),
    labels: fromJson(row.labels),
    hint: row.hint,
    createdAt: toTime(row.created_at),
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at === null ? null : toTime(row.last_used_at),
    expiresAt: row.expires_at === null ? null : toTime(row.expires_at),
    revokedAt: row.revoked_at === null ? null : toTime(row.revoked_at),
  }
}
