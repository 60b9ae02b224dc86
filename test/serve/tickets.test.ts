import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { HOSTS, startFleet } from './fleet.ts'
import type { Sent, Service } from './service.ts'

let service: Service
let id = ''
before(async () => {
  service = await startFleet()
  id = (await service.ask(`/api/v1/incidents?host=${HOSTS[0]}`)).json.items[0].id
})
after(() => service.close())

function add(path: string, link: unknown): Promise<Sent> {
  return service.post(`/api/v1${path}/links`, JSON.stringify(link), 'application/json')
}

test('an incident, its signature and its shape are linked, and the incident shows all three', async () => {
  const { json: incident } = await service.ask(`/api/v1/incidents/${id}`)
  const { signature, fingerprint } = incident
  const url = 'https://jira.example.com/browse/OPS-4711'
  const own = await add(`/incidents/${id}`, { url, title: 'web-1 hangs' })
  assert.equal(own.status, 201, own.text)
  assert.equal(own.json.key, 'OPS-4711')
  await add(`/signatures/${signature}`, { url: 'https://github.com/a/b/issues/5' })
  await add(`/problems/${encodeURIComponent(fingerprint)}`, {
    url: 'https://wiki.example/x',
    key: 'Runbook 7',
  })
  const { json } = await service.ask(`/api/v1/incidents/${id}`)
  assert.deepEqual(
    json.links.map(({ key, from }: { key: string; from: string }) => `${from} ${key}`),
    ['incident OPS-4711', 'problem Runbook 7', 'signature a/b#5'],
  )
  const listed = await service.ask(`/api/v1/incidents/${id}/links`)
  assert.deepEqual(listed.json.items, json.links)
  const { text } = await service.ask(`/api/v1/incidents/${id}.md`)
  assert.match(text, /OPS-4711 web-1 hangs <https:\/\/jira\.example\.com\/browse\/OPS-4711>/)
})

test('a ticket answers by its key, encoded and in any case, with what stands behind it', async () => {
  for (const key of ['a%2Fb%235', 'A%2FB%235']) {
    const { status, json } = await service.ask(`/api/v1/tickets/${key}?limit=3`)
    assert.equal(status, 200)
    assert.equal(json.key, 'a/b#5')
    assert.equal(json.url, `${service.url}/tickets/a%2Fb%235`)
    assert.equal(json.counts.incidents, 4)
    assert.equal(json.counts.hosts, 4)
    assert.equal(json.incidents.items.length, 3)
    assert.notEqual(json.incidents.next, null)
  }
  const { json } = await service.ask('/api/v1/tickets/OPS-4711')
  assert.deepEqual(
    json.hosts.map(({ name }: { name: string }) => name),
    [HOSTS[0]],
  )
  const all = await service.ask('/api/v1/tickets')
  assert.equal(all.json.total, 3)
})

test('incidents and counts filter by tickets, beside other filters', async () => {
  const total = async (query: string) =>
    (await service.ask(`/api/v1/incidents?${query}`)).json.total
  assert.equal(await total('ticket=OPS-4711'), 1)
  assert.equal(await total('ticket=OPS-4711&ticket=a/b%235'), 4)
  assert.equal(await total('ticket=!OPS-4711'), 3)
  assert.equal(await total('ticket=a/b%235&label.rack=r1'), 2)
  assert.equal(await total('ticket=NONE-1'), 0)
  const { json } = await service.ask('/api/v1/counts?by=host&ticket=OPS-4711')
  assert.deepEqual(
    json.rows.map(({ host }: { host: string }) => host),
    [HOSTS[0]],
  )
})

test('a link is taken away, and its ticket with it', async () => {
  const { json } = await add(`/incidents/${id}`, { url: 'https://x.example/gone', key: 'GONE-1' })
  assert.equal((await service.ask('/api/v1/tickets/gone-1')).status, 200)
  const gone = await service.ask(`/api/v1/links/${json.id}`, { method: 'DELETE' })
  assert.equal(gone.status, 200)
  assert.equal((await service.ask('/api/v1/tickets/gone-1')).status, 404)
})

for (const link of [
  {},
  { url: 'javascript:alert(1)' },
  { url: 'https://user:secret@example.com/' },
  { url: 'https://example.com/\u202e' },
  { url: 'https://example.com/', key: 'a\nb' },
  { url: 'https://example.com/', key: ' ' },
  { url: 'https://example.com/', title: 'x\u200bx' },
  { url: 'https://example.com/', colour: 'red' },
]) {
  test(`the link ${JSON.stringify(link)} is refused`, async () => {
    const { status, json } = await add(`/incidents/${id}`, link)
    assert.equal(status, 400)
    assert.equal(json.type, '/problems/request-invalid')
  })
}

for (const [path, kind] of [
  ['/incidents/nobody', 'incident-unknown'],
  ['/signatures/nothing', 'signature-unknown'],
  ['/problems/nothing', 'stack-unknown'],
] as const) {
  test(`${path} takes no link and lists none: it is not there`, async () => {
    const added = await add(path, { url: 'https://example.com/' })
    assert.equal(added.json.type, `/problems/${kind}`)
    const listed = await service.ask(`/api/v1${path}/links`)
    assert.equal(listed.json.type, `/problems/${kind}`)
  })
}
