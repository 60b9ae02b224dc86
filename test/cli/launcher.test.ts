import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { hangar, start } from './run.ts'

const OLD_NODES = ['/usr/bin/node', '/usr/local/bin/node']

/** A Node on this machine that cannot strip types; null where there is none. */
function oldNode(): string | null {
  const old = OLD_NODES.filter((path) => existsSync(path)).find((path) => {
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' })
    return Number(/^v(\d+)/.exec(version)?.[1]) < 22
  })
  return old ?? null
}

const node = oldNode()
const skip = node === null && 'no Node older than 22 on this machine'

test('an old Node hands over to the one beside the package', { skip }, async () => {
  const { code, stdout } = await hangar(['--version'], { node: node ?? '' })
  assert.equal(code, 0)
  assert.match(stdout, /Node 24\./)
})

test('the exit code passes through the hand-over', { skip }, async () => {
  const { code, stderr } = await hangar(['nothing-of-ours'], { node: node ?? '' })
  assert.equal(code, 2)
  assert.match(stderr, /no command nothing-of-ours/)
})

test('a signal passes through the hand-over', { skip }, async () => {
  const { child, ended } = start(['analyze', '-'], { node: node ?? '' })
  setTimeout(() => child.kill('SIGTERM'), 1500)
  const { code, signal } = await ended
  assert.ok(code === 143 || signal === 'SIGTERM', `${code} ${signal}`)
})

test('a service ends when its launcher is killed', { skip }, async () => {
  const data = mkdtempSync(join(tmpdir(), 'hangar-test-'))
  try {
    const args = ['serve', '--port', '0', '--data', data]
    const { child, printed } = start(args, { node: node ?? '' })
    const [, url = ''] = await printed(/listens on (http:\S+),/)
    assert.equal((await fetch(`${url}/readyz`)).status, 200)
    child.kill('SIGKILL')
    await isGone(url)
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
})

/** Gives when nothing answers there any more; a service that stays lets the test run out of time. */
async function isGone(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(`${url}/readyz`)
    } catch {
      return
    }
    await new Promise((tick) => setTimeout(tick, 100))
  }
}
