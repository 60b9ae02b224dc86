import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import express from 'express'
import { parseQuery } from '../../src/serve/query.ts'
import { sendProblems } from '../../src/serve/send-problem.ts'
import { createServer } from '../../src/serve/server.ts'
import { openUpload } from '../../src/serve/upload.ts'
import { healthyBundle } from './archives.ts'
import { rawRequest, readAnswer } from './raw-http.ts'

// What arrives, before anything is made of it: the handler here only reads the bytes to their end.

const BYTES_MAX = 1024 * 1024
const BUNDLE = healthyBundle()
const SHA256 = createHash('sha256').update(BUNDLE).digest('hex')
const seen: { torn: number; ended: number } = { torn: 0, ended: 0 }

const silent = { info() {}, warn() {}, error: console.error }
const app = express()
app.set('query parser', parseQuery)
app.post('/:takes', async (request, response) => {
  const upload = await openUpload(
    request,
    response,
    { ...request.query },
    {
      bytesMax: BYTES_MAX,
      takesText: request.params.takes === 'text',
      slowestBytesPerSecond: 1000,
      slowAfterMs: 200,
      whenRead() {
        seen.ended += 1
      },
    },
  )
  const hash = createHash('sha256')
  try {
    for await (const chunk of upload.bytes) hash.update(chunk)
  } catch (error) {
    seen.torn += 1
    throw error
  }
  const { receivedAt: _now, ...given } = upload.given
  response.json({ sha256: hash.digest('hex'), given, isText: upload.isText })
})
const config = { host: '127.0.0.1', publicUrl: null, bundleBytesMax: BYTES_MAX }
app.use(sendProblems(silent, config))
const server = createServer(app)
let port = 0
let url = ''

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  url = `http://127.0.0.1:${port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

type Sent = { readonly status: number; readonly json: Record<string, unknown> }

async function send(
  path: string,
  body: string | Uint8Array<ArrayBuffer> | FormData,
  type?: string,
): Promise<Sent> {
  const headers = type === undefined ? {} : { 'content-type': type }
  const response = await fetch(url + path, { method: 'POST', body, headers })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

function formOf(fields: readonly (readonly [string, string | Blob])[]): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  return form
}

const file = new File([new Uint8Array(BUNDLE)], 'web-7.tar.gz')

test('a raw body arrives byte for byte, with what the query says', async () => {
  const query = '?host=a&collectedAt=2026-11-23&labels=rack%3Dr1,row%3D7&name=x.tar.gz'
  const { status, json } = await send(`/bundle${query}`, new Uint8Array(BUNDLE), 'application/gzip')
  assert.equal(status, 200)
  assert.equal(json['sha256'], SHA256)
  assert.deepEqual(json['given'], {
    name: 'x.tar.gz',
    contentType: 'application/gzip',
    host: 'a',
    collectedAt: '2026-11-23T00:00:00.000Z',
    labels: { rack: 'r1', row: '7' },
  })
})

test('fields of a form count whether they stand before or behind the file', async () => {
  const { json } = await send(
    '/bundle?host=from-query',
    formOf([
      ['labels', '{"rack":"r1"}'],
      ['bundle', file],
      ['host', 'behind'],
      ['label.row', '7'],
    ]),
  )
  assert.equal(json['sha256'], SHA256)
  assert.deepEqual(json['given'], {
    name: 'web-7.tar.gz',
    contentType: 'application/octet-stream',
    host: 'behind',
    labels: { rack: 'r1', row: '7' },
  })
})

test('a wrong field behind the file is refused', async () => {
  const { status, json } = await send(
    '/bundle',
    formOf([
      ['bundle', file],
      ['collectedAt', 'noon'],
    ]),
  )
  assert.equal(status, 400)
  assert.match(String(json['detail']), /^collectedAt: /)
})

test('a text is taken where texts are, raw, as a file and as a field', async () => {
  const text = '[<0>] fuse_flush+0x1/0x2\n'
  const sha256 = createHash('sha256').update(text).digest('hex')
  const bodies = [
    await send('/text', text, 'text/plain'),
    await send('/text', formOf([['bundle', new File([text], 'stack.txt')]])),
    await send('/text', formOf([['text', text]])),
    await send(
      '/text',
      formOf([
        ['bundle', new File([], '')],
        ['text', text],
      ]),
    ),
  ]
  for (const { json } of bodies) {
    assert.equal(json['isText'], true)
    assert.equal(json['sha256'], sha256)
  }
})

test('an archive that is called a text is an archive', async () => {
  const { json } = await send('/text', new Uint8Array(BUNDLE), 'text/plain')
  assert.equal(json['isText'], false)
})

const REFUSED: Readonly<Record<string, readonly [() => Promise<Sent>, number, string, RegExp]>> = {
  'an empty body': [() => send('/bundle', '', 'application/gzip'), 400, 'body-empty', /./],
  'an empty file': [
    () => send('/bundle', formOf([['bundle', new File([], 'a.tar')]])),
    400,
    'body-empty',
    /./,
  ],
  'an HTML page': [
    () => send('/bundle', '<!doctype html><html>', 'application/octet-stream'),
    415,
    'not-an-archive',
    /HTML/,
  ],
  'a JPEG in a form': [
    () =>
      send(
        '/bundle',
        formOf([['bundle', new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0])], 'a.jpg')]]),
      ),
    415,
    'not-an-archive',
    /JPEG/,
  ],
  'a JPEG where texts are taken': [
    () => send('/text', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0]), 'application/octet-stream'),
    415,
    'not-an-archive',
    /JPEG/,
  ],
  'a text where bundles are taken': [
    () => send('/bundle', 'a stack', 'text/plain'),
    415,
    'media-type-unsupported',
    /analyze/,
  ],
  'the type that curl sends by itself': [
    () => send('/bundle', new Uint8Array(BUNDLE), 'application/x-www-form-urlencoded'),
    415,
    'media-type-unsupported',
    /urlencoded/,
  ],
  'a form without the field': [
    () => send('/bundle', formOf([['host', 'a']])),
    400,
    'bundle-field-missing',
    /curl/,
  ],
  'a form whose file has another name': [
    () => send('/bundle', formOf([['file', file]])),
    400,
    'bundle-field-missing',
    /curl/,
  ],
  'a bundle sent as a text field': [
    () => send('/bundle', formOf([['bundle', 'bytes']])),
    400,
    'bundle-field-missing',
    /as text/,
  ],
  'two bundles': [
    () =>
      send(
        '/bundle',
        formOf([
          ['bundle', file],
          ['bundle', file],
        ]),
      ),
    400,
    'request-invalid',
    /form/,
  ],
  'a form without boundary': [
    () => send('/bundle', 'x', 'multipart/form-data'),
    400,
    'request-invalid',
    /[Bb]oundary/,
  ],
  'a form that breaks off within its archive': [
    () =>
      send(
        '/bundle',
        Buffer.concat([
          Buffer.from('--b\r\nContent-Disposition: form-data; name="bundle"; filename="a"\r\n\r\n'),
          Buffer.from(gzipSync('x')),
        ]),
        'multipart/form-data; boundary=b',
      ),
    400,
    'request-invalid',
    /form/,
  ],
  'labels that are none': [
    () => send('/bundle?labels=rack', new Uint8Array(BUNDLE), 'application/gzip'),
    400,
    'request-invalid',
    /labels/,
  ],
  'more bytes than allowed, as the length says': [
    () => send('/bundle', new Uint8Array(BYTES_MAX + 1), 'application/gzip'),
    413,
    'bundle-too-large',
    /./,
  ],
}

for (const [name, [ask, status, kind, detail]] of Object.entries(REFUSED)) {
  test(`${name} is answered by ${kind}`, async () => {
    const answer = await ask()
    assert.equal(answer.json['type'], `/problems/${kind}`)
    assert.equal(answer.status, status)
    assert.match(String(answer.json['detail']), detail)
  })
}

test('a length of 3 GB is refused before any byte is sent', async () => {
  const head = `POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: ${3 * 2 ** 30}\r\n`
  const begun = performance.now()
  const answers = [
    await rawRequest(port, `${head}\r\n`),
    await rawRequest(port, `${head}Expect: 100-continue\r\n\r\n`),
  ]
  assert.ok(performance.now() - begun < 1000)
  for (const { status, body } of answers) {
    assert.equal(status, 413)
    assert.match(body, /bundle-too-large/)
  }
})

test('more bytes than allowed, without a length, are refused once they have come', async () => {
  const head =
    'POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nTransfer-Encoding: chunked\r\n\r\n'
  const chunk = Buffer.concat([
    Buffer.from('40000\r\n'),
    gzipSync('x'),
    Buffer.alloc(0x40000 - gzipSync('x').length, 7),
    Buffer.from('\r\n'),
  ])
  const { status, body } = await rawRequest(port, head, chunk, chunk, chunk, chunk, chunk, chunk)
  assert.equal(status, 413)
  assert.match(body, /bundle-too-large/)
})

test('a client that waits to be told goes on when its headers are good', async () => {
  const head = `POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: ${BUNDLE.length}\r\nExpect: 100-continue\r\n\r\n`
  const socket = connect(port, '127.0.0.1')
  socket.write(head)
  const [first] = await once(socket, 'data')
  assert.match(String(first), /^HTTP\/1\.1 100 Continue/)
  socket.write(BUNDLE)
  const { status, body } = await readAnswer(socket)
  assert.equal(status, 200)
  assert.match(body, new RegExp(SHA256))
})

for (const [name, type, prefix] of [
  ['a raw body', 'application/gzip', ''],
  [
    'a form',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="bundle"; filename="a"\r\n\r\n',
  ],
] as const) {
  test(`a connection that breaks in the middle of ${name} ends the bytes with an error`, async () => {
    const { torn, ended } = seen
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: 500000\r\n\r\n${prefix}`,
    )
    socket.write(gzipSync(Buffer.alloc(2000, 'abc')))
    socket.write(Buffer.alloc(50_000, 3))
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.destroy()
    for (let turn = 0; turn < 100 && seen.torn === torn; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.equal(seen.torn, torn + 1)
    assert.equal(seen.ended, ended + 1)
  })
}

test('an upload that trickles is ended', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.write(
    'POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: 5000\r\n\r\n',
  )
  socket.write(Buffer.concat([gzipSync('x'), Buffer.alloc(600)]))
  const drip = setInterval(() => socket.write('x'), 20)
  const { status, body } = await readAnswer(socket).finally(() => clearInterval(drip))
  assert.equal(status, 408)
  assert.match(body, /upload-too-slow/)
  socket.destroy()
})
