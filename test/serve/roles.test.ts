import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isAtLeast, ROLES, type Role } from '../../src/model/access.ts'
import { FORMS, PAGES } from '../../src/serve/pages.ts'
import { API_PREFIX, API_ROUTES, PLAIN_ROUTES, roleFor } from '../../src/serve/router.ts'
import { revokeToken } from '../../src/store/tokens.ts'
import { rawRequest } from './raw-http.ts'
import { type Service, startService } from './service.ts'
import { bearer, giveToken } from './tokens.ts'

// Every address, asked by every role: what a table says that it needs is what it asks for.

type Address = {
  readonly method: string
  readonly path: string
  readonly needs: Role | 'nobody'
}

const ADDRESSES: readonly Address[] = [
  ...API_ROUTES.map((route) => ({ ...addressOf(route), path: API_PREFIX + filled(route.path) })),
  ...PLAIN_ROUTES.map(addressOf),
  ...PAGES.map(({ path, needs = 'viewer' }) => ({ method: 'GET', path: filled(path), needs })),
  ...FORMS.map(({ path, needs = 'editor' }) => ({ method: 'POST', path: filled(path), needs })),
  { method: 'GET', path: '/i/x', needs: 'viewer' },
  { method: 'GET', path: '/incidents/x/preview.png', needs: 'viewer' },
  { method: 'GET', path: '/openapi.json', needs: 'viewer' },
  { method: 'GET', path: '/metrics', needs: 'viewer' },
  { method: 'GET', path: '/docs', needs: 'viewer' },
]

function addressOf(route: (typeof API_ROUTES)[number]): Address {
  return { method: route.method.toUpperCase(), path: filled(route.path), needs: roleFor(route) }
}

/** Nothing has the id `x`: what is let through changes nothing. */
function filled(path: string): string {
  return path.replaceAll(/:\w+/g, 'x')
}

let service: Service
const secrets = new Map<Role, string>()
before(async () => {
  service = await startService({ proxyUserHeader: 'X-User', trustedProxies: '192.0.2.0/24' })
  for (const role of ROLES) secrets.set(role, await giveToken(service, role))
})
after(() => service.close())

const asRole = (role: Role) => bearer(secrets.get(role) ?? '').headers

for (const { method, path, needs } of ADDRESSES) {
  test(`${method} ${path} is for ${needs === 'nobody' ? 'anybody' : `${needs}s and above`}`, async () => {
    const stranger = await service.ask(path, { method })
    if (needs === 'nobody') {
      assert.equal(stranger.status, 200)
      return
    }
    assert.equal(stranger.status, 401)
    assert.match(stranger.headers.get('www-authenticate') ?? '', /^Bearer/)
    for (const role of ROLES) {
      const { status, text } = await service.ask(path, { method, headers: asRole(role) })
      const isRefused = status === 401 || text.includes('/problems/role-insufficient')
      assert.equal(isRefused, !isAtLeast(role, needs), `${role}: ${status}`)
      assert.ok(status < 500, `${role}: ${status}`)
    }
  })
}

const asksTokens = (headers: Record<string, string>) => service.ask('/api/v1/tokens', { headers })

test('a token that has expired, was revoked or is none of ours is refused, and is told nowhere', async () => {
  const gone = await giveToken(service, 'admin', {}, Date.now() - 1)
  const ended = await giveToken(service, 'admin')
  const { json } = await asksTokens(asRole('admin'))
  const id = json.items.find(({ hint }: { hint: string }) => ended.startsWith(hint)).id
  assert.equal((await asksTokens(bearer(ended).headers)).status, 200)
  await service.store.write((tx) => revokeToken(tx, id, Date.now()))
  for (const secret of [gone, ended, 'hgr_guess']) {
    const { status, text } = await asksTokens(bearer(secret).headers)
    assert.equal(status, 401)
    assert.match(text, /token-invalid/)
    assert.doesNotMatch(text, new RegExp(secret))
  }
  assert.doesNotMatch(
    JSON.stringify([service.lines, service.errors]),
    new RegExp(`${ended}|${gone}`),
  )
})

