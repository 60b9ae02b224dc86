import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { PROBLEMS } from '../../src/model/problem.ts'
import { type Sent, type Service, startService } from '../serve/service.ts'
import { readMarkup } from './markup.ts'

const BUNDLES = [
  'fuse-flush-deadlock-docker-kill',
  'fuse-writer-and-its-victims',
  'healthy-idle-host',
]
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
/** Every character that a path or a query could stumble on. */
const ODD_HOST = 'rack 1/ü%2F?#&="<b>'

let service: Service

before(async () => {
  service = await startService()
  for (const [index, name] of BUNDLES.entries()) {
    const query = new URLSearchParams({ wait: '60', labels: 'rack=r1' })
    if (index === 1) query.set('host', ODD_HOST)
    const bytes = readFileSync(`samples/bundle/${name}.tar.gz`)
    const { status } = await service.post(`/api/v1/snapshots?${query}`, bytes)
    assert.equal(status, 201)
  }
})
after(() => service.close())

async function page(path: string, init: RequestInit = {}): Promise<Sent> {
  return service.ask(path, { headers: HTML, redirect: 'manual', ...init })
}

/** The page, read strictly; the first heading of it. */
async function heading(path: string, status = 200): Promise<string> {
  const sent = await page(path)
  assert.equal(sent.status, status, `${path}: ${sent.text.slice(0, 200)}`)
  assert.match(sent.headers.get('content-type') ?? '', /^text\/html; charset=utf-8$/)
  return readMarkup(sent.text).find(({ name }) => name === 'h1')?.text ?? ''
}

async function first(list: string): Promise<string> {
  const { json } = await service.ask(`/api/v1${list}`)
  return String(json.items[0].id ?? json.items[0].name)
}

const HEADINGS = {
  '/': /^1 critical incident on 1 host\.$/,
  '/?range=24h&stack=signature': /^1 critical incident/,
  '/incidents': /^\d+ incidents?$/,
  '/incidents?q=&sort=lastSeen': /^\d+ incidents?$/,
  '/incidents?state=!open': /^0 incidents$/,
  '/incidents?label.rack=r1&sort=severity': /^\d+ incidents?$/,
  '/incidents?label.rack=r2': /^0 incidents$/,
  '/hosts': /^3 hosts$/,
  '/hosts?q=rack': /^1 host$/,
  '/hosts?q=nowhere': /^0 hosts$/,
  '/snapshots': /^3 snapshots$/,
  '/snapshots?status=failed': /^0 snapshots$/,
  '/signatures': /^\d\d signatures$/,
  '/signatures/fuse-flush-deadlock': /^FUSE flush deadlock/,
  '/analyze': /hang on/,
} as const

for (const [path, wanted] of Object.entries(HEADINGS)) {
  test(`${path} is a page`, async () => assert.match(await heading(path), wanted))
}

test('each incident, snapshot and host has its page', async () => {
  const incidents = await service.ask('/api/v1/incidents')
  for (const { id, title } of incidents.json.items) {
    assert.equal(await heading(`/incidents/${id}`), title)
  }
  assert.match(await heading(`/snapshots/${await first('/snapshots')}`), /^Snapshot of /)
})

test('a host is found by its name, whatever it is called', async () => {
  const { text } = await page('/hosts?q=rack')
  const links = readMarkup(text).flatMap(({ attributes }) => attributes.get('href') ?? [])
  const link = links.find((each) => each.startsWith('/hosts/')) ?? ''
  assert.equal(await heading(link), 'rack 1/ü%2F?#&amp;=&quot;&lt;b&gt;')
  assert.match(await heading(`/incidents?host=${encodeURIComponent(ODD_HOST)}`), /^[1-9]/)
})

test('a filter that no box shows stays in the form, and its chip leads out of it', async () => {
  const { text } = await page('/incidents?label.rack=r1&severity=!low&q=fuse')
  const elements = readMarkup(text)
  const hidden = elements
    .filter(({ attributes }) => attributes.get('type') === 'hidden')
    .map(({ attributes }) => `${attributes.get('name')}=${attributes.get('value')}`)
    // The form of ticked incidents keeps the address to come back to.
    .filter((field) => !field.startsWith('back='))
  assert.deepEqual(hidden.sort(), ['label.rack=r1', 'severity=!low'])
  const chips = elements.filter(({ attributes }) => attributes.get('title')?.startsWith('Remove '))
  assert.deepEqual(
    chips.map(({ attributes }) => attributes.get('href')).sort(),
    [
      '/incidents?q=fuse&amp;label.rack=r1',
      '/incidents?severity=%21low&amp;label.rack=r1',
      '/incidents?severity=%21low&amp;q=fuse',
    ].sort(),
  )
})

