import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { readBundleStream } from '../../src/ingest/read-bundle.ts'
import { Problem } from '../../src/model/problem.ts'

async function* once(bytes: Uint8Array) {
  yield bytes
}

test('a zstd archive with a flipped byte ends, and with nothing but a problem', {
  timeout: 20_000,
}, async () => {
  const text = Array.from({ length: 4000 }, (_, at) => `${at * 7919} ${at}`).join('\n')
  const packed = zstdCompressSync(Buffer.from(text))
  for (let at = 4; at < packed.length; at += Math.ceil(packed.length / 20)) {
    const damaged = Buffer.from(packed)
    damaged[at] = (damaged[at] ?? 0) ^ 0x55
    await assert.rejects(
      readBundleStream(once(damaged), { name: 'damaged.tar.zst' }),
      (error) => error instanceof Problem,
    )
  }
})
