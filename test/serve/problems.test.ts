import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { PROBLEMS, type ProblemKind } from '../../src/model/problem.ts'
import { deadlockBundle, healthyBundle, tarHeader, tarOf } from './archives.ts'
import { rawRequest, readAnswer } from './raw-http.ts'
import { type Service, startService } from './service.ts'
import { bearer, giveToken } from './tokens.ts'

// Every way of being told no is provoked through HTTP: the type of this table demands a row for
// each kind, and a test that each row is answered by its kind.

let service: Service
let strict: Service
/** Asks for tokens, and trusts a proxy that is not here. */
let closed: Service
let admin = ''
let limited = ''
before(async () => {
  closed = await startService({
    proxyUserHeader: 'X-Remote-User',
    trustedProxies: '192.0.2.0/24, 2001:db8::1',
  })
  admin = await giveToken(closed, 'admin')
  limited = await giveToken(closed, 'viewer', { team: 'storage' })
  service = await startService()
  strict = await startService(
    { bundleBytesMax: 3000, uploadsAtOnce: 1, uploadSlowAfterMs: 100 },
    { analysisMs: 1 },
  )
})
after(async () => {
  await service.close()
  await strict.close()
  await closed.close()
})

type Told = { readonly status: number; readonly type: unknown; readonly body: string }
type Provoke = () => Promise<Told>

const get = async (path: string): Promise<Told> => toldBy(await service.ask(path))
const upload = async (body: Uint8Array | string, type?: string): Promise<Told> =>
  toldBy(await service.post('/api/v1/snapshots?wait=60', body, type))
const raw = async (port: number, ...parts: readonly (string | Uint8Array)[]): Promise<Told> => {
  const { status, body } = await rawRequest(port, ...parts)
  return { status, type: JSON.parse(body).type, body }
}
const toldBy = (sent: Awaited<ReturnType<Service['ask']>>): Told => ({
  status: sent.status,
  type: sent.json?.type,
  body: sent.text,
})

const addWebhook = async (url: string): Promise<Told> =>
  toldBy(
    await closed.ask('/api/v1/webhooks', {
      method: 'POST',
      body: JSON.stringify({ url }),
      headers: { ...bearer(admin).headers, 'content-type': 'application/json' },
    }),
  )

