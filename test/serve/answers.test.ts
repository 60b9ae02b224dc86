import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { API_PREFIX, API_ROUTES, PLAIN_ROUTES } from '../../src/serve/router.ts'
import { deadlockBundle, healthyBundle } from './archives.ts'
import { type Sent, type Service, startService } from './service.ts'
import { bearer, giveToken } from './tokens.ts'

// Real answers of every route, held to the schemas that its document is made of.

let service: Service
let snapshot = ''
let incident = ''
let fingerprint = ''
/** One that asks for tokens, for what only an admin may do. */
let closed: Service
let admin = ''
before(async () => {
  service = await startService()
  closed = await startService()
  admin = await giveToken(closed, 'admin')
  const query = 'wait=60&label.rack=r1'
  const { json } = await service.post(`/api/v1/snapshots?${query}`, deadlockBundle('seen-1'))
  snapshot = json.id
  incident = json.incidents[0]
  fingerprint = encodeURIComponent(json.diagnosis.incidents[0].fingerprint)
  await service.post('/api/v1/snapshots?wait=60', healthyBundle('seen-2'))
  await service.post('/api/v1/snapshots?wait=60', deadlockBundle('cut-9').subarray(0, 300))
})
after(async () => {
  await service.close()
  await closed.close()
})

const asAdmin = (path: string, init: RequestInit = {}) =>
  closed.ask(`${API_PREFIX}${path}`, {
    ...init,
    headers: { ...init.headers, ...bearer(admin).headers },
  })

const makeToken = (wanted: object) =>
  asAdmin('/tokens', {
    method: 'POST',
    body: JSON.stringify(wanted),
    headers: { 'content-type': 'application/json' },
  })

const api = (path: string) => service.ask(`${API_PREFIX}${path}`)

async function failed(host: string): Promise<string> {
  const { json } = await service.post('/api/v1/snapshots', deadlockBundle(host).subarray(0, 300))
  await service.ingest.waitFor(json.id, 60_000)
  return json.id
}

