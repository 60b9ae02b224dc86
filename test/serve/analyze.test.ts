import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { deadlockBundle, healthyBundle } from './archives.ts'
import { type Service, startService } from './service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(async () => {
  const { json } = await service.ask('/api/v1/snapshots')
  assert.equal(json.total, 0, 'nothing was stored')
  await service.close()
})

const STACK = `[<0>] request_wait_answer+0x159/0x2a0
[<0>] fuse_simple_request+0x187/0x2f0
[<0>] fuse_flush+0x1a1/0x1e0
[<0>] filp_close+0x2f/0x70
[<0>] put_files_struct+0x7a/0xf0
[<0>] do_exit+0x2e5/0xa20
`

test('a bundle is diagnosed, and not kept', async () => {
  const { status, json } = await service.post('/api/v1/analyze', deadlockBundle('shown-1'))
  assert.equal(status, 200)
  assert.equal(json.snapshot.host.name, 'shown-1')
  assert.equal(json.incidents[0].signature, 'fuse-flush-deadlock')
})

test('a pasted stack is diagnosed, and is no more than possible', async () => {
  const { status, json } = await service.post('/api/v1/analyze', STACK, 'text/plain')
  assert.equal(status, 200)
  assert.equal(json.snapshot.source, 'text')
  assert.equal(json.snapshot.sha256, null)
  assert.equal(json.tasks[0].waitsOn.function, 'fuse_flush')
  assert.equal(json.incidents[0].verdict, 'possible')
})

test('a text is taken as a file of a form, as a field, and without a type', async () => {
  const asFile = new FormData()
  asFile.append('bundle', new File([STACK], 'stack.txt', { type: 'text/plain' }))
  const asField = new FormData()
  asField.append('text', STACK)
  for (const body of [asFile, asField]) {
    const { json } = await service.ask('/api/v1/analyze', { method: 'POST', body })
    assert.equal(json.tasks[0].waitsOn.function, 'fuse_flush')
  }
  const raw = await service.post('/api/v1/analyze', STACK, 'application/octet-stream')
  assert.equal(raw.json.tasks[0].waitsOn.function, 'fuse_flush')
})

test('all tasks are answered where they are asked for', async () => {
  const few = await service.post('/api/v1/analyze', healthyBundle())
  const all = await service.post('/api/v1/analyze?allTasks=true', healthyBundle())
  assert.equal(few.json.tasks.length, 0)
  assert.equal(all.json.tasks.length, 1)
  const bad = await service.post('/api/v1/analyze?allTasks=maybe', healthyBundle())
  assert.equal(bad.status, 400)
})

test('what the query says of the host is in the diagnosis', async () => {
  const query = '?host=said-2&labels={"rack":"r1"}'
  const { json } = await service.post(`/api/v1/analyze${query}`, healthyBundle())
  assert.equal(json.snapshot.host.name, 'said-2')
  assert.deepEqual(json.snapshot.host.labels, { rack: 'r1' })
})

test('a text that holds nothing is answered by a problem', async () => {
  const { status, json } = await service.post('/api/v1/analyze', 'good morning', 'text/plain')
  assert.equal(status, 422)
  assert.equal(json.type, '/problems/text-unreadable')
})
