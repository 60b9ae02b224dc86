import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signatureText } from '../ingest/made-signature.ts'
import { type Service, startService } from './service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const post = (body: object) =>
  service.post('/api/v1/signatures', JSON.stringify(body), 'application/json')
const patch = (id: string, body: object) =>
  service.ask(`/api/v1/signatures/${id}`, {
    method: 'PATCH',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

test('a signature is saved, read, disabled, versioned and deleted', async () => {
  const saved = await post({ yaml: signatureText(), note: 'from ticket 7', ifVersion: 0 })
  assert.equal(saved.status, 200, saved.text)
  const { version, origin, disabled, hides, counts } = saved.json
  assert.deepEqual(
    { version, origin, disabled, hides, counts },
    {
      version: 1001,
      origin: 'saved',
      disabled: false,
      hides: [],
      counts: { open: 0, incidents: 0, hosts: 0, lastSeen: null },
    },
  )
  const read = await service.ask('/api/v1/signatures/made-here')
  assert.match(read.json.yaml, /^version: 1001 # of the file$/m)
  const listed = (await service.ask('/api/v1/signatures')).json.items
  assert.ok(listed.some((item: { id: string }) => item.id === 'made-here'))
  assert.equal((await patch('made-here', { disabled: true })).json.disabled, true)
  const versions = (await service.ask('/api/v1/signatures/made-here/versions')).json
  assert.deepEqual([versions.total, versions.items[0].note], [1, 'from ticket 7'])
  const removed = await service.ask('/api/v1/signatures/made-here', { method: 'DELETE' })
  assert.deepEqual(removed.json, { inForce: null })
  assert.equal((await service.ask('/api/v1/signatures/made-here')).status, 404)
  assert.equal((await service.ask('/api/v1/signatures/made-here/versions')).json.total, 1)
})

test('deleting a saved one of the product goes back to the product', async () => {
  await post({ yaml: signatureText({ id: 'hung-task' }) })
  const removed = await service.ask('/api/v1/signatures/hung-task', { method: 'DELETE' })
  assert.equal(removed.json.inForce.origin, 'builtin')
  assert.equal((await service.ask('/api/v1/signatures/hung-task')).json.version, 1)
})

test('each error of a text says its line and column', async () => {
  const yaml = signatureText({ severity: 'dreadful', subject: 'nobody' })
  const { status, json } = await post({ yaml })
  assert.equal(status, 422)
  assert.equal(json.type, '/problems/signature-invalid')
  assert.deepEqual(
    json.errors.map(({ line, column, found }: Record<string, unknown>) => [line, column, found]),
    [
      [5, 11, 'dreadful'],
      [8, 10, 'nobody'],
    ],
  )
  assert.match(json.detail, /^Line 5, column 11: expected severity/)
})

test('YAML that cannot be read at all says where', async () => {
  const { json } = await post({ yaml: 'id: [a\ntitle: "x' })
  assert.ok(json.errors.every((error: { line: number }) => error.line >= 1))
  assert.ok(json.errors.length > 0)
})
