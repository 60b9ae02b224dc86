import type { Labels, Role } from '../../src/model/access.ts'
import { createToken } from '../../src/store/tokens.ts'
import { type Service, startService } from './service.ts'

/** Makes a token of a role, and answers its text. */
export async function giveToken(
  { store }: Pick<Service, 'store'>,
  role: Role,
  labels: Labels = {},
  expiresAtMs: number | null = null,
): Promise<string> {
  const wanted = { name: `the ${role}`, role, labels, expiresAtMs, createdBy: 'the test' }
  const { secret } = await store.write((tx) => createToken(tx, wanted, Date.now()))
  return secret
}

/** What a request says that shows a token. */
export function bearer(secret: string): { readonly headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${secret}` } }
}

/** A service whose every request is an admin's. */
export async function startAsAdmin(...settings: Parameters<typeof startService>): Promise<Service> {
  const service = await startService(...settings)
  const { authorization } = bearer(await giveToken(service, 'admin')).headers
  const ask: Service['ask'] = (path, init = {}) => {
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) headers.set('authorization', authorization ?? '')
    return service.ask(path, { ...init, headers })
  }
  return {
    ...service,
    ask,
    post: (path, body, type = 'application/gzip') =>
      ask(path, { method: 'POST', body: Buffer.from(body), headers: { 'content-type': type } }),
  }
}