async function signIn(secret: string): Promise<string> {
  const { status, headers } = await service.ask('/sign-in', {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: secret, next: '/hosts' }),
  })
  assert.equal(status, 303)
  assert.equal(headers.get('location'), '/hosts')
  const cookie = headers.get('set-cookie') ?? ''
  assert.match(cookie, /HttpOnly/)
  assert.match(cookie, /SameSite=Lax/)
  assert.doesNotMatch(cookie, new RegExp(secret))
  return cookie.split(';')[0] ?? ''
}

test('who is signed in is out with the token: the session ends when it is revoked', async () => {
  const secret = await giveToken(service, 'admin')
  const cookie = await signIn(secret)
  const { json } = await asksTokens({ cookie })
  const id = json.items.find(({ hint }: { hint: string }) => secret.startsWith(hint)).id
  await service.store.write((tx) => revokeToken(tx, id, Date.now()))
  assert.equal((await asksTokens({ cookie })).status, 401)
})

test('a cookie alone changes nothing: a browser must say that a page of ours asked', async () => {
  const cookie = await signIn(secrets.get('admin') ?? '')
  for (const { method, path, needs } of ADDRESSES) {
    if (method === 'GET' || needs === 'nobody') continue
    const { status, text } = await service.ask(path, { method, headers: { cookie } })
    assert.equal(status, 403, `${method} ${path}`)
    assert.match(text, /origin-foreign/)
  }
  const form = { method: 'POST', body: new URLSearchParams({ name: 'by a page', role: 'viewer' }) }
  const ours = { cookie, origin: service.url }
  assert.equal((await service.ask('/admin/tokens', { ...form, headers: ours })).status, 200)
  const theirs = { cookie, origin: 'https://evil.example' }
  assert.equal((await service.ask('/admin/tokens', { ...form, headers: theirs })).status, 403)
})

test('a name in the header of a proxy is believed of a trusted address alone', async () => {
  const trusting = await startService({
    proxyUserHeader: 'X-User',
    proxyRoles: 'ann=admin',
    trustedProxies: '127.0.0.1',
  })
  try {
    const asAnn = { 'x-user': 'ann' }
    assert.equal((await trusting.ask('/api/v1/tokens', { headers: asAnn })).status, 200)
    const bob = await trusting.ask('/api/v1/tokens', { headers: { 'x-user': 'bob' } })
    assert.match(bob.text, /role-insufficient/)
    assert.equal((await trusting.ask('/api/v1/tokens')).status, 401)
    const alone = { method: 'POST', headers: asAnn }
    assert.match((await trusting.ask('/api/v1/reclassify', alone)).text, /origin-foreign/)
    const refused = await asksTokens({ ...asAnn, 'x-forwarded-for': '192.0.2.1' })
    assert.match(refused.text, /proxy-untrusted/)
  } finally {
    await trusting.close()
  }
})

test('sign-ins and changes stand in the audit trail with the token behind them', async () => {
  const secret = await giveToken(service, 'editor')
  const cookie = await signIn(secret)
  await service.ask('/sign-in', { method: 'POST', body: new URLSearchParams({ token: 'hgr_no' }) })
  const { json } = await service.ask('/api/v1/audit?limit=50', { headers: asRole('admin') })
  const of = (action: string) =>
    json.items.find((item: { action: string }) => item.action === action)
  assert.match(of('sign-in').tokenId, /./)
  assert.equal(of('sign-in').who, 'the editor')
  assert.equal(of('sign-in refused').tokenId, null)
  assert.doesNotMatch(JSON.stringify(json), new RegExp(`${secret}|${cookie}`))
})

test('a raw request without any header but Host is nobody', async () => {
  const { status } = await rawRequest(
    service.port,
    'GET /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\n\r\n',
  )
  assert.equal(status, 401)
})
