import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { rawRequest } from '../serve/raw-http.ts'
import { type Sent, type Service, startService } from '../serve/service.ts'
import { startAsAdmin } from '../serve/tokens.ts'
import { readMarkup } from './markup.ts'

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let service: Service
let id = ''
before(async () => {
  service = await startService()
  const bundle = readFileSync('samples/bundle/fuse-flush-deadlock-docker-kill.tar.gz')
  await service.post('/api/v1/snapshots?wait=60', bundle)
  id = (await service.ask('/api/v1/incidents')).json.items[0].id
})
after(() => service.close())

async function page(path: string): Promise<Sent> {
  const sent = await service.ask(path, { headers: HTML, redirect: 'manual' })
  if (sent.status === 200) readMarkup(sent.text)
  return sent
}

async function submit(path: string, fields: Readonly<Record<string, string>>): Promise<Sent> {
  const headers = { ...HTML, origin: service.url }
  const body = new URLSearchParams(fields)
  return service.ask(path, { method: 'POST', body, headers, redirect: 'manual' })
}

test('a ticket is linked, counted on its page and taken away, by forms alone', async () => {
  assert.match((await page('/tickets')).text, /No ticket yet/)
  const url = 'https://github.com/a/b/issues/5'
  const linked = await submit(`/incidents/${id}/links`, { url, title: '', on: 'signature' })
  assert.equal(linked.status, 303, linked.text)
  assert.equal(linked.headers.get('location'), `/incidents/${id}#links-title`)
  const { text } = await page(`/incidents/${id}`)
  assert.ok(text.includes('href="/tickets/a%2Fb%235"'))
  assert.ok(text.includes('of the signature'))
  const ticket = await page('/tickets/a%2Fb%235')
  assert.equal(ticket.status, 200)
  assert.match(ticket.text, /1 incident open now on 1 host/)
  assert.match((await page('/tickets')).text, /1 ticket</)
  const action = /action="(\/tickets\/[^"]+\/remove)"/.exec(ticket.text)?.[1] ?? ''
  const removed = await submit(action, {})
  assert.equal(removed.headers.get('location'), '/tickets')
  assert.equal((await page('/tickets/a%2Fb%235')).status, 404)
})

test('a form that holds no address of the web is told so, and links nothing', async () => {
  const sent = await submit(`/incidents/${id}/links`, {
    url: 'javascript:alert(1)',
    on: 'incident',
  })
  assert.equal(sent.status, 400)
  assert.match(sent.text, /expected an http or https address/)
  assert.deepEqual((await service.ask(`/api/v1/incidents/${id}/links`)).json.items, [])
})

test('a short address leads for good to the page, which tells chats what to show', async () => {
  const short = await page(`/i/${id}`)
  assert.equal(short.status, 301)
  assert.equal(short.headers.get('location'), `/incidents/${id}`)
  const { text } = await page(`/incidents/${id}`)
  const metas = readMarkup(text).filter(({ name }) => name === 'meta')
  const told = new Map(
    metas.map(({ attributes }) => [attributes.get('property'), attributes.get('content')]),
  )
  assert.match(told.get('og:title') ?? '', /FUSE flush deadlock/)
  assert.match(told.get('og:description') ?? '', /^Critical, confirmed, open/)
  assert.equal(told.get('og:url'), `${service.url}/incidents/${id}`)
  assert.equal(told.get('og:image'), `${service.url}/incidents/${id}/preview.png`)
})

test('the picture is a PNG of the size it says, and is not drawn again for who has it', async () => {
  const path = `/incidents/${id}/preview.png`
  const response = await fetch(service.url + path)
  assert.equal(response.headers.get('content-type'), 'image/png')
  const bytes = Buffer.from(await response.arrayBuffer())
  assert.ok(bytes.length < 50_000, `${bytes.length} bytes`)
  assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG')
  assert.equal(bytes.readUInt32BE(16), 1200)
  assert.equal(bytes.readUInt32BE(20), 630)
  const dataAt = bytes.indexOf('IDAT')
  const data = bytes.subarray(dataAt + 4, dataAt + 4 + bytes.readUInt32BE(dataAt - 4))
  assert.equal(inflateSync(data).length, 1201 * 630)
  const etag = response.headers.get('etag') ?? ''
  // By hand: fetch would ask to be told anew.
  const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ${etag}\r\n\r\n`
  assert.equal((await rawRequest(service.port, head)).status, 304)
  await service.ask(`/api/v1/incidents/${id}`, {
    method: 'PATCH',
    body: JSON.stringify({ state: 'acknowledged' }),
    headers: { 'content-type': 'application/json' },
  })
  assert.equal((await rawRequest(service.port, head)).status, 200)
  assert.equal((await fetch(`${service.url}/incidents/nobody/preview.png`)).status, 404)
})

test('the block for a ticket counts the same in the fleet', async () => {
  const { text } = await service.ask(`/api/v1/incidents/${id}.md`)
  assert.match(text, /## In the fleet/)
  assert.match(text, /\| signature `fuse-flush-deadlock` \| 1 on 1 hosts \| 1 on 1 hosts \|/)
})

test('an admin adds a webhook by a form, is shown its secret once, pauses and removes it', async () => {
  const closed = await startAsAdmin()
  try {
    const headers = {}
    const ask = (path: string) => closed.ask(path, { headers: { ...HTML, ...headers } })
    const send = (path: string, fields: [string, string][]) =>
      closed.ask(path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { ...HTML, ...headers, origin: closed.url },
        redirect: 'manual',
      })
    assert.match((await ask('/admin/webhooks')).text, /Nobody is told of incidents yet/)
    const made = await send('/admin/webhooks', [
      ['name', 'chat'],
      ['format', 'slack'],
      ['url', 'http://127.0.0.1:9/hook'],
      ['routingKey', ''],
      ['events', 'incident.opened'],
      ['events', 'incident.resolved'],
      ['severity', 'high'],
      ['signatures', 'hung-task, fuse-flush-deadlock'],
      ['labels', 'team=storage'],
    ])
    assert.equal(made.status, 200, made.text)
    assert.match(made.text, /whsec_/)
    const [webhook] = (await closed.ask('/api/v1/webhooks', { headers })).json.items
    assert.deepEqual(webhook.filters, {
      severity: 'high',
      signatures: ['hung-task', 'fuse-flush-deadlock'],
      labels: { team: 'storage' },
    })
    const path = `/admin/webhooks/${webhook.id}`
    assert.equal((await send(`${path}/test`, [])).status, 303)
    const shown = await ask(path)
    readMarkup(shown.text)
    assert.match(shown.text, /ECONNREFUSED/)
    assert.doesNotMatch(shown.text, /whsec_/)
    await send(`${path}/state`, [['state', 'paused']])
    assert.match((await ask('/admin/webhooks')).text, /webhook-paused/)
    await send(`${path}/remove`, [])
    assert.match((await ask('/admin/webhooks')).text, /Nobody is told/)
  } finally {
    await closed.close()
  }
})
