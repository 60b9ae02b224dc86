import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hangar, start } from './run.ts'

const HEALTHY = 'samples/bundle/healthy-idle-host.tar.gz'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
const data = join(folder, 'data')
const service = start(['serve', '--port', '0', '--data', data])
let url = ''
let admin = ''

/** Makes a token on the data folder, beside the running service, and answers its text. */
async function created(name: string, role: string): Promise<string> {
  const args = ['token', 'create', name, '--role', role, '--data', data]
  const { code, stdout, stderr } = await hangar(args)
  assert.equal(code, 0, stderr)
  return stdout.trim()
}

before(async () => {
  url = (await service.printed(/listens on (http:\S+),/))[1] ?? ''
  admin = await created('night watch', 'admin')
})
after(async () => {
  service.child.kill('SIGTERM')
  await service.ended
  rmSync(folder, { recursive: true, force: true })
})

test('a token is all that is printed, and its list never shows it', async () => {
  assert.match(admin, /^hgr_\S+$/)
  const { code, stdout } = await hangar(['token', 'list', '--data', data])
  assert.equal(code, 0)
  assert.match(stdout, /admin .*night watch/)
  assert.ok(!stdout.includes(admin))
})

test('an upload without a token is told how to come by one', async () => {
  const { code, stderr } = await hangar(['upload', HEALTHY, '--server', url])
  assert.equal(code, 1)
  assert.match(stderr, /answered 401: .*--token-file FILE, or HANGAR_TOKEN/)
})

test('an upload shows the token of a file or of the environment', async () => {
  const file = join(folder, 'token')
  writeFileSync(file, `${await created('hosts', 'collector')}\n`)
  const byFile = await hangar(['upload', HEALTHY, '--server', url, '--token-file', file])
  assert.equal(byFile.code, 0, byFile.stderr)
  const env = { HANGAR_TOKEN: admin }
  const waited = await hangar(['upload', HEALTHY, '--server', url, '--wait'], { env })
  assert.match(waited.stdout, /nothing found/)
})

test('a token file that holds none is refused before anything is sent', async () => {
  const file = join(folder, 'empty')
  writeFileSync(file, '\n')
  const { code, stderr } = await hangar(['upload', HEALTHY, '--server', url, '--token-file', file])
  assert.equal(code, 2)
  assert.match(stderr, /empty holds no access token/)
})

test('what is revoked lets nobody in', async () => {
  const secret = await created('laptop', 'viewer')
  const ask = () => fetch(`${url}/api/v1/hosts`, { headers: { authorization: `Bearer ${secret}` } })
  assert.equal((await ask()).status, 200)
  const { stdout } = await hangar(['token', 'list', '--data', data])
  const id = /^(\S+).*laptop/m.exec(stdout)?.[1] ?? ''
  const { code, stderr } = await hangar(['token', 'revoke', id, '--data', data])
  assert.equal(code, 0, stderr)
  assert.equal((await ask()).status, 401)
})
