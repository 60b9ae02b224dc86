import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { archiveKindOf, isText, looksLike } from '../../src/serve/first-bytes.ts'
import { tarOf } from './archives.ts'

const TAR = tarOf([{ name: 'proc/version', text: 'Linux version 6.1.0\n' }])
const SKIPPABLE_FRAME = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 0, 0, 0, 0])

const ARCHIVES: Readonly<Record<string, readonly [Uint8Array, string]>> = {
  'a gzip': [gzipSync(TAR), 'tar.gz'],
  'a zstd': [zstdCompressSync(TAR), 'tar.zst'],
  'a zstd behind a skippable frame': [
    Buffer.concat([SKIPPABLE_FRAME, zstdCompressSync(TAR)]),
    'tar.zst',
  ],
  'a plain tar': [TAR, 'tar'],
  'a tar of nothing': [Buffer.alloc(1024), 'tar'],
}

for (const [name, [bytes, extension]] of Object.entries(ARCHIVES)) {
  test(`${name} is told by its first bytes`, () => {
    assert.equal(archiveKindOf(bytes.subarray(0, 512))?.extension, extension)
  })
}

const STRANGERS: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  'an HTML page': [Buffer.from('\n<!DOCTYPE html><html>'), /HTML/],
  'a JPEG': [Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /JPEG/],
  'an xz archive': [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), /pack it again/],
  'a kernel log': [Buffer.from('[ 1.5] INFO: task a:1 blocked \x1b[0m\ttäst\n'), /^text$/],
  'random bytes': [Buffer.from([1, 2, 3, 4, 200, 0]), /no kind known/],
  'a tar whose sum is wrong': [Buffer.concat([Buffer.from('x'), TAR.subarray(1, 512)]), /no kind/],
  nothing: [Buffer.alloc(0), /^text$/],
}

for (const [name, [bytes, words]] of Object.entries(STRANGERS)) {
  test(`${name} is no archive, and is named`, () => {
    assert.equal(archiveKindOf(bytes), null)
    assert.match(looksLike(bytes), words)
  })
}

test('bytes with controls that no text has are no text', () => {
  assert.equal(isText(Buffer.from('a\0b')), false)
  assert.equal(isText(Buffer.from('a\x7fb')), false)
  assert.equal(isText(Buffer.from('tab\tescape\x1b[31m ümlaut\r\n')), true)
})