test('a facet counts its other values as if none of its own were chosen', async () => {
  const { text } = await page('/incidents?severity=critical')
  const boxes = readMarkup(text).filter(({ attributes }) => attributes.get('name') === 'severity')
  assert.deepEqual(
    boxes.map(({ attributes }) => attributes.has('checked')),
    [true, false],
  )
})

test('a list goes on where its page ended', async () => {
  const { text } = await page('/snapshots?limit=2')
  const next = readMarkup(text).find(({ attributes }) => attributes.get('rel') === 'next')
  const path = (next?.attributes.get('href') ?? '').replaceAll('&amp;', '&')
  assert.match(path, /^\/snapshots\?cursor=/)
  const rest = await page(`${path}&limit=2`)
  assert.equal(
    readMarkup(rest.text).filter(({ attributes }) => attributes.has('data-row')).length,
    1,
  )
})

const REFUSED = {
  '/incidents?severity=loud': [400, /not as the API has it/],
  '/incidents?cursor=forged': [400, /cursor/],
  '/incidents/none': [404, /no incident/],
  '/hosts/none': [404, /no host/],
  '/snapshots/none': [404, /no snapshot/],
  '/signatures/none': [404, /no signature/],
  '/problems/none': [404, /nothing at this address/],
  '/nowhere': [404, /nothing at this address/],
  '/static/../layout.ts': [404, /nothing at this address/],
  '/static/none.css': [404, /nothing at this address/],
} as const

for (const [path, [status, wanted]] of Object.entries(REFUSED)) {
  test(`${path} is answered by a page that says why`, async () => {
    assert.match(await heading(path, status), wanted)
  })
}

test('programs get the problem document where people get a page', async () => {
  const { status, json } = await service.ask('/incidents/none', { headers: { accept: '*/*' } })
  assert.equal(status, 404)
  assert.equal(json.type, '/problems/incident-unknown')
})

test('the type of every problem leads to a page about it', async () => {
  for (const [kind, { title }] of Object.entries(PROBLEMS)) {
    assert.equal(await heading(`/problems/${kind}`), title)
  }
})

async function sendState(id: string, body: string): Promise<Sent> {
  const headers = { ...HTML, 'content-type': 'application/x-www-form-urlencoded' }
  return page(`/incidents/${id}/state`, { method: 'POST', headers, body })
}

test('the form of an incident changes its state and keeps the note', async () => {
  const id = await first('/incidents')
  const sent = await sendState(id, 'state=acknowledged&note=line+one%0D%0Aline+two')
  assert.equal(sent.status, 303)
  assert.equal(sent.headers.get('location'), `/incidents/${id}`)
  const { json } = await service.ask(`/api/v1/incidents/${id}`)
  assert.equal(json.state, 'acknowledged')
  assert.equal(json.history.at(-1).note, 'line one\r\nline two')
})

test('a form that is none of ours changes nothing', async () => {
  const id = await first('/incidents')
  assert.equal((await sendState(id, 'state=gone')).status, 400)
  assert.equal((await sendState(id, `state=resolved&note=${'x'.repeat(3000)}`)).status, 400)
  assert.equal((await sendState(id, `state=resolved&note=${'x'.repeat(100_000)}`)).status, 413)
  assert.equal((await sendState('none', 'state=resolved')).status, 404)
  const { json } = await service.ask(`/api/v1/incidents/${id}`)
  assert.equal(json.state, 'acknowledged')
})

async function analyze(form: FormData): Promise<Sent> {
  return page('/analyze', { method: 'POST', body: form })
}

test('the form of /analyze takes a file or a text, and stores neither', async () => {
  const bundle = new FormData()
  bundle.append('text', '')
  const bytes = readFileSync(`samples/bundle/${BUNDLES[0]}.tar.gz`)
  bundle.append('bundle', new Blob([Uint8Array.from(bytes)]), '<b>.tar.gz')
  const found = await analyze(bundle)
  assert.equal(found.status, 200)
  assert.match(found.text, /FUSE flush deadlock/)
  readMarkup(found.text)
  const text = new FormData()
  text.append('text', '[<0>] fuse_flush+0x1a1/0x1e0 [fuse]\n[<0>] do_exit+0x39c/0xb90\n')
  text.append('bundle', new Blob([]), '')
  assert.match((await analyze(text)).text, /waits in a FUSE flush/)
  const { json } = await service.ask('/api/v1/snapshots')
  assert.equal(json.total, 3)
})

test('what cannot be diagnosed leads back to the form with its status', async () => {
  const image = new FormData()
  image.append('bundle', new Blob([Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0])]), 'a.jpg')
  const sent = await analyze(image)
  assert.equal(sent.status, 415)
  assert.match(sent.text, /JPEG image/)
  assert.match(sent.text, /<form class="analyze/)
  assert.equal((await analyze(new FormData())).status, 400)
})

test('no page logged an error', () => assert.deepEqual(service.errors, []))
