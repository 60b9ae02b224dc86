import assert from 'node:assert/strict'
import { globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import { Problem } from '../../src/model/problem.ts'
import { bigBundle } from '../unpack/big-bundle.ts'
import { tarGzOf } from '../unpack/tar-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangar-read-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const ENTRIES = [...bigBundle({ threads: 40, stacks: 9, seed: 5 })]

function written(name: string, bytes: string | Buffer): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

async function problemOf(path: string): Promise<string> {
  try {
    await readBundle(path, { name: 'x' })
    return 'read'
  } catch (error) {
    if (error instanceof Problem) return error.kind
    throw error
  }
}

test('an archive and the same unpacked give the same snapshot', async () => {
  for (const { path, bytes, link } of ENTRIES) {
    const target = join(folder, 'unpacked', path)
    mkdirSync(dirname(target), { recursive: true })
    if (link === undefined) writeFileSync(target, bytes ?? '')
    else symlinkSync(link, target)
  }
  const unpacked = await readBundle(join(folder, 'unpacked'), { name: 'x' })
  const archive = await readBundle(written('x.tar.gz', tarGzOf(ENTRIES)), { name: 'x' })
  assert.equal(unpacked.source, 'folder')
  assert.equal(unpacked.sha256, null)
  assert.deepEqual({ ...unpacked, source: 0, sha256: 0 }, { ...archive, source: 0, sha256: 0 })
})

test('a link in a folder that leads out of it is not followed', async () => {
  const secret = written('secret', 'Name:\tsecret\nState:\tD (disk sleep)\n')
  written('links/proc/7/task/7/comm', 'seven\n')
  symlinkSync(secret, join(folder, 'links/proc/7/task/7/status'))
  symlinkSync(dirname(secret), join(folder, 'links/goroutines'))
  const { tasks, skipped } = await readBundle(join(folder, 'links'), { name: 'x' })
  assert.equal(tasks[0]?.state, null)
  assert.equal(skipped.unknown, 2)
})

test('a text is told from an archive by what it holds', async () => {
  const text = written(
    'stack',
    '[<0>] request_wait_answer+0x159/0x2a0\n[<0>] fuse_flush+0x1a1/0x1e0\n',
  )
  const { source, tasks } = await readBundle(text, { name: 'stack' })
  assert.equal(source, 'text')
  assert.equal(tasks.length, 1)
})

test('what is neither is refused', async () => {
  assert.equal(
    await problemOf(written('a.jpg', Buffer.from('ffd8ffe000104a464946000101', 'hex'))),
    'not-an-archive',
  )
  assert.equal(
    await problemOf(written('prose', 'Dear all,\nlunch is at noon.\n')),
    'text-unreadable',
  )
  assert.equal(await problemOf(written('photos/a.txt', 'x')), 'text-unreadable')
  assert.equal(await problemOf(join(folder, 'photos')), 'archive-foreign')
})

const CAPTURES = globSync('../shared/captures/*.tar.gz')

test('real captures are read without a fault', {
  skip: CAPTURES.length === 0 && 'no captures here',
}, async () => {
  for (const path of CAPTURES) {
    const { tasks, faults, kernel, host, skipped } = await readBundle(path, { name: path })
    assert.deepEqual(faults, [], path)
    assert.ok(tasks.length > 5, path)
    assert.match(kernel.version ?? '', /^6\.\d+\.\d+$/, path)
    assert.notEqual(host.name, null, path)
    assert.equal(skipped.unsafe, 0, path)
  }
})
