import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { start } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('the demo prints what it found, stays up, and leaves nothing behind on Ctrl-C', async () => {
  const env = { TMPDIR: folder, HANGAR_PORT: '0' }
  const { child, ended, printed } = start(['demo'], { env })
  const [, url = ''] = await printed(/listens on (http:\S+)\n/)
  await printed(/Ctrl-C ends it/)
  assert.equal((await fetch(url)).status, 200)
  assert.notDeepEqual(readdirSync(folder), [])
  child.kill('SIGINT')
  const { code, stdout } = await ended
  assert.equal(code, 0)
  assert.match(
    stdout,
    /fuse-flush-deadlock-docker-kill\.tar\.gz: confirmed fuse-flush-deadlock \(critical\): .*http/,
  )
  assert.match(stdout, /healthy-idle-host\.tar\.gz: nothing found/)
  assert.deepEqual(readdirSync(folder), [])
})
