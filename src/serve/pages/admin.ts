import { z } from 'zod'
import { listAudit } from '../../store/audit.ts'
import { countGoodTokens, listTokens, revokeToken } from '../../store/tokens.ts'
import { adminOverview } from '../../web/pages/admin.ts'
import { auditPage } from '../../web/pages/audit.ts'
import { newTokenPage, tokensPage } from '../../web/pages/tokens.ts'
import { checked } from '../route.ts'
import { AuditQuery } from '../routes/get-audit.ts'
import { makeToken } from '../routes/post-tokens.ts'
import { NewToken } from '../schemas-access.ts'
import { paging } from '../schemas-query.ts'
import type { Services } from '../services.ts'
import { type AskedPage, type FormAnswer, filled } from './asked.ts'

export async function showAdmin({ context }: AskedPage, { store }: Services): Promise<string> {
  return adminOverview(context, { tokens: await countGoodTokens(store.read, Date.now()) })
}

const TokensQuery = z.strictObject(paging)

export async function showTokens({ context, query }: AskedPage, { store }: Services) {
  const asked = checked(TokensQuery, filled(query))
  const page = await listTokens(store, asked)
  return tokensPage(context, { page, cursor: asked.cursor ?? null })
}

export async function showAudit({ context, query }: AskedPage, { store }: Services) {
  const asked = checked(AuditQuery, filled(query))
  const { who = '', since = '', until = '', cursor = null } = asked
  const page = await listAudit(store, asked)
  return auditPage(context, { page, cursor, who, since, until })
}

const DAY_MS = 86_400_000

const TokenForm = z.strictObject({
  name: z.string(),
  role: z.string(),
  days: z.enum(['', '30', '90', '365']).default(''),
  labels: z.string().max(2000).default(''),
})

/** Makes the token, and shows it: the only page that ever does. */
export async function makeTokenByForm(
  { context, who }: AskedPage,
  body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  const { name, role, days, labels } = checked(TokenForm, body)
  const pairs = labels.split(',').filter((pair) => pair.trim() !== '')
  const expiresAt = new Date(Date.now() + Number(days) * DAY_MS).toISOString()
  const wanted = checked(NewToken, {
    name,
    role,
    labels: Object.fromEntries(pairs.map(pairOf)),
    ...(days === '' ? {} : { expiresAt }),
  })
  const { token, secret } = await makeToken(store, wanted, who)
  return { status: 200, page: newTokenPage(context, token, secret), target: token.id }
}

function pairOf(text: string): readonly [string, string] {
  const equals = text.indexOf('=')
  return [text.slice(0, Math.max(equals, 0)).trim(), text.slice(equals + 1).trim()]
}

export async function revokeTokenByForm(
  { params }: AskedPage,
  _body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  await store.write((tx) => revokeToken(tx, params['id'] ?? '', Date.now()), 'durable')
  return { goTo: '/admin/tokens' }
}
