import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { deadlockBundle, tarHeader, tarOf } from './archives.ts'
import { rawRequest } from './raw-http.ts'
import { type Sent, type Service, startService } from './service.ts'

// What is sent by mistake or by malice: each is told what it is, and nothing is found in it.

let service: Service
before(async () => {
  service = await startService({ bundleBytesMax: 64 * 1024 * 1024 })
})
after(() => service.close())

const MIB = 1024 * 1024
const upload = (body: Uint8Array | string, type = 'application/gzip') =>
  service.post('/api/v1/snapshots?wait=60', body, type)

/** A gzip of very many bytes that is made at once: members of a gzip may follow each other. */
const repeated = (member: Uint8Array, times: number) =>
  Buffer.concat(Array.from({ length: times }, () => member))

const zeros = gzipSync(Buffer.alloc(16 * MIB))
const emptyEntries = gzipSync(
  Buffer.concat(Array.from({ length: 2000 }, (_, index) => tarHeader(`proc/${index}/comm`, 0))),
)

const BAD: Readonly<Record<string, readonly [() => Promise<Sent>, number, string]>> = {
  'an empty body': [() => upload(''), 400, 'body-empty'],
  'an HTML page': [() => upload('<!DOCTYPE html><html></html>'), 415, 'not-an-archive'],
  'a JPEG': [() => upload(Buffer.from('ffd8ffe000104a46494600', 'hex')), 415, 'not-an-archive'],
  'a gzip of zeros, 1 GB': [() => upload(repeated(zeros, 64)), 413, 'bundle-inflates-too-far'],
  'a truncated tar.gz': [
    () => upload(deadlockBundle('cut-1').subarray(0, 400)),
    422,
    'archive-truncated',
  ],
  'a tar without its end': [
    () =>
      upload(
        tarOf([{ name: 'proc/1/comm', text: 'init\n' }]).subarray(0, 700),
        'application/x-tar',
      ),
    422,
    'archive-truncated',
  ],
  'a tar.gz with a flipped bit': [
    () => {
      const bytes = Buffer.from(deadlockBundle('flipped-1'))
      bytes[200] = (bytes[200] ?? 0) ^ 0x55
      return upload(bytes)
    },
    422,
    'archive-corrupt',
  ],
  'a tar of ../../etc/passwd': [
    () => upload(gzipSync(tarOf([{ name: '../../etc/passwd', text: 'root:x:0:0\n' }]))),
    422,
    'archive-foreign',
  ],
  'a tar with a pax header of 300 MB': [
    () => upload(Buffer.concat([gzipSync(tarHeader('x', 300 * MIB, 'x')), repeated(zeros, 19)])),
    413,
    'entry-too-large',
  ],
  'a tar of 2 million empty entries': [
    () => upload(repeated(emptyEntries, 1000)),
    413,
    'entries-too-many',
  ],
  'a tar of empty proc files': [
    () =>
      upload(
        tarOf(['status', 'stat', 'stack', 'comm'].map((name) => ({ name: `proc/1/${name}` }))),
        'application/x-tar',
      ),
    422,
    'archive-proc-empty',
  ],
  'a form without the field': [
    () => {
      const form = new FormData()
      form.append('host', 'a')
      return service.ask('/api/v1/snapshots?wait=60', { method: 'POST', body: form })
    },
    400,
    'bundle-field-missing',
  ],
}

for (const [name, [ask, status, kind]] of Object.entries(BAD)) {
  test(`${name} is answered by ${kind}, and nothing is found`, async () => {
    const answer = await ask()
    assert.equal(answer.json.type, `/problems/${kind}`, answer.text.slice(0, 500))
    assert.equal(answer.status, status)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.equal((await service.ask('/api/v1/incidents')).json.total, 0)
    assert.equal((await service.ask('/api/v1/hosts')).json.total, 0)
    const { json } = await service.ask('/api/v1/snapshots?status=done')
    assert.equal(json.total, 0)
    assert.deepEqual(service.errors, [])
  })
}

test('a length of 3 GB is answered by bundle-too-large, and nothing is read', async () => {
  const { status, body } = await rawRequest(
    service.port,
    `POST /api/v1/snapshots HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/gzip\r\nContent-Length: ${3 * 2 ** 30}\r\n\r\n`,
  )
  assert.equal(status, 413)
  assert.equal(JSON.parse(body).type, '/problems/bundle-too-large')
})

test('a task whose name is markup and a path is a name like any other', async () => {
  const comm = '<script>alert(1)</script>\\n../x'
  const { status, json } = await upload(deadlockBundle('named-1', comm))
  assert.equal(status, 201)
  const [id] = json.incidents
  const { json: incident } = await service.ask(`/api/v1/incidents/${id}`)
  assert.ok(JSON.stringify(incident.tasks).includes('<script>'))
  const { text, headers } = await service.ask(`/api/v1/incidents/${id}.md`)
  assert.doesNotMatch(text.replace(/(`+).*?\1/g, ''), /(?<!\\)<script/)
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  for (const page of [`/incidents/${id}`, `/snapshots/${json.id}`, '/', '/incidents', '/hosts']) {
    const shown = await service.ask(page, { headers: { accept: 'text/html' } })
    assert.equal(shown.status, 200)
    assert.doesNotMatch(shown.text, /<script>alert/)
  }
})
