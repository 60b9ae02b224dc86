import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hangar, start } from '../cli/run.ts'
import { type Service, startService } from '../serve/service.ts'
import { collect, remains, SCRIPT, testFolder } from './collector.ts'

// `hangar collect` is the script; what it sends and what `hangar upload` sends are one.

const folder = testFolder('cli')
after(folder.remove)

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const placesIn = (at: string) => ['--run', at, '--state', `${at}/state`, '--spool', `${at}/spool`]

test('hangar collect -o makes a bundle that hangar analyze diagnoses', async () => {
  const at = folder.fresh()
  const out = join(folder.path, 'cli.tar.gz')
  const made = await hangar(['collect', '-o', out, '--resample', '0', ...placesIn(at)])
  assert.equal(made.code, 0, made.stderr)
  assert.equal(statSync(out).mode & 0o077, 0, 'nobody else may read it')
  const { code, stdout, stderr } = await hangar(['analyze', '--json', out])
  assert.ok(code === 0 || code === 1, stderr)
  assert.ok(JSON.parse(stdout).snapshot.counts.tasks > 0)
})

test('its help is the manual of the script', async () => {
  const manual = execFileSync('sh', [SCRIPT, '--help'], { encoding: 'utf8' })
  for (const asked of [
    ['collect', '--help'],
    ['collect', '-h'],
    ['help', 'collect'],
  ]) {
    const { code, stdout } = await hangar(asked)
    assert.equal(code, 0)
    assert.equal(stdout, manual)
  }
})

test('what the script says of wrong options, and its exit code, come through', async () => {
  const { code, stderr } = await hangar(['collect', '--otu', 'x'])
  assert.equal(code, 2)
  assert.match(stderr, /^hangar-collect: .*--otu/)
})

test('a signal to hangar collect ends the script, which leaves nothing', async () => {
  const at = folder.fresh()
  const args = ['collect', '--watch', '--server', service.url, '--verbose', ...placesIn(at)]
  const started = start(args)
  const deadline = performance.now() + 20_000
  while (remains(at).files.length === 0 && performance.now() < deadline) await sleep(50)
  assert.notDeepEqual(remains(at).files, [])
  started.child.kill('SIGTERM')
  const { code } = await started.ended
  assert.equal(code, 143)
  assert.deepEqual(remains(at), { files: [], processes: [] })
})

test('the collector and hangar upload tell host and labels alike: the same bytes are one snapshot', async () => {
  const at = folder.fresh()
  const out = join(at, 'same.tar.gz')
  const said = ['--host', 'web-7', '--label', 'rack=r 1', '--label', 'pool=a&b']
  const args = ['--out', out, '--server', service.url, '--resample', '0', ...said]
  const collected = await collect({ args, folder: at })
  assert.equal(collected.code, 0, collected.stderr)
  const uploaded = await hangar(['upload', out, '--server', service.url, '--wait', ...said])
  assert.equal(uploaded.code, 0, uploaded.stderr)
  const again = await hangar(['upload', out, '--server', service.url, ...said])
  assert.match(again.stdout, /was there already/)
  const { json } = await service.ask('/api/v1/snapshots?host=web-7')
  assert.equal(json.items.length, 1)
  const { json: host } = await service.ask('/api/v1/hosts/web-7')
  assert.deepEqual(host.labels, { rack: 'r 1', pool: 'a&b' })
})
