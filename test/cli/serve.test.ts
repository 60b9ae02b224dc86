import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hangar, start } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

async function serving(data: string, args: readonly string[] = []) {
  const started = start(['serve', '--port', '0', '--data', data, ...args])
  const [, url = ''] = await started.printed(/listens on (http:\S+),/)
  return { ...started, url }
}

test('it prints its address, answers there, and exits 0 on SIGTERM', async () => {
  const { child, ended, url } = await serving(join(folder, 'plain'))
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  child.kill('SIGTERM')
  const { code, stderr } = await ended
  assert.equal(code, 0, stderr)
})

test('it exits 0 on SIGINT, too', async () => {
  const { child, ended } = await serving(join(folder, 'interrupted'))
  child.kill('SIGINT')
  assert.equal((await ended).code, 0)
})

test('a port that something else has is named', async () => {
  const { child, ended, url } = await serving(join(folder, 'first'))
  const { port } = new URL(url)
  const second = await hangar(['serve', '--port', port, '--data', join(folder, 'second')])
  assert.equal(second.code, 2)
  assert.match(
    second.stderr,
    new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: something else does`),
  )
  child.kill('SIGTERM')
  await ended
})

test('a second service on the same data folder is refused, and may start when the first is gone', async () => {
  const data = join(folder, 'shared')
  const first = await serving(data)
  const second = await hangar(['serve', '--port', '0', '--data', data])
  assert.equal(second.code, 2)
  assert.match(second.stderr, /another Hangar serves the data folder/)
  first.child.kill('SIGKILL')
  await first.ended
  const third = await serving(data)
  third.child.kill('SIGTERM')
  assert.equal((await third.ended).code, 0)
})

test('an address that others can reach is refused while there are no tokens', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    const { code, stderr } = await hangar(['serve', '--host', host, '--data', join(folder, 'open')])
    assert.equal(code, 2)
    assert.match(stderr, /no access token exists/)
  }
})

test('a data folder that cannot be made is named', async () => {
  const { code, stderr } = await hangar(['serve', '--data', '/dev/null/data'])
  assert.equal(code, 2)
  assert.match(stderr, /the data folder \/dev\/null\/data cannot be written/)
})

test('a PATH is not for serve', async () => {
  assert.equal((await hangar(['serve', 'data'])).code, 2)
})

const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a data folder that cannot be made', ['--data', '/proc/nope/data'], /\/proc\/nope.*--data/],
  ['an address that is none', ['--public-url', 'notaurl'], /--public-url takes an address/],
  ['signatures where there are none', ['--signatures-dir', '/nope'], /--signatures-dir is \/nope/],
]
for (const [says, args, wanted] of REFUSED) {
  test(`${says} is refused at once, and the flag is named`, async () => {
    const own = args.includes('--data') ? args : [...args, '--data', join(folder, 'refused')]
    const { code, stderr } = await hangar(['serve', '--port', '0', ...own])
    assert.equal(code, 2)
    assert.match(stderr, wanted)
  })
}

test('the way round an open address is told with the port that was asked for', async () => {
  const args = ['serve', '--host', '0.0.0.0', '--port', '9191', '--data', join(folder, 'open')]
  const { stderr } = await hangar(args)
  assert.match(stderr, /ssh -L 9191:127\.0\.0\.1:9191/)
})
