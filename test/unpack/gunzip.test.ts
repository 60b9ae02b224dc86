import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Problem } from '../../src/model/problem.ts'
import { Gunzip } from '../../src/unpack/gunzip.ts'

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants

/** Decodes `packed`, cut into pieces of these sizes again and again. */
function gunzip(packed: Buffer, pieceBytes: readonly number[] = [packed.length]): Buffer {
  const pieces: Buffer[] = []
  const decoder = new Gunzip((bytes, start, end) => {
    pieces.push(Buffer.from(bytes.subarray(start, end)))
  })
  for (let at = 0, turn = 0; at < packed.length; turn += 1) {
    const size = Math.max(1, pieceBytes[turn % pieceBytes.length] ?? 1)
    // A copy that is overwritten: what was pushed is the caller's again.
    const piece = Buffer.from(packed.subarray(at, at + size))
    decoder.push(piece)
    piece.fill(0xaa)
    at += size
  }
  decoder.end()
  return Buffer.concat(pieces)
}

function kindOf(packed: Buffer): string {
  try {
    gunzip(packed, [7])
    return 'read'
  } catch (error) {
    if (error instanceof Problem) return error.kind
    throw error
  }
}

/** Bytes as bundles have them: runs, repeats near and far, and noise. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(400))
        .map(([part, count]) =>
          Uint8Array.from({ length: part.length * count }, (_, at) => part[at % part.length] ?? 0),
        ),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts))

test('what zlib packs is read, for every level and strategy, however it is cut', () => {
  const packing = fc.record({
    level: fc.integer({ min: 0, max: 9 }),
    memLevel: fc.integer({ min: 1, max: 9 }),
    strategy: fc.constantFrom(Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY),
  })
  fc.assert(
    fc.property(
      bytes,
      packing,
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }),
      (raw, how, sizes) => {
        assert.deepEqual(gunzip(gzipSync(raw, how), sizes), raw)
      },
    ),
    { numRuns: 150 },
  )
})

test('more than a window is read: copies reach back over its turn', () => {
  const raw = Buffer.alloc(900_000)
  for (let at = 0; at < raw.length; at += 1) raw[at] = (at * 7) ^ (at >> 9) ^ (at % 31_000)
  assert.deepEqual(gunzip(gzipSync(raw), [1000]), raw)
})

test('several members are one stream, and zeros behind the last are none', () => {
  const packed = Buffer.concat([gzipSync('one '), gzipSync(''), gzipSync('two'), Buffer.alloc(700)])
  assert.equal(gunzip(packed, [3]).toString(), 'one two')
})

test('a header with an extra field, a name, a comment and a sum is passed over', () => {
  const raw = Buffer.from('content')
  const plain = gzipSync(raw)
  const header = Buffer.from(plain.subarray(0, 10))
  header[3] = 2 | 4 | 8 | 16
  const fields = Buffer.from('\x04\x00abcdname\x00comment\x00\x00\x00', 'latin1')
  assert.deepEqual(gunzip(Buffer.concat([header, fields, plain.subarray(10)]), [1]), raw)
})

test('cut anywhere, it is told as truncated', () => {
  const packed = gzipSync(Buffer.from('proc/1/task/1/status\n'.repeat(40) + Math.PI))
  for (let end = 1; end < packed.length; end += 1) {
    assert.equal(kindOf(packed.subarray(0, end)), 'archive-truncated', `cut at ${end}`)
  }
})

test('any byte changed is noticed, and is a problem and nothing else', () => {
  const packed = gzipSync(Buffer.from('proc/1/task/1/status\n'.repeat(40) + Math.PI))
  for (let at = 10; at < packed.length; at += 1) {
    const changed = Buffer.from(packed)
    changed[at] = (changed[at] ?? 0) ^ 0x55
    assert.match(kindOf(changed), /^archive-(?:corrupt|truncated)$/, `changed at ${at}`)
  }
})

test('noise behind a header ends in a problem', () => {
  const header = gzipSync('').subarray(0, 10)
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (noise) => {
      assert.match(kindOf(Buffer.concat([header, noise])), /^archive-(?:corrupt|truncated)$/)
    }),
    { numRuns: 2000 },
  )
})

test('a copy from before the start is refused, also in a second member', () => {
  // A fixed block that begins with a copy of three bytes, one back.
  const copies = Buffer.concat([Buffer.from([0x03, 0x02]), Buffer.alloc(40)])
  const header = gzipSync('').subarray(0, 10)
  const bad = Buffer.concat([header, copies])
  assert.equal(kindOf(bad), 'archive-corrupt')
  assert.equal(kindOf(Buffer.concat([gzipSync('x'), bad])), 'archive-corrupt')
})
