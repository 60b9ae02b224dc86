import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rawRequest } from './raw-http.ts'
import { type Service, startService } from './service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const getWith = (...headers: readonly string[]) =>
  rawRequest(service.port, `GET /healthz HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)

for (const host of ['localhost:1', '127.0.0.1', '127.9.9.9:80', '[::1]:7070', 'hangar.localhost']) {
  test(`the name ${host} is one of this machine`, async () => {
    assert.equal((await getWith(`Host: ${host}`)).status, 200)
  })
}

for (const host of [
  'evil.example',
  '10.0.0.1',
  '127.0.0.1.evil.example',
  '0.0.0.0',
  'localhost/x',
  '',
]) {
  test(`a request that names the host "${host}" is refused: a page may have made a browser send it`, async () => {
    const { status, body } = await getWith(`Host: ${host}`)
    assert.ok(status === 421 || status === 400, String(status))
    if (status === 421) assert.match(body, /host-header-foreign/)
  })
}

test('behind a proxy the public address counts, and is what addresses begin with', async () => {
  const publicUrl = 'https://hangar.example/fleet'
  const proxied = await startService({ publicUrl })
  try {
    const asked = 'GET /api/v1/incidents HTTP/1.1\r\nHost: hangar.example\r\n\r\n'
    assert.equal((await rawRequest(proxied.port, asked)).status, 200)
    const { headers } = await proxied.ask('/healthz')
    assert.match(headers.get('strict-transport-security') ?? '', /max-age/)
  } finally {
    await proxied.close()
  }
})

const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:1' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
]

for (const headers of FOREIGN) {
  test(`a page of another site cannot post (${JSON.stringify(headers)})`, async () => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const { status, body } = await rawRequest(
      service.port,
      `POST /api/v1/snapshots HTTP/1.1\r\nHost: 127.0.0.1:${service.port}\r\n${lines.join('')}`,
      'Content-Type: application/gzip\r\nContent-Length: 0\r\n\r\n',
    )
    assert.equal(status, 403)
    assert.match(body, /origin-foreign/)
  })
}

test('a page of our own can post', async () => {
  const { status, body } = await rawRequest(
    service.port,
    `POST /api/v1/snapshots HTTP/1.1\r\nHost: 127.0.0.1:${service.port}\r\n`,
    `Origin: http://127.0.0.1:${service.port}\r\nSec-Fetch-Site: same-origin\r\n`,
    'Content-Type: application/gzip\r\nContent-Length: 0\r\n\r\n',
  )
  assert.equal(status, 400)
  assert.match(body, /body-empty/)
})

test('answers say how browsers are to treat them', async () => {
  const { headers } = await service.ask('/')
  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /script-src 'self'(;|$)/)
  assert.match(policy, /style-src 'self'(;|$)/)
  assert.doesNotMatch(policy, /unsafe|\*|http/)
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('x-frame-options'), 'DENY')
  assert.equal(headers.get('x-powered-by'), null)
  assert.equal(headers.get('strict-transport-security'), null)
  assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f]{16}$/)
})

const ODD: Readonly<Record<string, readonly [string, number]>> = {
  'a path that is no UTF-8': ['/api/v1/incidents/%ff', 400],
  'a path with a lone percent sign': ['/api/v1/incidents/%', 400],
  'a path with a zero byte': ['/api/v1/incidents/%00', 400],
  'a page with a zero byte': ['/incidents/a%00b', 400],
  'a query that is no UTF-8': ['/api/v1/incidents?q=%ff', 400],
  'a query with a zero byte': ['/api/v1/incidents?q=%00', 400],
  'a page whose query is no UTF-8': ['/incidents?q=%ff', 400],
  'a parameter nobody knows': ['/api/v1/incidents?colour=red', 400],
  'a parameter that stands in the path already': ['/api/v1/incidents/x?id=y', 400],
  'a parameter named __proto__': ['/api/v1/incidents?__proto__=1', 400],
  'a path that climbs': ['/static/..%2f..%2fpackage.json', 404],
  'an id of a thousand signs': [`/api/v1/incidents/${'x'.repeat(1000)}`, 404],
  'an id with a slash': ['/api/v1/hosts/a%2Fb', 404],
  'an address nobody knows': ['/api/v1/nothing', 404],
  'the prefix alone': ['/api/v1', 404],
  'another version': ['/api/v2/incidents', 404],
}

