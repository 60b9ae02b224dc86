import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { HOSTS, startFleet } from './fleet.ts'
import type { Service } from './service.ts'

let service: Service
before(async () => {
  service = await startFleet()
})
after(() => service.close())

const hostsOf = async (query: string): Promise<readonly string[]> => {
  const { status, json } = await service.ask(`/api/v1/incidents?${query}`)
  assert.equal(status, 200, JSON.stringify(json))
  assert.equal(json.total, json.items.length)
  return json.items.map((item: { host: string }) => item.host).sort()
}

const FILTERS: Readonly<Record<string, readonly string[]>> = {
  '': HOSTS,
  'signature=fuse-flush-deadlock': HOSTS,
  'signature=!fuse-flush-deadlock': [],
  'signature=unknown': [],
  'verdict=confirmed&verdict=likely&verdict=possible': HOSTS,
  'severity=!info': HOSTS,
  'state=open': HOSTS,
  'state=resolved': [],
  'host=web-1': ['web-1'],
  'host=web-1&host=db-2': ['web-1', 'db-2'],
  'host=!web-1': ['web-2', 'db-1', 'db-2'],
  'kernel=5.15.35-051535-generic': HOSTS,
  'kernel=6.1.0': [],
  'class=fuse': HOSTS,
  'class=nfs': [],
  'frame=fuse_flush': HOSTS,
  'frame=nfs_file_flush': [],
  'label.rack=r1': ['web-1', 'web-2'],
  'label.rack=!r1': ['db-1', 'db-2'],
  'label.rack=r1&host=web-2': ['web-2'],
  'label.colour=red': [],
  'since=2026-11-22T00:00:00Z': ['db-1', 'db-2'],
  'until=2026-11-21': ['web-1'],
  'since=2026-11-21&until=2026-11-22': ['web-2'],
  'q=web': ['web-1', 'web-2'],
  'q=no-such-word': [],
}

for (const [query, hosts] of Object.entries(FILTERS)) {
  test(`incidents?${query} are those of ${hosts.join(', ') || 'no host'}`, async () => {
    assert.deepEqual(await hostsOf(query), [...hosts].sort())
  })
}

test('a list is walked by its cursor, each incident once', async () => {
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { json } = await service.ask(`/api/v1/incidents?limit=1&sort=firstSeen${query}`)
    assert.equal(json.total, HOSTS.length)
    seen.push(...json.items.map((item: { host: string }) => item.host))
    cursor = json.next
  }
  assert.deepEqual([...seen].sort(), [...HOSTS].sort())
})

test('a cursor of another list is refused', async () => {
  const { json } = await service.ask('/api/v1/incidents?limit=1')
  const cursor = encodeURIComponent(json.next)
  const other = await service.ask(`/api/v1/incidents?limit=1&host=!web-1&cursor=${cursor}`)
  assert.equal(other.json.type, '/problems/cursor-invalid')
  const none = await service.ask('/api/v1/incidents?cursor=x')
  assert.equal(none.json.type, '/problems/cursor-invalid')
})

const idOf = async (host: string): Promise<string> =>
  (await service.ask(`/api/v1/incidents?host=${host}`)).json.items[0].id

test('an item of the list is the incident without its large parts', async () => {
  const id = await idOf('web-1')
  const { json: list } = await service.ask('/api/v1/incidents?host=web-1')
  const { json: incident } = await service.ask(`/api/v1/incidents/${id}`)
  const { tasks, evidence, missing, graph, advice, snapshot, history, ...rest } = incident
  assert.deepEqual(rest, list.items[0])
  assert.ok(tasks.length > 0 && evidence.length > 0 && history.length > 0)
  assert.ok(graph.nodes.length > 0 && Array.isArray(missing) && advice.steps.length > 0)
  assert.equal(typeof snapshot, 'string')
  assert.deepEqual(incident.links, [])
  assert.equal(incident.url, `${service.url}/incidents/${id}`)
})

test('an incident is had as Markdown', async () => {
  const id = await idOf('web-1')
  const { status, text, headers } = await service.ask(`/api/v1/incidents/${id}.md`)
  assert.equal(status, 200)
  assert.equal(headers.get('content-type'), 'text/markdown; charset=utf-8')
  assert.match(text, /^# /)
  assert.ok(text.includes(`<${service.url}/incidents/${id}>`))
  const none = await service.ask('/api/v1/incidents/nobody.md')
  assert.equal(none.json.type, '/problems/incident-unknown')
})

const patch = (id: string, body: unknown, type = 'application/json') =>
  service.ask(`/api/v1/incidents/${id}`, {
    method: 'PATCH',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': type },
  })

test('an incident is acknowledged, noted, resolved and reopened, and remembers it', async () => {
  const id = await idOf('web-2')
  const acknowledged = await patch(id, { state: 'acknowledged', note: 'on it' })
  assert.equal(acknowledged.status, 200)
  assert.equal(acknowledged.json.state, 'acknowledged')
  assert.equal(acknowledged.json.url, `${service.url}/incidents/${id}`)
  await patch(id, { note: 'still' })
  await patch(id, { state: 'resolved' })
  const { json } = await patch(id, { state: 'open' })
  const changes = json.history.filter((item: { who: string }) => item.who === 'anyone')
  assert.deepEqual(
    changes.map((item: { what: string; note: string }) => [item.what, item.note]),
    [
      ['acknowledged', 'on it'],
      ['noted', 'still'],
      ['resolved', null],
      ['reopened', null],
    ],
  )
})

const BAD_CHANGES: readonly (readonly [unknown, number, string, string?])[] = [
  [{ state: 'gone' }, 400, 'request-invalid'],
  [{}, 400, 'request-invalid'],
  [{ state: 'open', colour: 'red' }, 400, 'request-invalid'],
  [{ id: 'other', state: 'open' }, 400, 'request-invalid'],
  [{ note: 'a\0b' }, 400, 'request-invalid'],
  [{ note: 7 }, 400, 'request-invalid'],
  [[], 400, 'request-invalid'],
  ['null', 400, 'request-invalid'],
  ['', 400, 'request-invalid'],
  ['{"state":', 400, 'request-invalid'],
  ['{"__proto__":{"state":"open"}}', 400, 'request-invalid'],
  [{ note: 'x'.repeat(100_000) }, 413, 'body-too-large'],
  ['state=open', 415, 'media-type-unsupported', 'application/x-www-form-urlencoded'],
  ['{"state":"open"}', 415, 'media-type-unsupported', 'application/json; charset=nonsense'],
]

for (const [body, status, kind, type] of BAD_CHANGES) {
  test(`a change of ${JSON.stringify(body).slice(0, 60)} is answered by ${kind}`, async () => {
    const id = await idOf('db-1')
    const before = await service.ask(`/api/v1/incidents/${id}`)
    const answer = await patch(id, body, type)
    assert.equal(answer.status, status)
    assert.equal(answer.json.type, `/problems/${kind}`)
    assert.deepEqual((await service.ask(`/api/v1/incidents/${id}`)).json, before.json)
  })
}

test('a change of an incident nobody has is answered by a problem', async () => {
  const { status, json } = await patch('nobody', { state: 'open' })
  assert.equal(status, 404)
  assert.equal(json.type, '/problems/incident-unknown')
})

test('a change takes no parameters in its query', async () => {
  const { status } = await patch(`${await idOf('db-1')}?state=open`, { note: 'x' })
  assert.equal(status, 400)
})
