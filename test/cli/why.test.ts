import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hangar } from './run.ts'

const STALL = 'samples/bundle/fuse-daemon-stopped.tar.gz'

test('--why tells which signatures came close to a task, and what of them failed', async () => {
  const { code, stdout } = await hangar(['analyze', STALL, '--why', '366'])
  assert.equal(code, 0)
  assert.match(stdout, /waits in fuse_flush \(fuse, close\)/)
  assert.match(stdout, /part of: fuse-daemon-unresponsive/)
  assert.match(stdout, /fuse-flush-deadlock\n {4}- exiting: true/)
})

test('--why of a task that the input does not show says so', async () => {
  const { code, stdout } = await hangar(['analyze', STALL, '--why', '99999'])
  assert.equal(code, 0)
  assert.equal(stdout, 'The input shows no task 99999.\n')
})

test('--why takes a number', async () => {
  const { code, stderr } = await hangar(['analyze', STALL, '--why', 'ndrive'])
  assert.equal(code, 2)
  assert.match(stderr, /--why takes the tid of a task/)
})
