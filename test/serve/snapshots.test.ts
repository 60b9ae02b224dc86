import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { deadlockBundle, healthyBundle } from './archives.ts'
import { rawRequest, readAnswer } from './raw-http.ts'
import { type Service, startService } from './service.ts'

let service: Service
before(async () => {
  service = await startService({ uploadsAtOnce: 2 })
})
after(() => service.close())

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('a bundle that is waited for is answered with what it shows', async () => {
  const bundle = deadlockBundle('waited-1')
  const { status, json } = await service.post('/api/v1/snapshots?wait=60', bundle)
  assert.equal(status, 201)
  assert.equal(json.status, 'done')
  assert.equal(json.sha256, sha256Of(bundle))
  assert.equal(json.url, `${service.url}/snapshots/${json.id}`)
  assert.deepEqual(
    json.diagnosis.incidents.map((incident: { signature: string }) => incident.signature),
    ['fuse-flush-deadlock'],
  )
  assert.equal(json.incidents.length, 1)
  const incident = await service.ask(`/api/v1/incidents/${json.incidents[0]}`)
  assert.equal(incident.json.host, 'waited-1')
})

test('a bundle that is not waited for is kept, and diagnosed by and by', async () => {
  const bundle = healthyBundle('later-1')
  const { status, json } = await service.post('/api/v1/snapshots', bundle)
  assert.equal(status, 202)
  assert.deepEqual(Object.keys(json).sort(), ['id', 'sha256', 'status', 'url'])
  assert.equal(json.status, 'queued')
  await service.ingest.waitFor(json.id, 60_000)
  const snapshot = await service.ask(`/api/v1/snapshots/${json.id}`)
  assert.equal(snapshot.json.status, 'done')
  assert.equal(snapshot.json.host, 'later-1')
  assert.deepEqual(snapshot.json.incidents, [])
})

test('the same bytes again are answered with the first id and how far it is', async () => {
  const bundle = healthyBundle('again-1')
  const first = await service.post('/api/v1/snapshots?wait=60', bundle)
  const again = await service.post('/api/v1/snapshots', bundle)
  assert.equal(again.status, 200)
  assert.equal(again.json.id, first.json.id)
  assert.equal(again.json.status, 'done')
  const waited = await service.post('/api/v1/snapshots?wait=60', bundle)
  assert.equal(waited.status, 200)
  assert.deepEqual(waited.json.diagnosis, first.json.diagnosis)
})

test('what the query says of a bundle is stronger than what the bundle says', async () => {
  const query = 'host=said-1&collectedAt=2026-11-23T12:00:00Z&labels=rack%3Dr9&label.row=7'
  const { json } = await service.post(`/api/v1/snapshots?wait=60&${query}`, healthyBundle('in-it'))
  assert.equal(json.diagnosis.snapshot.host.name, 'said-1')
  const { json: snapshot } = await service.ask(`/api/v1/snapshots/${json.id}`)
  assert.equal(snapshot.host, 'said-1')
  assert.equal(Date.parse(snapshot.collectedAt), Date.parse('2026-11-23T12:00:00Z'))
  assert.deepEqual(snapshot.labels, { rack: 'r9', row: '7' })
})

test('a form may name host, time and labels behind its file', async () => {
  const form = new FormData()
  form.append('bundle', new File([new Uint8Array(healthyBundle('form-1'))], 'x.tar.gz'))
  form.append('host', 'behind-1')
  form.append('labels', '{"rack":"r3"}')
  const { status, json } = await service.ask('/api/v1/snapshots?wait=60', {
    method: 'POST',
    body: form,
  })
  assert.equal(status, 201)
  const { json: snapshot } = await service.ask(`/api/v1/snapshots/${json.id}`)
  assert.equal(snapshot.host, 'behind-1')
  assert.equal(snapshot.name, 'x.tar.gz')
  assert.deepEqual(snapshot.labels, { rack: 'r3' })
})