const head = (line: string, ...headers: readonly string[]) =>
  `${[`${line} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`
const GZIP = 'Content-Type: application/gzip'
const MIB = 1024 * 1024

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

const saveSignature = async (body: object): Promise<Told> =>
  toldBy(await service.post('/api/v1/signatures', JSON.stringify(body), 'application/json'))

async function failedId(): Promise<string> {
  const { json } = await service.post('/api/v1/snapshots', gzipSync(tarOf([{ name: 'README' }])))
  await service.ingest.waitFor(json.id, 60_000)
  return json.id
}

const changeProblem = async (path: string, method: string, body?: object): Promise<Told> => {
  await service.post('/api/v1/snapshots?wait=60', deadlockBundle('problem-1'))
  const { json } = await service.ask('/api/v1/problems')
  const fingerprint = json.items[0].fingerprint
  const init = body && {
    body: JSON.stringify({ ...body, into: fingerprint }),
    headers: { 'content-type': 'application/json' },
  }
  const at = `/api/v1/problems/${encodeURIComponent(fingerprint)}${path}`
  return toldBy(await service.ask(at, { method, ...init }))
}

const PROVOKED: { readonly [Kind in ProblemKind]: Provoke } = {
  'request-invalid': () => get('/api/v1/incidents?limit=0'),
  'body-too-large': async () =>
    toldBy(
      await service.ask('/api/v1/incidents/x', {
        method: 'PATCH',
        body: JSON.stringify({ note: 'x'.repeat(70_000) }),
        headers: { 'content-type': 'application/json' },
      }),
    ),
  'body-empty': () => upload(''),
  'bundle-field-missing': async () => {
    const form = new FormData()
    form.append('host', 'a')
    return toldBy(await service.ask('/api/v1/snapshots', { method: 'POST', body: form }))
  },
  'not-an-archive': () => upload('<html>'),
  'media-type-unsupported': () => upload('x', 'image/png'),
  'archive-truncated': () => upload(deadlockBundle('p-1').subarray(0, 300)),
  'archive-corrupt': () => {
    const tar = tarOf([
      { name: 'proc/1/comm', text: 'init\n' },
      { name: 'proc/2/comm', text: 'x\n' },
    ])
    tar.write('9', 1024 + 148)
    return upload(gzipSync(tar))
  },
  'archive-foreign': () => upload(gzipSync(tarOf([{ name: 'README', text: 'x' }]))),
  'archive-proc-empty': () =>
    upload(
      gzipSync(tarOf(['stat', 'status', 'stack'].map((name) => ({ name: `proc/1/${name}` })))),
    ),
  'bundle-too-large': async () =>
    toldBy(await strict.post('/api/v1/snapshots', Buffer.alloc(3001), 'application/gzip')),
  'bundle-inflates-too-far': () => {
    const zeros = gzipSync(Buffer.alloc(16 * MIB))
    return upload(Buffer.concat(Array.from({ length: 130 }, () => zeros)))
  },
  'entries-too-many': () => {
    const member = gzipSync(Buffer.concat(Array.from({ length: 2000 }, () => tarHeader('x', 0))))
    return upload(Buffer.concat(Array.from({ length: 800 }, () => member)))
  },
  'entry-too-large': () =>
    upload(gzipSync(Buffer.concat([tarHeader('proc/1/stack', 100 * MIB), Buffer.alloc(MIB)]))),
  'path-too-long': () => {
    const name = 'x'.repeat(5000)
    const long = Buffer.concat([tarHeader('././@LongLink', 5001, 'L'), Buffer.from(name)])
    const pad = Buffer.alloc(512 - (name.length % 512))
    return upload(gzipSync(Buffer.concat([long, pad, tarHeader('x', 0), Buffer.alloc(1024)])))
  },
  'text-unreadable': async () =>
    toldBy(await service.post('/api/v1/analyze', 'good morning', 'text/plain')),
  'analysis-failed': async () =>
    toldBy(await strict.post('/api/v1/analyze', healthyBundle().subarray())),
  'snapshot-unknown': () => get('/api/v1/snapshots/nobody'),
  'snapshot-failed': async () => get(`/api/v1/snapshots/${await failedId()}/diagnosis`),
  'snapshot-pending': async () => {
    // A worker takes longer to start than the next request takes to come.
    const fresh = await startService()
    try {
      const { json } = await fresh.post('/api/v1/snapshots', healthyBundle('pending-1'))
      return toldBy(await fresh.ask(`/api/v1/snapshots/${json.id}/diagnosis`))
    } finally {
      await fresh.close()
    }
  },
  'snapshot-not-failed': async () => {
    const { json } = await service.post('/api/v1/snapshots?wait=60', healthyBundle('fine-1'))
    return toldBy(await service.ask(`/api/v1/snapshots/${json.id}`, { method: 'DELETE' }))
  },
  'archive-removed': async () => {
    const other = await startService()
    try {
      const { json } = await other.post('/api/v1/snapshots?wait=60', healthyBundle('removed-1'))
      rmSync(join(other.dataFolder, 'log'), { recursive: true, force: true })
      return toldBy(await other.ask(`/api/v1/snapshots/${json.id}/archive`))
    } finally {
      await other.close()
    }
  },
  'stack-unknown': () => get('/api/v1/stacks/nothing'),
  'problem-merge-circular': () => changeProblem('/merge', 'POST', {}),
  'problem-not-merged': () => changeProblem('/merge', 'DELETE'),
  'incident-unknown': () => get('/api/v1/incidents/nobody'),
  'incident-changed': async () => {
    await service.post('/api/v1/snapshots?wait=60', deadlockBundle('changed-1'))
    const { json } = await service.ask('/api/v1/incidents?host=changed-1')
    return toldBy(
      await service.ask(`/api/v1/incidents/${json.items[0].id}`, {
        method: 'PATCH',
        body: JSON.stringify({ state: 'resolved', ifState: 'acknowledged' }),
        headers: { 'content-type': 'application/json' },
      }),
    )
  },
  'host-unknown': () => get('/api/v1/hosts/nobody'),
  'signature-unknown': () => get('/api/v1/signatures/nothing'),
  'link-unknown': async () =>
    toldBy(await service.ask('/api/v1/links/nobody', { method: 'DELETE' })),
  'links-too-many': async () => {
    const add = (index: number) =>
      service.post(
        '/api/v1/signatures/hung-task/links',
        JSON.stringify({ url: `https://tracker.example/${index}` }),
        'application/json',
      )
    for (let index = 0; index < 100; index += 1) assert.equal((await add(index)).status, 201)
    return toldBy(await add(100))
  },
  'ticket-unknown': () => get('/api/v1/tickets/NONE-1'),
  'signature-invalid': () => saveSignature({ yaml: 'id: Not A Name\n' }),
  'signature-changed': () => saveSignature({ yaml: SIGNATURE, ifVersion: 7 }),
  'signature-not-saved': async () =>
    toldBy(await service.ask('/api/v1/signatures/hung-task', { method: 'DELETE' })),
  'webhook-unknown': async () => toldBy(await closed.ask('/api/v1/webhooks/nobody', bearer(admin))),
  'webhook-address-refused': () => addWebhook('http://169.254.169.254/latest/meta-data'),
  'webhooks-too-many': async () => {
    const url = 'http://127.0.0.1:9/hook'
    for (let turn = 0; turn < 100; turn += 1) assert.equal((await addWebhook(url)).status, 201)
    return addWebhook(url)
  },
  'job-unknown': () => get('/api/v1/jobs/nothing'),
  'job-ended': async () => {
    const asked = await service.post('/api/v1/reclassify', '{}', 'application/json')
    const path = `/api/v1/jobs/${asked.json.id}/cancel`
    await service.post(path, '{}', 'application/json')
    return toldBy(await service.post(path.replace('cancel', 'resume'), '{}', 'application/json'))
  },
  'cursor-invalid': () => get('/api/v1/incidents?cursor=x'),
  'address-unknown': () => get('/api/v1/nothing'),
  'method-unsupported': async () =>
    toldBy(await service.ask('/api/v1/incidents', { method: 'DELETE' })),
  'host-header-foreign': () =>
    raw(service.port, 'GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n'),
  'origin-foreign': () =>
    raw(
      service.port,
      head('POST /api/v1/snapshots', 'Origin: https://evil.example', 'Content-Length: 0'),
    ),
  'upload-too-slow': async () => {
    const socket = connect(strict.port, '127.0.0.1')
    socket.write(head('POST /api/v1/snapshots', GZIP, 'Content-Length: 2000'))
    socket.write(Buffer.concat([gzipSync('x'), Buffer.alloc(500)]))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    socket.write('x')
    const { status, body } = await readAnswer(socket)
    socket.destroy()
    return { status, type: JSON.parse(body).type, body }
  },
  'token-missing': async () => toldBy(await closed.ask('/api/v1/incidents')),
  'token-invalid': async () => toldBy(await closed.ask('/api/v1/incidents', bearer('hgr_none'))),
  'role-insufficient': async () => toldBy(await closed.ask('/api/v1/tokens', bearer(limited))),
  'labels-limited': async () => toldBy(await closed.ask('/api/v1/stacks?frame=x', bearer(limited))),
  'host-of-others': async () => {
    const send = (query: string, secret: string) =>
      closed.ask(`/api/v1/snapshots?wait=60${query}`, {
        method: 'POST',
        body: Buffer.from(deadlockBundle('of-others')),
        headers: { 'content-type': 'application/gzip', ...bearer(secret).headers },
      })
    await send('&label.team=other', admin)
    return toldBy(await send('', await giveToken(closed, 'collector', { team: 'storage' })))
  },
  'token-unknown': async () =>
    toldBy(await closed.ask('/api/v1/tokens/x', { method: 'DELETE', ...bearer(admin) })),
  'proxy-untrusted': async () =>
    toldBy(await closed.ask('/api/v1/incidents', { headers: { 'x-remote-user': 'ann' } })),
  'attempts-too-many': async () => {
    const form = { method: 'POST', body: new URLSearchParams({ token: 'hgr_guess' }) }
    for (let turn = 0; turn < 10; turn += 1) {
      assert.equal((await closed.ask('/sign-in', form)).status, 401)
    }
    return toldBy(await closed.ask('/sign-in', form))
  },
  'store-full': async () => {
    const full = await startService()
    try {
      await full.store.write(async (tx) => {
        await tx.run('PRAGMA max_page_count = 1')
      })
      const sent = []
      for (let turn = 0; turn < 200; turn += 1) {
        const host = `full-${turn}-${'x'.repeat(200)}`
        sent.push(await full.post(`/api/v1/snapshots?name=${host}`, healthyBundle(host)))
        if (sent.at(-1)?.status !== 202) break
      }
      const last = sent.at(-1)
      assert.ok(last)
      return toldBy(last)
    } finally {
      await full.close()
    }
  },
  'too-busy': async () => {
    const socket = connect(strict.port, '127.0.0.1')
    socket.write(head('POST /api/v1/snapshots', GZIP, 'Content-Length: 2000'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const told = toldBy(await strict.post('/api/v1/snapshots', healthyBundle('busy-2')))
    socket.destroy()
    return told
  },
}

for (const [kind, { status, title }] of Object.entries(PROBLEMS)) {
  test(`${kind} is told as it is written down, and its address explains it`, async () => {
    const provoke = Object.entries(PROVOKED).find(([name]) => name === kind)?.[1]
    const told = await provoke?.()
    assert.equal(told?.type, `/problems/${kind}`, told?.body.slice(0, 500))
    assert.equal(told?.status, status)
    const document = JSON.parse(told?.body ?? '')
    assert.equal(document.title, title)
    assert.equal(document.status, status)
    const page = await service.ask(`/problems/${kind}`)
    assert.equal(page.status, 200)
    assert.match(page.text, /^<!doctype html>/)
    assert.ok(page.text.includes(kind))
  })
}