for (const [name, [path, status]] of Object.entries(ODD)) {
  test(`${name} is answered by a problem`, async () => {
    const {
      status: answered,
      body,
      head,
    } = await rawRequest(service.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    assert.equal(answered, status)
    assert.match(head, /content-type: application\/problem\+json/i)
    assert.equal(JSON.parse(body).status, status)
    assert.equal(JSON.parse(body).instance, path)
  })
}

test('a browser that asks for an unknown page is shown one', async () => {
  const { status, text } = await service.ask('/nothing', { headers: { accept: 'text/html' } })
  assert.equal(status, 404)
  assert.match(text, /^<!doctype html>/)
})

for (const [method, path, allow] of [
  ['DELETE', '/api/v1/incidents/x', 'GET, PATCH, HEAD, OPTIONS'],
  ['POST', '/api/v1/incidents', 'GET, HEAD, OPTIONS'],
  ['PUT', '/api/v1/snapshots', 'POST, GET, HEAD, OPTIONS'],
  ['GET', '/api/v1/analyze', 'POST, OPTIONS'],
  ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
] as const) {
  test(`${method} ${path} says what the address takes`, async () => {
    const { status, headers, json } = await service.ask(path, { method })
    assert.equal(status, 405)
    assert.equal(json.type, '/problems/method-unsupported')
    assert.equal(headers.get('allow'), allow)
    const options = await service.ask(path, { method: 'OPTIONS' })
    assert.equal(options.status, 204)
    assert.equal(options.headers.get('allow'), allow)
  })
}

test('headers without end, and what is no HTTP, are answered and closed', async () => {
  const long = await rawRequest(service.port, `GET / HTTP/1.1\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`)
  assert.equal(long.status, 431)
  const none = await rawRequest(service.port, 'HELLO\r\n\r\n')
  assert.equal(none.status, 400)
  assert.match(none.body, /request-invalid/)
})

test('a HEAD request is answered as a GET, without a body', async () => {
  const { status, text } = await service.ask('/api/v1/incidents', { method: 'HEAD' })
  assert.equal(status, 200)
  assert.equal(text, '')
})

test('a refused request leaves its connection open for the next', async () => {
  for (const path of ['/api/v1/nothing', '/api/v1/incidents?limit=0', '/api/v1/incidents/x']) {
    const { headers } = await service.ask(path)
    assert.notEqual(headers.get('connection'), 'close', path)
  }
})

test('an answer that has not changed need not be sent again', async () => {
  const { headers } = await service.ask('/api/v1/signatures')
  const again = await rawRequest(
    service.port,
    `GET /api/v1/signatures HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ${headers.get('etag')}\r\n\r\n`,
  )
  assert.equal(again.status, 304)
})

test('what was refused or changed is logged at info, what was read at debug, by its id', async () => {
  const read = await service.ask('/api/v1/hosts')
  const refused = await service.ask('/api/v1/hosts?limit=0')
  const lineOf = ({ headers }: typeof read) =>
    service.lines.find((line) => line['request'] === headers.get('x-request-id'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual([lineOf(read)?.level, lineOf(read)?.['status']], ['debug', 200])
  assert.deepEqual([lineOf(refused)?.level, lineOf(refused)?.['status']], ['info', 400])
  assert.equal(lineOf(refused)?.['url'], '/api/v1/hosts?limit=0')
})

test('a fault of ours is bare to the client, and whole in the log', async () => {
  const broken = await startService()
  try {
    await broken.store.write(async (tx) => {
      await tx.run('DROP TABLE incidents')
    })
    const { status, json } = await broken.ask('/api/v1/incidents')
    assert.equal(status, 500)
    assert.deepEqual(Object.keys(json).sort(), ['instance', 'status', 'title', 'type'])
    assert.equal(json.type, 'about:blank')
    assert.match(JSON.stringify(broken.errors, errorText), /no such table/)
    const page = await broken.ask('/incidents', { headers: { accept: 'text/html' } })
    assert.equal(page.status, 500)
    assert.doesNotMatch(page.text, /no such table/)
  } finally {
    await broken.close()
  }
})

const errorText = (_key: string, value: unknown) =>
  value instanceof Error ? String(value.stack) : value