test('the archive comes back byte for byte, under a name of ours', async () => {
  const bundle = deadlockBundle('archive-1')
  const { json } = await service.post('/api/v1/snapshots?wait=60&name=..%2F..%2Fx%0A%22', bundle)
  const response = await fetch(`${service.url}/api/v1/snapshots/${json.id}/archive`)
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), bundle)
  assert.equal(response.headers.get('content-type'), 'application/gzip')
  assert.equal(
    response.headers.get('content-disposition'),
    `attachment; filename=hangar-${json.id}.tar.gz`,
  )
  const head = await service.ask(`/api/v1/snapshots/${json.id}/archive`, { method: 'HEAD' })
  assert.equal(head.status, 200)
})

test('tasks and stacks of a snapshot are lists with pages', async () => {
  const { json } = await service.post('/api/v1/snapshots?wait=60', deadlockBundle('parts-1'))
  const tasks = await service.ask(`/api/v1/snapshots/${json.id}/tasks?limit=1`)
  assert.equal(tasks.json.items.length, 1)
  assert.equal(tasks.json.total, 2)
  const next = await service.ask(
    `/api/v1/snapshots/${json.id}/tasks?limit=1&cursor=${encodeURIComponent(tasks.json.next)}`,
  )
  assert.deepEqual([...tasks.json.items, ...next.json.items], json.diagnosis.tasks)
  assert.equal(next.json.next, null)
  const stacks = await service.ask(`/api/v1/snapshots/${json.id}/stacks`)
  assert.equal(stacks.json.total, 2)
})

test('snapshots are listed newest first, by host and by status', async () => {
  await service.post('/api/v1/snapshots?wait=60', deadlockBundle('listed-1', 'a'))
  await service.post('/api/v1/snapshots?wait=60', deadlockBundle('listed-1', 'b'))
  const first = await service.ask('/api/v1/snapshots?host=listed-1&limit=1')
  assert.equal(first.json.total, 2)
  const second = await service.ask(
    `/api/v1/snapshots?host=listed-1&limit=1&cursor=${encodeURIComponent(first.json.next)}`,
  )
  assert.ok(first.json.items[0].receivedAt >= second.json.items[0].receivedAt)
  assert.match(first.json.items[0].url, /^http:/)
  assert.equal((await service.ask('/api/v1/snapshots?host=listed-1&status=failed')).json.total, 0)
})

test('what is wrong in the query is told before any byte is kept', async () => {
  const before = await service.ask('/api/v1/snapshots?limit=1')
  for (const query of ['wait=soon', 'wait=301', 'collectedAt=noon', 'labels=x', 'color=red']) {
    const { status } = await service.post(`/api/v1/snapshots?${query}`, healthyBundle(query))
    assert.equal(status, 400)
  }
  const after = await service.ask('/api/v1/snapshots?limit=1')
  assert.equal(after.json.total, before.json.total)
})

test('a connection that breaks in the middle of an upload leaves nothing', async () => {
  const before = await service.ask('/api/v1/snapshots?limit=1')
  const socket = connect(service.port, '127.0.0.1')
  socket.write(
    'POST /api/v1/snapshots HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: 100000\r\n\r\n',
  )
  socket.write(healthyBundle('torn-1'))
  await new Promise((resolve) => setTimeout(resolve, 100))
  socket.destroy()
  await new Promise((resolve) => setTimeout(resolve, 200))
  const after = await service.ask('/api/v1/snapshots?limit=1')
  assert.equal(after.json.total, before.json.total)
  assert.deepEqual(service.errors, [])
})

test('more uploads at once than places are told to come again, and places are given back', async () => {
  const head =
    'POST /api/v1/snapshots HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: 100000\r\n\r\n'
  const held = [connect(service.port, '127.0.0.1'), connect(service.port, '127.0.0.1')]
  for (const socket of held) socket.write(head)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const busy = await service.post('/api/v1/snapshots', healthyBundle('busy-1'))
  assert.equal(busy.status, 503)
  assert.equal(busy.json.type, '/problems/too-busy')
  assert.match(busy.headers.get('retry-after') ?? '', /^\d+$/)
  for (const socket of held) socket.destroy()
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.equal((await service.post('/api/v1/snapshots', healthyBundle('busy-1'))).status, 202)
})

test('who waits for a diagnosis holds no place', async () => {
  const asked = ['w-1', 'w-2', 'w-3', 'w-4'].map((host) =>
    service.post('/api/v1/snapshots?wait=60', healthyBundle(host)),
  )
  const answers = await Promise.all(asked)
  const statuses = new Set(answers.map(({ status }) => status))
  assert.ok([...statuses].every((status) => status === 201 || status === 503))
  assert.ok(statuses.has(201))
})

