import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { hostBundle } from '../ingest/bundles.ts'
import { signatureText } from '../ingest/made-signature.ts'
import { hangar, start } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Of the product's own deadlock: another text, which finds it about the host, not the namespace. */
const ID = 'fuse-flush-deadlock'
const MINE = signatureText({
  id: ID,
  frame: 'fuse_flush',
  title: 'Another text',
  severity: 'medium',
  subject: 'host',
})
const file = join(folder, 'mine.yaml')
writeFileSync(file, MINE)

/** A running service on a folder of its own, to which two hosts have uploaded. */
async function served(t: TestContext) {
  const data = mkdtempSync(join(folder, 'data-'))
  const server = start(['serve', '--port', '0', '--data', data])
  const [, url = ''] = await server.printed(/listens on (http:\S+),/)
  const stop = async () => {
    server.child.kill('SIGTERM')
    await server.ended
  }
  t.after(stop)
  for (const host of ['web-1', 'web-2']) {
    const bundle = join(data, `${host}.tar.gz`)
    writeFileSync(bundle, hostBundle({ host, collectedAt: '2026-11-23T12:00:00Z' }))
    const { code, stderr } = await hangar(['upload', bundle, '--server', url, '--wait'])
    assert.equal(code, 0, stderr)
  }
  return { data, url, stop }
}

async function countOf(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1/incidents?signature=${ID}&severity=medium`)
  return JSON.parse(await answer.text()).total
}

const save = async (url: string, yaml: string): Promise<void> => {
  const response = await fetch(`${url}/api/v1/signatures`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ yaml }),
  })
  assert.equal(response.status, 200, await response.text())
}

test('a signature is tried by a running service, and nothing is written', async (t) => {
  const { url } = await served(t)
  const { code, stdout, stderr } = await hangar(['signatures', 'try', file, '--server', url])
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '')
  assert.match(stdout, /^fuse-flush-deadlock tried, nothing written: 2 of 2 snapshots$/m)
  assert.match(stdout, /^gained {3}2 incidents \(2 snapshots, 2 hosts, 1 kernel\)$/m)
  assert.match(stdout, /^gained fuse-flush-deadlock on web-2: /m)
  assert.match(stdout, /^ {2}proc\/\S+:\d+: \[<0>\] fuse_flush/m)
  assert.equal(await countOf(url), 0)
})

test('a folder that a service works on is refused, with what to do', async (t) => {
  const { data, url, stop } = await served(t)
  for (const args of [['signatures', 'try', file], ['reclassify']]) {
    const { code, stdout, stderr } = await hangar([...args, '--data', data])
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /a service works on .*; ask it by --server URL, or stop it first/)
  }
  await save(url, MINE)
  await stop()
  const tried = await hangar(['signatures', 'try', file, '--data', data, '--json', '--limit', '1'])
  assert.equal(tried.code, 0, tried.stderr)
  const { kind, state, progress, input } = JSON.parse(tried.stdout)
  assert.deepEqual([kind, state, progress.done, input.limit], ['try', 'done', 1, 1])
  const read = await hangar(['reclassify', '--data', data])
  assert.equal(read.code, 0, read.stderr)
  assert.match(read.stdout, /^read again: 2 of 2 snapshots$/m)
  assert.match(read.stdout, /^gained {3}2 incidents$/m)
  const again = await hangar(['reclassify', '--data', data, '--json'])
  assert.equal(JSON.parse(again.stdout).result.gained.incidents, 0)
})

test('history is read again by a running service', async (t) => {
  const { url } = await served(t)
  await save(url, MINE)
  const args = ['reclassify', '--server', url, '--signature', ID, '--json']
  const { code, stdout, stderr } = await hangar(args)
  assert.equal(code, 0, stderr)
  const { kind, state, result, input } = JSON.parse(stdout)
  assert.deepEqual([kind, state, input.signature], ['reclassify', 'done', ID])
  assert.equal(result.gained.incidents, 2)
  assert.equal(await countOf(url), 2)
})

test('a file that is no signature names its lines, and exits 2', async () => {
  const bad = join(folder, 'bad.yaml')
  writeFileSync(bad, 'id: bad\nversion: 1\nseverity: terrible\n')
  const { code, stdout, stderr } = await hangar(['signatures', 'try', bad, '--data', folder])
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /bad\.yaml:3: expected severity: one of critical/)
})

const REFUSED: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [['signatures', 'try'], /try takes one FILE/],
  [['signatures', 'try', file, file], /try takes one FILE/],
  [['signatures', 'try', file, '--limit', '0'], /--limit takes a number of snapshots, not 0/],
  [['reclassify', 'x'], /reclassify takes no x/],
  [['reclassify', '--since', 'monday'], /--since takes a date or a time/],
  [['reclassify', '--data', join(folder, 'none')], /no Hangar keeps its data in .*none/],
  [['reclassify', '--server', 'ftp://x'], /--server takes an address/],
  [['reclassify', '--server', 'http://127.0.0.1:1'], /http:\/\/127\.0\.0\.1:1 cannot be asked/],
]

for (const [args, says] of REFUSED) {
  const typed = args.map((word) => word.replace(folder, 'FOLDER')).join(' ')
  test(`refused with exit code 2: hangar ${typed}`, async () => {
    const { code, stdout, stderr } = await hangar(args)
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, says)
  })
}
