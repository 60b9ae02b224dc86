import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FORMS, PAGES } from '../../src/serve/pages.ts'
import { API_PREFIX, API_ROUTES } from '../../src/serve/router.ts'
import { deadlockBundle } from './archives.ts'
import { type Sent, type Service, startService } from './service.ts'
import { bearer, giveToken } from './tokens.ts'

// A token that is limited to one team meets nothing of the other, wherever it asks.

const THEIRS = 'secret-db'
let service: Service
let editor = ''
let admin = ''
let mine: Sent['json']
let theirs: Sent['json']

const send = (secret: string, host: string, query = '') =>
  service.ask(`/api/v1/snapshots?wait=60${query}`, {
    method: 'POST',
    body: Buffer.from(deadlockBundle(host)),
    headers: { 'content-type': 'application/gzip', ...bearer(secret).headers },
  })

const asEditor = (path: string, init: RequestInit = {}) =>
  service.ask(path, { ...init, headers: { ...init.headers, ...bearer(editor).headers } })

before(async () => {
  service = await startService()
  admin = await giveToken(service, 'admin')
  editor = await giveToken(service, 'editor', { team: 'storage' })
  theirs = (await send(admin, `${THEIRS}-1`, '&label.team=db')).json
  await send(admin, `${THEIRS}-2`, '&label.team=db')
  mine = (await send(admin, 'store-1', '&label.team=storage')).json
  const link = { url: `https://tracker.invalid/browse/X-1`, title: `${THEIRS} hangs` }
  for (const on of [`incidents/${theirs.incidents[0]}`, 'signatures/fuse-flush-deadlock']) {
    const { status } = await service.ask(`/api/v1/${on}/links`, {
      method: 'POST',
      body: JSON.stringify(link),
      headers: { 'content-type': 'application/json', ...bearer(admin).headers },
    })
    assert.equal(status, 201)
  }
})
after(() => service.close())

/** A path with the ids of one upload in it. */
function filled(path: string, { id, incidents }: Sent['json'], host: string): string {
  const shape = encodeURIComponent(theirs.diagnosis.incidents[0].fingerprint)
  return path
    .replace(/^(.*\/incidents)\/:id/, `$1/${incidents[0]}`)
    .replace(/^(.*\/snapshots)\/:id/, `$1/${id}`)
    .replace('/signatures/:id', '/signatures/fuse-flush-deadlock')
    .replace(':other', theirs.id)
    .replace(':name', host)
    .replace(':key', 'X-1')
    .replace(':fingerprint', shape)
    .replaceAll(/:\w+/g, 'x')
}

const READ = [
  ...API_ROUTES.filter(({ method }) => method === 'get').map(({ path }) => API_PREFIX + path),
  ...PAGES.map(({ path }) => path),
  '/incidents/:id/preview.png',
  '/i/:id',
]

for (const path of READ) {
  test(`GET ${path} tells a limited token nothing of others`, async () => {
    for (const query of [
      '',
      '?q=secret',
      '?host=secret-db-1',
      '?label.team=db',
      '?frame=fuse_flush',
    ]) {
      const own = await asEditor(filled(path, mine, 'store-1') + query)
      assert.doesNotMatch(own.text.replaceAll('secret-db-1&', ''), isTold(query), query)
      assert.ok(own.status < 500)
    }
    const asked = filled(path, theirs, `${THEIRS}-1`)
    const { status } = await asEditor(asked)
    const isTheirs = asked.includes(theirs.id) || /:name|incidents\/:id|\/i\/:id/.test(path)
    if (isTheirs) assert.ok(status === 404 || status === 403, `${asked}: ${status}`)
  })
}

/** What was asked for may be said again: it came from the caller. */
function isTold(query: string): RegExp {
  return query.includes(THEIRS) ? /secret-db-2/ : /secret-db/
}

test('what a limited token changes is its own', async () => {
  const changes = [
    ...API_ROUTES.filter(({ method, needs }) => method !== 'get' && needs === undefined).map(
      ({ method, path }) => [method.toUpperCase(), API_PREFIX + path] as const,
    ),
    ...FORMS.map(({ path }) => ['POST', path] as const),
  ]
  for (const [method, path] of changes) {
    const { status } = await asEditor(filled(path, theirs, `${THEIRS}-1`), { method })
    assert.ok(status === 404 || status === 403, `${method} ${path}: ${status}`)
  }
})

test('counts, totals and facets of a limited token are of its own hosts', async () => {
  for (const list of [
    'incidents',
    'hosts',
    'snapshots',
    'snapshots?status=done',
    'hosts?sort=open',
  ]) {
    assert.equal((await asEditor(`/api/v1/${list}`)).json.total, 1, list)
  }
  const { json } = await asEditor('/api/v1/counts?by=signature')
  assert.deepEqual([json.rows[0].incidents, json.rows[0].hosts], [1, 1])
  assert.equal((await asEditor('/api/v1/counts?by=host&label.team=db')).json.rows.length, 0)
  const fleet = await asEditor('/', { headers: { accept: 'text/html' } })
  assert.equal(fleet.status, 200)
  assert.match(fleet.text, /critical incident on 1 host\./)
  assert.match(fleet.text, /store-1/)
})

test('every page of its own is shown to a limited token', async () => {
  const paths = ['/', '/incidents', '/hosts', '/snapshots', '/hosts/store-1', '/analyze']
  const ofMine = [`/incidents/${mine.incidents[0]}`, `/snapshots/${mine.id}`]
  for (const path of [...paths, ...ofMine, `${ofMine[0]}/preview.png`]) {
    assert.equal((await asEditor(path)).status, 200, path)
  }
  const { status, text } = await asEditor(`/api/v1/incidents/${mine.incidents[0]}.md`)
  assert.equal(status, 200)
  assert.doesNotMatch(text, /\b3 (incidents|hosts)\b/)
})

test('a limited collector neither reads what others sent nor takes their hosts', async () => {
  const collector = await giveToken(service, 'collector', { team: 'storage' })
  const again = await send(collector, `${THEIRS}-1`, '&label.team=db')
  assert.equal(again.status, 403)
  assert.equal(again.json.type, '/problems/host-of-others')
  assert.equal('diagnosis' in again.json, false)
  const stolen = await service.ask('/api/v1/snapshots?wait=60&host=secret-db-1', {
    method: 'POST',
    body: Buffer.from(deadlockBundle('otherwise-named')),
    headers: { 'content-type': 'application/gzip', ...bearer(collector).headers },
  })
  assert.equal(stolen.status, 403)
  const { json } = await service.ask('/api/v1/hosts/secret-db-1', bearer(admin))
  assert.deepEqual(json.labels, { team: 'db' })
  assert.equal(json.snapshots, 1)
  const own = await send(collector, 'store-2', '&label.team=db')
  assert.equal(own.status, 201)
  assert.deepEqual(own.json.diagnosis.snapshot.host.labels, { team: 'storage' })
})
