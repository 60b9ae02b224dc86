import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { readBundleStream } from '../../src/ingest/read-bundle.ts'
import { Problem, type ProblemFacts, type ProblemKind } from '../../src/model/problem.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { LIMITS, type Limits } from '../../src/unpack/limits.ts'
import { blocksOf, headerOf, type MadeEntry, tarOf, withChecksum } from './tar-writer.ts'

const STATUS = 'Name:\tsleep\nState:\tS (sleeping)\nPid:\t7\nPPid:\t1\n'
const STACK = '[<0>] do_wait+0x114/0x320\n[<0>] kernel_wait4+0xb4/0x160\n'
const ENTRIES: readonly MadeEntry[] = [
  { path: 'proc/7/ns/pid', link: 'pid:[4026531836]' },
  { path: 'proc/7/task/7/stack', bytes: STACK },
  { path: 'proc/7/task/7/status', bytes: STATUS },
  { path: 'proc/sys/kernel/hostname', bytes: 'made\n' },
]
const PLAIN = tarOf(ENTRIES)

async function* piecesOf(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function read(bytes: Buffer, limits: Limits = LIMITS): Promise<Snapshot> {
  return readBundleStream(piecesOf(bytes), { name: 'made.tar' }, limits)
}

/** What is said of bytes that cannot be used. */
async function refusal(
  bytes: Buffer,
  limits: Limits = LIMITS,
): Promise<{ kind: ProblemKind; facts: ProblemFacts }> {
  try {
    await read(bytes, limits)
  } catch (error) {
    if (error instanceof Problem) return { kind: error.kind, facts: error.facts }
    throw error
  }
  return assert.fail('the bytes were read')
}

/** All of a snapshot but what depends on how its archive was packed. */
function told({ sha256: _, skipped: __, ...rest }: Snapshot): Omit<Snapshot, 'sha256' | 'skipped'> {
  return rest
}

function prefixed(folder: string): MadeEntry[] {
  return ENTRIES.map((entry) => ({ ...entry, path: `${folder}${entry.path}` }))
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = rest.length + String(rest.length + 2).length
  return `${length}${rest}`
}

test('the bundle is what its files say', async () => {
  const { tasks, host, sha256, source, skipped } = await read(PLAIN)
  assert.equal(source, 'bundle')
  assert.match(sha256 ?? '', /^[0-9a-f]{64}$/)
  assert.equal(host.name, 'made')
  assert.deepEqual(skipped, { unknown: 0, unsafe: 0, empty: 0 })
  const [task] = tasks
  assert.equal(tasks.length, 1)
  assert.equal(task?.comm, 'sleep')
  assert.equal(task?.pidNamespace, '4026531836')
  assert.deepEqual(task?.stack?.names, ['do_wait', 'kernel_wait4'])
  assert.deepEqual(task?.stackFrom, { file: 'proc/7/task/7/stack', line: 1 })
})

test('gzip and zstd, in one piece or in several, hold the same as the bare tar', async () => {
  const wanted = told(await read(PLAIN))
  const halves = [PLAIN.subarray(0, 1300), PLAIN.subarray(1300)]
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
  const forms: Record<string, Buffer> = {
    gzip: gzipSync(PLAIN),
    'gzip members': Buffer.concat(halves.map((half) => gzipSync(half))),
    zstd: zstdCompressSync(PLAIN),
    'zstd frames': Buffer.concat(halves.map((half) => zstdCompressSync(half))),
    'zstd with a skippable frame': Buffer.concat([skippable, zstdCompressSync(PLAIN), skippable]),
  }
  for (const [form, bytes] of Object.entries(forms)) {
    assert.deepEqual(told(await read(bytes)), wanted, form)
  }
})

test('a leading folder is not part of the paths', async () => {
  const wanted = told(await read(PLAIN))
  assert.deepEqual(told(await read(tarOf(prefixed('host-2026/')))), wanted)
  assert.deepEqual(told(await read(tarOf(prefixed('./')))), wanted)
  assert.deepEqual(told(await read(tarOf(prefixed('./host-2026/')))), wanted)
})

test('only one leading folder is taken: a second host in the archive is not mixed in', async () => {
  const { skipped } = await read(tarOf([...prefixed('one/'), ...prefixed('two/')]))
  assert.equal(skipped.unknown, ENTRIES.length)
})

test('a sosreport is told by its folder or its commands', async () => {
  assert.equal((await read(tarOf(prefixed('sosreport-db-2026/')))).source, 'sosreport')
  const commands = [
    { path: 'db/sos_commands/process/ps_auxwww', bytes: 'USER PID STAT COMMAND\nroot 9 D cp\n' },
    { path: 'db/sos_commands/kernel/uname_-a', bytes: 'Linux db 5.14.0-427.el9.x86_64 #1 SMP\n' },
  ]
  const { source, host, kernel, ps } = await read(tarOf(commands))
  assert.equal(source, 'sosreport')
  assert.equal(host.name, 'db')
  assert.deepEqual(kernel, { release: '5.14.0-427.el9.x86_64', version: '5.14.0' })
  assert.equal(ps[0]?.tgid, 9)
})

test('long paths are read in every way they are written', async () => {
  const folder = `${'f'.repeat(120)}/`
  const path = `${folder}proc/7/task/7/status`
  const status = { path: 'cut', bytes: STATUS }
  const ustar = headerOf({ path: 'proc/7/task/7/status' }, STATUS.length)
  ustar.write('f'.repeat(120), 345)
  const content = tarOf([status]).subarray(512)
  const { tasks } = await read(Buffer.concat([withChecksum(ustar), content]))
  assert.equal(tasks[0]?.from.file, 'proc/7/task/7/status', 'ustar')
  const ways: Record<string, readonly MadeEntry[]> = {
    gnu: [{ path: '././@LongLink', type: 'L', bytes: `${path}\0` }, status],
    pax: [{ path: 'pax', type: 'x', bytes: paxRecord('path', path) }, status],
  }
  for (const [way, entries] of Object.entries(ways)) {
    const { tasks } = await read(tarOf(entries))
    assert.equal(tasks[0]?.from.file, 'proc/7/task/7/status', way)
  }
})

test('a pax size and a pax link are taken', async () => {
  const target = `pid:[${'4026531836'}]`
  const entries = [
    { path: 'pax', type: 'x', bytes: paxRecord('linkpath', target) },
    { path: 'proc/7/ns/pid', link: 'cut' },
    { path: 'proc/7/task/7/status', bytes: STATUS },
  ]
  assert.equal((await read(tarOf(entries))).tasks[0]?.pidNamespace, '4026531836')
})

test('what is unsafe is counted, never read', async () => {
  const unsafe: readonly MadeEntry[] = [
    { path: '../../proc/8/task/8/status', bytes: STATUS },
    { path: '/proc/8/task/8/status', bytes: STATUS },
    { path: 'x/../proc/8/task/8/status', bytes: STATUS },
    { path: '../../etc/passwd', bytes: 'root' },
    { path: 'proc/8/task/8/status', type: '1', link: 'proc/7/task/7/status' },
    { path: 'proc/8/task/8/stat', type: '3' },
    { path: 'proc/8/task/8/comm', type: '4' },
    { path: 'proc/8/task/8/wchan', type: '6' },
    { path: '../proc/8/ns/pid', link: 'pid:[1]' },
  ]
  const { tasks, skipped } = await read(tarOf([...unsafe, ...ENTRIES]))
  assert.deepEqual(
    tasks.map(({ tid }) => tid),
    [7],
  )
  assert.deepEqual(skipped, { unknown: 0, unsafe: unsafe.length, empty: 0 })
})

test('folders, labels and a lone zero block are passed over', async () => {
  const odd = [
    { path: 'proc/', type: '5' },
    { path: 'label', type: 'V' },
  ]
  const bytes = Buffer.concat([
    ...blocksOf(odd),
    Buffer.alloc(512),
    ...blocksOf(ENTRIES),
    Buffer.alloc(1024),
  ])
  assert.equal((await read(bytes)).tasks.length, 1)
})

test('a bare tar must have its end marker, a compressed one ends by its own end', async () => {
  const unended = Buffer.concat([...blocksOf(ENTRIES)])
  assert.equal((await refusal(unended)).kind, 'archive-truncated')
  assert.equal((await read(gzipSync(unended))).tasks.length, 1)
  assert.equal((await read(zstdCompressSync(unended))).tasks.length, 1)
})

test('cut anywhere, an archive is refused as truncated', async () => {
  const forms = {
    tar: PLAIN.subarray(0, -512),
    gzip: gzipSync(PLAIN),
    zstd: zstdCompressSync(PLAIN),
  }
  for (const [form, bytes] of Object.entries(forms)) {
    for (let end = 600; end < bytes.length; end += 97) {
      const { kind } = await refusal(bytes.subarray(0, end))
      assert.equal(kind, 'archive-truncated', `${form} cut at ${end}`)
    }
  }
  for (const bytes of [gzipSync(PLAIN), zstdCompressSync(PLAIN)]) {
    for (let end = 5; end < bytes.length; end += 1) {
      assert.equal(
        (await refusal(bytes.subarray(0, end))).kind,
        'archive-truncated',
        `cut at ${end}`,
      )
    }
  }
})

test('a changed byte of a header is noticed, and where it stands is told', async () => {
  const changed = Buffer.from(PLAIN)
  changed[512 + 2] = 0x58
  const { kind, facts } = await refusal(changed)
  assert.equal(kind, 'archive-corrupt')
  assert.equal(facts['offset'], 1024)
})

test('what is no archive is told as such, packed or not', async () => {
  const texts = ['<html></html>'.repeat(80), '\xff\xd8\xff\xe0JFIF'.repeat(90), 'short']
  for (const text of texts) {
    assert.equal((await refusal(Buffer.from(text, 'latin1'))).kind, 'not-an-archive')
  }
  assert.equal((await refusal(gzipSync(texts[0] ?? ''))).kind, 'not-an-archive')
  assert.equal((await refusal(Buffer.alloc(0))).kind, 'body-empty')
})

test('an archive of nothing of ours is foreign', async () => {
  const { kind, facts } = await refusal(tarOf([{ path: 'holiday/photo.jpg', bytes: 'x' }]))
  assert.equal(kind, 'archive-foreign')
  assert.equal(facts['files'], 1)
  assert.equal((await refusal(tarOf([]))).kind, 'archive-foreign')
})

test('an archive of empty /proc files is told what made it so, and what to do instead', async () => {
  const empty = ENTRIES.map(({ path, link }) => (link === undefined ? { path } : { path, link }))
  const { kind, facts } = await refusal(tarOf(empty))
  assert.equal(kind, 'archive-proc-empty')
  assert.match(String(facts['instead']), /grep -as '' FILES/)
  const some = await read(tarOf([...empty, { path: 'proc/8/task/8/status', bytes: STATUS }]))
  assert.equal(some.skipped.empty, 1)
})

test('each limit refuses, and tells its own value', async () => {
  const large: MadeEntry = { path: 'dmesg.txt', bytes: 'x'.repeat(5000) }
  const longPath: MadeEntry = { path: '././@LongLink', type: 'L', bytes: `${'p'.repeat(900)}\0` }
  const cases: readonly (readonly [ProblemKind, Buffer, Partial<Limits>])[] = [
    ['bundle-too-large', PLAIN, { compressedBytes: 1500 }],
    ['bundle-inflates-too-far', gzipSync(PLAIN), { unpackedBytes: 1500 }],
    ['bundle-inflates-too-far', zstdCompressSync(PLAIN), { unpackedBytes: 1500 }],
    ['entries-too-many', PLAIN, { entries: 3 }],
    ['entry-too-large', tarOf([large]), { entryBytes: 4999 }],
    ['path-too-long', tarOf([longPath, ...ENTRIES]), { pathBytes: 899 }],
    [
      'bundle-inflates-too-far',
      Buffer.concat([PLAIN, Buffer.alloc(5000)]),
      { trailingBytes: 4000 },
    ],
  ]
  for (const [kind, bytes, limits] of cases) {
    const found = await refusal(bytes, { ...LIMITS, ...limits })
    assert.equal(found.kind, kind)
    assert.ok(Object.values(found.facts).includes(Object.values(limits)[0] ?? 0), kind)
  }
  assert.ok(await read(tarOf([longPath, large, ...ENTRIES]), { ...LIMITS, pathBytes: 900 }))
})

test('a pax header of 300 MB is refused before a byte of it is read', async () => {
  const header = headerOf({ path: 'pax', type: 'x' }, 300 * 1024 * 1024)
  const { kind, facts } = await refusal(Buffer.concat([header, Buffer.alloc(512)]))
  assert.equal(kind, 'entry-too-large')
  assert.equal(facts['entry'], 'pax header')
})

test('bombs of zeros are refused while memory stays small', async () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024)
  const bombs = [gzipSync(zeros), zstdCompressSync(zeros)]
  const before = process.memoryUsage().rss
  for (const bomb of bombs) {
    const many = Buffer.concat(Array.from({ length: 16 }, () => bomb))
    const { kind } = await refusal(many)
    assert.equal(kind, 'bundle-inflates-too-far')
  }
  assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024)
})

test('a file of no kind we know may be as large as the bundle may be', async () => {
  const unknown = { path: 'var/log/other', bytes: Buffer.alloc(300_000, 'x') }
  const { tasks, skipped } = await read(tarOf([unknown, ...ENTRIES]), {
    ...LIMITS,
    entryBytes: 1000,
  })
  assert.equal(tasks.length, 1)
  assert.equal(skipped.unknown, 1)
})