const bulk = (body: unknown) =>
  service.ask('/api/v1/incidents/bulk', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

const post = (path: string, body: object) =>
  service.post(`${API_PREFIX}${path}`, JSON.stringify(body), 'application/json')

const linkTo = (ticket: string) => ({ url: `https://tracker.invalid/browse/${ticket}` })

const postAsAdmin = (path: string, body: object, method = 'POST') =>
  asAdmin(path, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

async function withWebhook(ask: (path: string) => Promise<Sent>): Promise<Sent> {
  const { json } = await postAsAdmin('/webhooks', WEBHOOK)
  return ask(`/webhooks/${json.id}`)
}

/** Nobody listens on port 9 of this machine. */
const WEBHOOK = { name: 'a chat', url: 'http://127.0.0.1:9/hook' }

const SIGNATURE = `id: made-here
version: 1
title: Made here
severity: low
why: A test asks for it.
source: none
subject: task
roles: { stuck: { where: { frames: [made_here] } } }
verdicts: { possible: [{ has: stuck }] }
summary: "{stuck} waits."
`

/** Work that was paused; such as ended before it could be is asked for again. */
async function paused(): Promise<Sent> {
  for (;;) {
    const { json } = await post('/reclassify', {})
    const answer = await post(`/jobs/${json.id}/pause`, {})
    if (answer.status !== 409) return answer
  }
}

const pausedJob = async (): Promise<string> => (await paused()).json.id

const postAsProblem = (path: string, body: object, method = 'POST') =>
  service.ask(`/api/v1/problems/${fingerprint}${path}`, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

/** Merged into the shape of any other stack of the same snapshot. */
async function mergedProblem(): Promise<Sent> {
  const { json } = await api(`/snapshots/${snapshot}/stacks`)
  const shapes: readonly (string | null)[] = json.items.map(
    (item: { fingerprint: string | null }) => item.fingerprint,
  )
  const into = shapes.find((shape) => shape !== null && shape !== fingerprint)
  assert.ok(into, 'the snapshot has another shape')
  return postAsProblem('/merge', { into, note: 'the same' })
}

const ASKED: Readonly<Record<string, readonly (() => Promise<Sent>)[]>> = {
  'post /snapshots': [
    () => service.post('/api/v1/snapshots', healthyBundle('new-1')),
    () => service.post('/api/v1/snapshots?wait=60', deadlockBundle('new-2')),
    () => service.post('/api/v1/snapshots?wait=60', deadlockBundle('new-2')),
    () => service.post('/api/v1/snapshots', deadlockBundle('new-2')),
  ],
  'get /snapshots': [() => api('/snapshots'), () => api('/snapshots?limit=1&status=failed')],
  'get /snapshots/:id': [() => api(`/snapshots/${snapshot}`)],
  'delete /snapshots/:id': [
    async () => service.ask(`/api/v1/snapshots/${await failed('cut-7')}`, { method: 'DELETE' }),
  ],
  'post /snapshots/:id/retry': [
    async () => service.ask(`/api/v1/snapshots/${await failed('cut-8')}/retry`, { method: 'POST' }),
  ],
  'get /snapshots/:id/diagnosis': [() => api(`/snapshots/${snapshot}/diagnosis`)],
  'get /snapshots/:id/tasks': [() => api(`/snapshots/${snapshot}/tasks`)],
  'get /snapshots/:id/stacks': [() => api(`/snapshots/${snapshot}/stacks`)],
  'get /snapshots/:id/archive': [() => api(`/snapshots/${snapshot}/archive`)],
  'post /analyze': [
    () => service.post('/api/v1/analyze?allTasks=1', deadlockBundle('new-3')),
    () => service.post('/api/v1/analyze', '[<0>] fuse_flush+0x1a1/0x1e0\n', 'text/plain'),
    () =>
      service.post(
        '/api/v1/analyze',
        '[  363.1] INFO: task a:17 blocked for more than 120 seconds.\n',
        'text/plain',
      ),
  ],
  'get /incidents': [() => api('/incidents'), () => api('/incidents?limit=1&sort=severity')],
  'post /incidents/bulk': [
    () => bulk({ ids: [incident, 'nobody'], note: 'seen' }),
    () => bulk({ filter: { signature: ['fuse-flush-deadlock'] }, state: 'acknowledged' }),
  ],
  'get /incidents/:id.md': [() => api(`/incidents/${incident}.md`)],
  'get /incidents/:id': [() => api(`/incidents/${incident}`)],
  'patch /incidents/:id': [
    () =>
      service.ask(`/api/v1/incidents/${incident}`, {
        method: 'PATCH',
        body: '{"state":"resolved","note":"gone"}',
        headers: { 'content-type': 'application/json' },
      }),
  ],
  'get /counts': [
    () => api('/counts?by=signature,kernel'),
    () => api('/counts?by=label.rack&interval=hour'),
    () => api('/counts'),
  ],
  'get /hosts': [() => api('/hosts')],
  'get /hosts/:name': [() => api('/hosts/seen-1')],
  'get /stacks': [() => api('/stacks?frame=fuse_flush')],
  'get /stacks/:fingerprint': [() => api(`/stacks/${fingerprint}`)],
  'get /signatures': [() => api('/signatures')],
  'get /signatures/:id': [() => api('/signatures/fuse-flush-deadlock')],
  'post /incidents/:id/links': [() => post(`/incidents/${incident}/links`, linkTo('OPS-1'))],
  'get /incidents/:id/links': [() => api(`/incidents/${incident}/links`)],
  'post /signatures/:id/links': [
    () => post('/signatures/fuse-flush-deadlock/links', linkTo('OPS-2')),
  ],
  'get /signatures/:id/links': [() => api('/signatures/fuse-flush-deadlock/links')],
  'get /problems': [() => api('/problems'), () => api('/problems?limit=1&known=true&sort=trend')],
  'get /problems/:fingerprint': [() => api(`/problems/${fingerprint}`)],
  'patch /problems/:fingerprint': [
    () => postAsProblem('', { name: 'the lock', note: null }, 'PATCH'),
  ],
  'post /problems/:fingerprint/merge': [async () => mergedProblem()],
  'delete /problems/:fingerprint/merge': [
    async () => {
      await mergedProblem()
      return service.ask(`/api/v1/problems/${fingerprint}/merge`, { method: 'DELETE' })
    },
  ],
  'post /problems/:fingerprint/links': [
    () => post(`/problems/${fingerprint}/links`, linkTo('OPS-3')),
  ],
  'get /problems/:fingerprint/links': [() => api(`/problems/${fingerprint}/links`)],
  'delete /links/:id': [
    async () => {
      const { json } = await post(`/incidents/${incident}/links`, linkTo('OPS-4'))
      return service.ask(`/api/v1/links/${json.id}`, { method: 'DELETE' })
    },
  ],
  'get /tickets': [() => api('/tickets')],
  'get /tickets/:key': [() => api('/tickets/OPS-1'), () => api('/tickets/OPS-2?limit=1')],
  'get /webhooks': [() => asAdmin('/webhooks')],
  'post /webhooks': [() => postAsAdmin('/webhooks', WEBHOOK)],
  'get /webhooks/:id': [() => withWebhook(asAdmin)],
  'patch /webhooks/:id': [
    () => withWebhook((path) => postAsAdmin(path, { state: 'paused' }, 'PATCH')),
  ],
  'delete /webhooks/:id': [() => withWebhook((path) => asAdmin(path, { method: 'DELETE' }))],
  'post /webhooks/:id/test': [
    () => withWebhook((path) => asAdmin(`${path}/test`, { method: 'POST' })),
  ],
  'get /webhooks/:id/deliveries': [() => withWebhook((path) => asAdmin(`${path}/deliveries`))],
  'post /signatures': [() => post('/signatures', { yaml: SIGNATURE, note: 'tried' })],
  'post /signatures/try': [() => post('/signatures/try', { yaml: SIGNATURE, limit: 1 })],
  'get /signatures/:id/versions': [() => api('/signatures/made-here/versions')],
  'patch /signatures/:id': [
    () =>
      service.ask('/api/v1/signatures/made-here', {
        method: 'PATCH',
        body: '{"disabled":true}',
        headers: { 'content-type': 'application/json' },
      }),
  ],
  'delete /signatures/:id': [
    () => service.ask('/api/v1/signatures/made-here', { method: 'DELETE' }),
  ],
  'post /reclassify': [() => post('/reclassify', { host: 'nobody' })],
  'get /jobs': [() => api('/jobs'), () => api('/jobs?limit=1')],
  'get /jobs/:id': [async () => api(`/jobs/${await pausedJob()}`)],
  'post /jobs/:id/cancel': [async () => post(`/jobs/${await pausedJob()}/cancel`, {})],
  'post /jobs/:id/pause': [paused],
  'post /jobs/:id/resume': [async () => post(`/jobs/${await pausedJob()}/resume`, {})],
  'get /tokens': [() => asAdmin('/tokens'), () => asAdmin('/tokens?limit=1')],
  'post /tokens': [
    () => makeToken({ name: 'ann', role: 'editor' }),
    () =>
      makeToken({ name: 'bob', role: 'viewer', expiresAt: '2999-01-01', labels: { rack: 'r1' } }),
  ],
  'delete /tokens/:id': [
    async () => {
      const { json } = await makeToken({ name: 'cy', role: 'collector' })
      return asAdmin(`/tokens/${json.id}`, { method: 'DELETE' })
    },
  ],
  'get /incidents.csv': [() => service.ask('/api/v1/incidents.csv?sort=severity')],
  'get /counts.csv': [() => service.ask('/api/v1/counts.csv?by=host&interval=day')],
  'get /audit': [
    () => asAdmin('/audit'),
    () => asAdmin('/audit?limit=1&who=the+admin&since=2026-01-01&until=2999-01-01'),
  ],
  'get /healthz': [() => service.ask('/healthz')],
  'get /readyz': [() => service.ask('/readyz')],
  'get /collect.sh': [() => service.ask('/collect.sh')],
}

for (const route of [...API_ROUTES, ...PLAIN_ROUTES]) {
  const name = `${route.method} ${route.path}`
  test(`${name} answers as its document says, and no more`, async () => {
    const asked = ASKED[name]
    assert.ok(asked, 'every route is asked')
    for (const ask of asked) {
      const { status, headers, json, text } = await ask()
      const shape = route.answers[status]
      assert.ok(shape, `${status} is declared: ${text.slice(0, 300)}`)
      if (shape.schema) assert.deepEqual(shape.schema.parse(json), json)
      else assert.ok(headers.get('content-type'))
    }
  })
}

test('every status that a route declares is answered', async () => {
  const shown = new Set<number>()
  for (const host of ['s-1', 's-1']) {
    shown.add((await service.post('/api/v1/snapshots', healthyBundle(host))).status)
  }
  shown.add((await service.post('/api/v1/snapshots?wait=60', healthyBundle('s-2'))).status)
  assert.deepEqual([...shown].sort(), [200, 201, 202])
})
