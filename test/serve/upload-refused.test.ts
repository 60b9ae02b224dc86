import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { healthyBundle } from './archives.ts'
import {
  BYTES_MAX,
  formOf,
  type Sent,
  startUploadServer,
  type UploadServer,
} from './upload-server.ts'

let server: UploadServer
let send: UploadServer['send']
before(async () => {
  server = await startUploadServer()
  send = server.send
})
after(() => server.close())

const BUNDLE = healthyBundle()
const file = new File([new Uint8Array(BUNDLE)], 'web-7.tar.gz')

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
  'a host name of two lines': [
    () => send('/bundle?host=a%0Ab', new Uint8Array(BUNDLE), 'application/gzip'),
    400,
    'request-invalid',
    /control characters/,
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
