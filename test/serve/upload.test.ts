import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { healthyBundle } from './archives.ts'
import { rawRequest, readAnswer } from './raw-http.ts'
import { formOf, startUploadServer, type UploadServer } from './upload-server.ts'

let server: UploadServer
let send: UploadServer['send']
before(async () => {
  server = await startUploadServer()
  send = server.send
})
after(() => server.close())

const BUNDLE = healthyBundle()
const file = new File([new Uint8Array(BUNDLE)], 'web-7.tar.gz')
const SHA256 = createHash('sha256').update(BUNDLE).digest('hex')

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

test('a length of 3 GB is refused before any byte is sent', async () => {
  const head = `POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: ${3 * 2 ** 30}\r\n`
  const begun = performance.now()
  const answers = [
    await rawRequest(server.port, `${head}\r\n`),
    await rawRequest(server.port, `${head}Expect: 100-continue\r\n\r\n`),
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
  const { status, body } = await rawRequest(
    server.port,
    head,
    chunk,
    chunk,
    chunk,
    chunk,
    chunk,
    chunk,
  )
  assert.equal(status, 413)
  assert.match(body, /bundle-too-large/)
})

for (const [name, type, prefix] of [
  ['raw', 'application/gzip', ''],
  [
    'in a form',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="bundle"; filename="a"\r\n\r\n',
  ],
] as const) {
  test(`a client that sends all of what is refused (${name}) is answered, and not reset`, async () => {
    const body = Buffer.concat([
      Buffer.from(`${prefix}<!doctype html>`),
      Buffer.alloc(900_000, 'x'),
    ])
    const begun = performance.now()
    const head = `POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`
    const socket = connect(server.port, '127.0.0.1')
    socket.write(head)
    socket.write(body.subarray(0, 1000))
    await new Promise((resolve) => setTimeout(resolve, 100))
    // All is sent before anything of the answer is read.
    await new Promise((resolve) => socket.write(body.subarray(1000), resolve))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    await once(socket, 'close')
    assert.match(text, /^HTTP\/1\.1 415 /)
    assert.ok(performance.now() - begun < 2500, 'closed as soon as all was sent')
  })
}

test('a form that does not come to its file is ended', async () => {
  const { status, body } = await rawRequest(
    server.port,
    'POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 500\r\n\r\n--b\r\n',
  )
  assert.equal(status, 408)
  assert.match(body, /upload-too-slow/)
})

test('a client that waits to be told goes on when its headers are good', async () => {
  const head = `POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: ${BUNDLE.length}\r\nExpect: 100-continue\r\n\r\n`
  const socket = connect(server.port, '127.0.0.1')
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
    const { torn, ended } = server.seen
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      `POST /bundle HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: 500000\r\n\r\n${prefix}`,
    )
    socket.write(gzipSync(Buffer.alloc(2000, 'abc')))
    socket.write(Buffer.alloc(50_000, 3))
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.destroy()
    for (let turn = 0; turn < 100 && server.seen.torn === torn; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.equal(server.seen.torn, torn + 1)
    assert.equal(server.seen.ended, ended + 1)
  })
}

test('an upload that trickles is ended', async () => {
  const socket = connect(server.port, '127.0.0.1')
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