test('an address of a snapshot nobody has is answered by a problem', async () => {
  for (const part of ['', '/diagnosis', '/tasks', '/stacks', '/archive']) {
    const { status, json } = await service.ask(`/api/v1/snapshots/nobody${part}`)
    assert.equal(status, 404)
    assert.equal(json.type, '/problems/snapshot-unknown')
  }
})

test('a client that asks first gets its diagnosis on the same connection', async () => {
  const bundle = healthyBundle('expect-1')
  const socket = connect(service.port, '127.0.0.1')
  socket.write(
    `POST /api/v1/snapshots?wait=60 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: ${bundle.length}\r\nExpect: 100-continue\r\n\r\n`,
  )
  socket.write(bundle)
  assert.equal((await readAnswer(socket)).status, 201)
  socket.destroy()
})

test('a 3 GB length is refused at once', async () => {
  const { status, body } = await rawRequest(
    service.port,
    `POST /api/v1/snapshots HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: ${3 * 2 ** 30}\r\n\r\n`,
  )
  assert.equal(status, 413)
  assert.equal(JSON.parse(body).type, '/problems/bundle-too-large')
})

test('bytes that turned out unusable are told so again, and their snapshot says why', async () => {
  const torn = deadlockBundle('unusable-1').subarray(0, 300)
  const first = await service.post('/api/v1/snapshots', torn)
  assert.equal(first.status, 202)
  await service.ingest.waitFor(first.json.id, 60_000)
  const { json: snapshot } = await service.ask(`/api/v1/snapshots/${first.json.id}`)
  assert.equal(snapshot.status, 'failed')
  assert.equal(snapshot.problem.type, '/problems/archive-truncated')
  const again = await service.post('/api/v1/snapshots', torn)
  assert.deepEqual([again.status, again.json.id, again.json.status], [200, first.json.id, 'queued'])
  const waited = await service.post('/api/v1/snapshots?wait=60', torn)
  assert.deepEqual([waited.status, waited.json.type], [422, '/problems/archive-truncated'])
  assert.deepEqual([waited.json.id, waited.json.url], [snapshot.id, snapshot.url])
  const { json: kept } = await service.ask(`/api/v1/snapshots/${first.json.id}`)
  assert.equal(kept.status, 'failed')
})

test('who waits and is told that the bytes are unusable leaves nothing behind', async () => {
  const { json: before } = await service.ask('/api/v1/snapshots?limit=1')
  const torn = deadlockBundle('unusable-2').subarray(0, 300)
  for (const _ of ['once', 'again']) {
    const { status, json } = await service.post('/api/v1/snapshots?wait=60', torn)
    assert.deepEqual([status, json.type], [422, '/problems/archive-truncated'])
    assert.deepEqual([json.id, json.url], [undefined, undefined])
  }
  const { json: after } = await service.ask('/api/v1/snapshots?limit=1')
  assert.equal(after.total, before.total)
  assert.equal(after.items[0].id, before.items[0].id)
})

test('a failed snapshot is tried again, or forgotten with its bytes', async () => {
  const torn = deadlockBundle('unusable-3').subarray(0, 300)
  const { json } = await service.post('/api/v1/snapshots', torn)
  await service.ingest.waitFor(json.id, 60_000)
  const path = `/api/v1/snapshots/${json.id}`
  const retried = await service.ask(`${path}/retry`, { method: 'POST' })
  assert.deepEqual([retried.status, retried.json.status], [200, 'queued'])
  const item = await service.ingest.waitFor(json.id, 60_000)
  assert.equal(item.problem?.type, 'archive-truncated')
  const removed = await service.ask(path, { method: 'DELETE' })
  assert.deepEqual([removed.status, removed.json], [200, { id: json.id }])
  assert.equal((await service.ask(path)).status, 404)
  assert.equal((await service.ask(path, { method: 'DELETE' })).status, 404)
  const fresh = await service.post('/api/v1/snapshots', torn)
  assert.equal(fresh.status, 202)
  assert.notEqual(fresh.json.id, json.id)
})
