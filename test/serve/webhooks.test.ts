import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Receiver, startReceiver, until } from '../notify/receiver.ts'
import { deadlockBundle } from './archives.ts'
import type { Sent, Service } from './service.ts'
import { startAsAdmin } from './tokens.ts'

let service: Service
let receiver: Receiver
const admin: Record<string, string> = {}
before(async () => {
  service = await startAsAdmin()
  receiver = await startReceiver()
})
after(async () => {
  await service.close()
  await receiver.close()
})

function make(given: unknown): Promise<Sent> {
  return send('POST', '/api/v1/webhooks', given)
}

function ask(path: string, init: RequestInit = {}): Promise<Sent> {
  return service.ask(path, { ...init, headers: admin })
}

function send(method: string, path: string, body: unknown): Promise<Sent> {
  const headers = { ...admin, 'content-type': 'application/json' }
  return service.ask(path, { method, body: JSON.stringify(body), headers })
}

function patch(id: string, change: unknown): Promise<Sent> {
  return send('PATCH', `/api/v1/webhooks/${id}`, change)
}

test('a webhook is made, told of an upload, signed by the secret shown once, paused and removed', async () => {
  const made = await make({ url: receiver.url, name: 'chat' })
  assert.equal(made.status, 201, made.text)
  const { id, secret } = made.json
  assert.match(secret, /^whsec_[\w-]{43}$/)
  assert.deepEqual(made.json.filters, { severity: 'low', signatures: [], labels: {} })
  const listed = await ask('/api/v1/webhooks')
  assert.doesNotMatch(listed.text, new RegExp(secret))
  assert.equal((await ask(`/api/v1/webhooks/${id}`)).json.name, 'chat')
  await service.ask('/api/v1/snapshots?wait=60', {
    method: 'POST',
    body: Buffer.from(deadlockBundle('web-1')),
    headers: { ...admin, 'content-type': 'application/gzip' },
  })
  const [told] = await receiver.got(1)
  const { incident, event } = JSON.parse(told?.body ?? '')
  assert.equal(event, 'incident.opened')
  const { json } = await ask(`/api/v1/incidents/${incident.id}`)
  for (const [name, value] of Object.entries(incident)) assert.deepEqual(json[name], value, name)
  const signature = String(told?.headers['hangar-signature'])
  const [, t, v1] = /^t=(\d+),v1=(.+)$/.exec(signature) ?? []
  assert.equal(createHmac('sha256', secret).update(`${t}.${told?.body}`).digest('hex'), v1)
  await until(async () => (await ask(`/api/v1/webhooks/${id}`)).json.delivered === 1)
  const log = await ask(`/api/v1/webhooks/${id}/deliveries`)
  assert.equal(log.json.total, 1)
  assert.equal(log.json.items[0].status, 'delivered')
  assert.equal(log.json.items[0].excerpt, 'ok')
  assert.equal((await patch(id, { state: 'paused' })).json.state, 'paused')
  assert.equal((await patch(id, { state: 'active' })).json.state, 'active')
  assert.equal((await ask(`/api/v1/webhooks/${id}`, { method: 'DELETE' })).status, 200)
  assert.equal((await ask(`/api/v1/webhooks/${id}`)).status, 404)
  assert.equal((await ask(`/api/v1/webhooks/${id}/deliveries`)).status, 404)
})

test('a test is sent at once, and its outcome answered', async () => {
  const { json } = await make({ url: receiver.url, format: 'slack' })
  const told = await ask(`/api/v1/webhooks/${json.id}/test`, { method: 'POST' })
  assert.equal(told.status, 200)
  assert.equal(told.json.status, 'delivered')
  assert.equal(told.json.answer, 200)
  const gone = await make({ url: 'http://127.0.0.1:9/' })
  const failed = await ask(`/api/v1/webhooks/${gone.json.id}/test`, { method: 'POST' })
  assert.equal(failed.json.status, 'failed')
  assert.match(failed.json.error, /ECONNREFUSED/)
})

test('PagerDuty needs its key and no address, others need an address and no key', async () => {
  const pager = await make({ format: 'pagerduty', routingKey: 'R0UTINGKEY1234567890' })
  assert.equal(pager.json.url, 'https://events.pagerduty.com/v2/enqueue')
  assert.doesNotMatch(pager.text, /R0UTINGKEY/)
  await ask(`/api/v1/webhooks/${pager.json.id}`, { method: 'DELETE' })
  for (const given of [
    { format: 'pagerduty' },
    { format: 'slack' },
    { url: receiver.url, routingKey: 'R0UTINGKEY1234567890' },
    { url: 'ftp://example.com/' },
    { url: 'https://user:secret@example.com/' },
    { url: receiver.url, events: [] },
    { url: receiver.url, filters: { severity: 'awful' } },
    { url: receiver.url, secret: 'short' },
  ]) {
    const { status, json } = await make(given)
    assert.equal(status, 400, JSON.stringify(given))
    assert.equal(json.type, '/problems/request-invalid')
  }
})
