import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Problem } from '../../src/model/problem.ts'
import { inflate } from '../../src/unpack/inflate.ts'
import { LIMITS } from '../../src/unpack/limits.ts'

/** The bytes in pieces of this size, each overwritten when the next is asked for. */
async function* piecesOf(packed: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  const piece = Buffer.alloc(pieceBytes)
  for (let at = 0; at < packed.length; at += pieceBytes) {
    const size = packed.copy(piece, 0, at, at + pieceBytes)
    yield piece.subarray(0, size)
    piece.fill(0xaa)
  }
}

async function gunzip(packed: Buffer, pieceBytes = packed.length): Promise<Buffer> {
  const pieces: Buffer[] = []
  await inflate(piecesOf(packed, pieceBytes), LIMITS, (bytes, start, end) => {
    pieces.push(Buffer.from(bytes.subarray(start, end)))
  })
  return Buffer.concat(pieces)
}

async function kindOf(packed: Buffer): Promise<string> {
  try {
    await gunzip(packed, 7)
    return 'read'
  } catch (error) {
    if (error instanceof Problem) return error.kind
    throw error
  }
}

const NOISE = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * at * 31) >> 3))
const LINES = gzipSync(Buffer.from('proc/1/task/1/status\n'.repeat(40) + Math.PI))

test('several members are one stream, wherever they are cut, and zeros behind the last are none', async () => {
  const members = [gzipSync(NOISE), gzipSync(''), gzipSync('two'), gzipSync(NOISE)]
  const packed = Buffer.concat([...members, Buffer.alloc(7000)])
  const raw = Buffer.concat([NOISE, Buffer.from('two'), NOISE])
  const sizes = [1, 3, 512, 1000, ...members.map(({ length }) => length), packed.length]
  for (const size of sizes) assert.deepEqual(await gunzip(packed, size), raw, `pieces of ${size}`)
})

test('a header with an extra field, a name, a comment and a sum is passed over', async () => {
  const raw = Buffer.from('content')
  const header = Buffer.from(gzipSync(raw).subarray(0, 10))
  header[3] = 4 | 8 | 16
  const fields = Buffer.from('\x04\x00abcdname\x00comment\x00', 'latin1')
  const packed = Buffer.concat([header, fields, gzipSync(raw).subarray(10)])
  assert.deepEqual(await gunzip(packed, 1), raw)
})

test('cut anywhere, it is told as truncated', async () => {
  for (let end = 2; end < LINES.length; end += 1) {
    assert.equal(await kindOf(LINES.subarray(0, end)), 'archive-truncated', `cut at ${end}`)
    const second = Buffer.concat([gzipSync(NOISE), LINES.subarray(0, end)])
    assert.equal(await kindOf(second), 'archive-truncated', `the second member cut at ${end}`)
  }
})

test('any byte changed is noticed, and is a problem and nothing else', async () => {
  for (let at = 10; at < LINES.length; at += 1) {
    const changed = Buffer.from(LINES)
    changed[at] = (changed[at] ?? 0) ^ 0x55
    assert.match(await kindOf(changed), /^archive-(?:corrupt|truncated)$/, `changed at ${at}`)
  }
})

test('what is no member behind a member is told as corrupt', async () => {
  assert.equal(await kindOf(Buffer.concat([LINES, Buffer.from('more')])), 'archive-corrupt')
})

test('noise behind a header ends in a problem', async () => {
  const header = gzipSync('').subarray(0, 10)
  const noise = fc.uint8Array({ minLength: 1, maxLength: 400 })
  await fc.assert(
    fc.asyncProperty(noise, async (bytes) => {
      const kind = await kindOf(Buffer.concat([header, bytes]))
      assert.match(kind, /^archive-(?:corrupt|truncated)$/)
    }),
    { numRuns: 300 },
  )
})
