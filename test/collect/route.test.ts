import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { hangar } from '../cli/run.ts'
import { rawRequest } from '../serve/raw-http.ts'
import { type Service, startService } from '../serve/service.ts'

const SCRIPT = readFileSync('src/collect/hangar-collect.sh', 'utf8')

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

test('the service hands out the very script, as a script', async () => {
  const { status, headers, text } = await service.ask('/collect.sh')
  assert.equal(status, 200)
  assert.equal(headers.get('content-type'), 'text/x-shellscript; charset=utf-8')
  assert.equal(text, SCRIPT)
})

test('a host that has this version is told so, and gets nothing', async () => {
  const { headers } = await service.ask('/collect.sh')
  const etag = headers.get('etag') ?? ''
  assert.notEqual(etag, '')
  // Not by fetch: it asks all caches to stand aside as soon as a tag is named.
  const ask = (tag: string) =>
    `GET /collect.sh HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ${tag}`
  const again = await rawRequest(service.port, `${ask(etag)}\r\nConnection: close\r\n\r\n`)
  assert.equal(again.status, 304)
  assert.equal(again.body, '')
  const other = await rawRequest(service.port, `${ask('"x"')}\r\nConnection: close\r\n\r\n`)
  assert.equal(other.status, 200)
})

test('it is asked for, not changed', async () => {
  const { status, headers } = await service.post('/collect.sh', 'x')
  assert.equal(status, 405)
  assert.match(headers.get('allow') ?? '', /GET/)
  const head = await service.ask('/collect.sh', { method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(head.headers.get('content-length'), String(Buffer.byteLength(SCRIPT)))
})

test('what hangar collect --print prints is the same', async () => {
  const { code, stdout } = await hangar(['collect', '--print'])
  assert.equal(code, 0)
  assert.equal(stdout, SCRIPT)
})
