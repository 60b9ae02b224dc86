import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import { hangar } from './run.ts'

const DEADLOCK = 'samples/bundle/fuse-flush-deadlock-docker-kill.tar.gz'
const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true }))

test('a path that is not there is named once', async () => {
  const { code, stderr } = await hangar(['analyze', '/nope'])
  assert.equal(code, 2)
  assert.equal(stderr, 'hangar analyze: /nope: there is no such file or folder\n')
})

test('a bundle that unpacks too far is told the limit, and what sets it', async () => {
  const env = { HANGAR_UNPACKED_BYTES_MAX: '10240' }
  const { code, stderr } = await hangar(['analyze', DEADLOCK], { env })
  assert.equal(code, 2)
  assert.match(stderr, /the limit is 10,240 bytes, HANGAR_UNPACKED_BYTES_MAX sets it/)
  assert.doesNotMatch(stderr, /bundle-inflates-too-far|limitBytes/)
})

test('a limit that is no number is a setting that cannot be used', async () => {
  const env = { HANGAR_UNPACKED_BYTES_MAX: 'much' }
  const { code, stderr } = await hangar(['analyze', DEADLOCK], { env })
  assert.equal(code, 2)
  assert.match(stderr, /HANGAR_UNPACKED_BYTES_MAX takes a whole number/)
})

test('standard input is called by one name in all that is said', async () => {
  const mute = await hangar(['analyze', '-'], { input: 'nothing\n' })
  assert.match(mute.stderr, /^hangar analyze: standard input: /)
  const input = '[<0>] fuse_flush+0x1a1/0x1e0 [fuse]\n[<0>] do_exit+0x363/0xb10\n'
  const { stdout } = await hangar(['analyze', '-'], { input })
  assert.match(stdout, /^standard input\n/)
  assert.match(stdout, /standard input:1 {2}\[<0>\] fuse_flush/)
})

test('COLUMNS says how wide the report is, also in a pipe, and 0 counts as not said', async () => {
  const linesAt = async (columns: string) => {
    const { stdout } = await hangar(['analyze', DEADLOCK], { env: { COLUMNS: columns } })
    return stdout.split('\n').length
  }
  assert.ok((await linesAt('60')) > (await linesAt('100')))
  assert.equal(await linesAt('0'), await linesAt('100'))
})

test('--evidence takes a number or all', async () => {
  const { code, stderr } = await hangar(['analyze', '--evidence', 'some', DEADLOCK])
  assert.equal(code, 2)
  assert.match(stderr, /--evidence takes a number, or all/)
  const { stdout } = await hangar(['analyze', '--evidence', '1', DEADLOCK])
  assert.match(stdout, /and \d+ more \(--evidence all\)/)
})

test('a file of a folder that cannot be read is a fault, and the rest is diagnosed', async () => {
  const root = join(folder, 'unpacked')
  const task = join(root, 'proc/402/task/402')
  mkdirSync(task, { recursive: true })
  chmodSync(folder, 0o755)
  writeFileSync(join(task, 'comm'), 'indexer\n')
  writeFileSync(
    join(task, 'status'),
    'Name:\tindexer\nState:\tS (sleeping)\nTgid:\t402\nPid:\t402\n',
  )
  writeFileSync(join(root, 'dmesg.txt'), '[    1.000000] Linux version 6.1.0\n', { mode: 0o000 })
  const isRoot = process.geteuid?.() === 0
  // Root may read whatever its mode: it steps down for as long as the folder is read.
  if (isRoot) process.seteuid?.(65_534)
  try {
    const { tasks, faults } = await readBundle(root, { name: 'unpacked' })
    assert.equal(tasks.length, 1)
    assert.deepEqual(faults, [
      { file: 'dmesg.txt', line: 1, expected: 'a file that can be read', found: 'EACCES' },
    ])
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

test('a bomb of zeros is refused by the default limit', async () => {
  const bomb = join(folder, 'bomb.tar.gz')
  writeFileSync(bomb, gzipSync(Buffer.alloc(4 * 1024 * 1024)))
  const env = { HANGAR_UNPACKED_BYTES_MAX: '1048576' }
  const { code, stderr } = await hangar(['analyze', bomb], { env })
  assert.equal(code, 2)
  assert.match(stderr, /bomb\.tar\.gz: The bundle unpacks to more bytes than allowed: /)
})
