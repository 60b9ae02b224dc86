import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hangar } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('list names every signature with version, severity and title', async () => {
  const { code, stdout } = await hangar(['signatures', 'list'])
  assert.equal(code, 0)
  assert.match(stdout, /^fuse-flush-deadlock +v\d+ +critical +\S/m)
})

test('list --json prints one signature a line', async () => {
  const { stdout } = await hangar(['signatures', 'list', '--json'])
  const ids = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id)
  assert.ok(ids.includes('nfs-flush-deadlock'))
})

test('check finds no fault in what ships', async () => {
  const { code, stdout, stderr } = await hangar(['signatures', 'check'])
  assert.equal(code, 0, stdout)
  assert.match(stderr, /\d+ signatures, \d+ kernel records?: no fault/)
})

test('check names file and line of each fault', async () => {
  const file = join(folder, 'bad.yaml')
  writeFileSync(file, 'id: bad\nversion: 1\nseverity: terrible\nsurprise: true\n')
  const { code, stdout, stderr } = await hangar(['signatures', 'check', file])
  assert.equal(code, 1)
  assert.match(stdout, /bad\.yaml:3: expected severity: one of critical/)
  assert.match(stdout, /bad\.yaml:4: expected one of/)
  assert.match(stderr, /1 file: \d+ faults/)
})

test('check of text that is no YAML names its line', async () => {
  const file = join(folder, 'torn.yaml')
  writeFileSync(file, 'id: torn\nroles: [a, b\n')
  const { code, stdout } = await hangar(['signatures', 'check', file])
  assert.equal(code, 1)
  assert.match(stdout, /torn\.yaml:\d+: expected YAML/)
})

test('a part that does not exist is an error with a suggestion', async () => {
  const { code, stderr } = await hangar(['signatures', 'chek'])
  assert.equal(code, 2)
  assert.match(stderr, /did you mean check\?/)
})

test('test says which sample does not keep the promise of its name', async () => {
  const samples = join(folder, 'samples')
  const place = join(samples, 'fuse-flush-deadlock')
  mkdirSync(place, { recursive: true })
  cpSync('samples/bundle/healthy-idle-host.tar.gz', join(place, 'fires-not.tar.gz'))
  cpSync('samples/bundle/healthy-idle-host.tar.gz', join(place, 'silent-healthy.tar.gz'))
  const args = ['signatures', 'test', 'fuse-flush-deadlock', '--samples', samples]
  const { code, stdout } = await hangar(args)
  assert.equal(code, 1)
  assert.match(
    stdout,
    /WRONG {2}.*fires-not\.tar\.gz: fuse-flush-deadlock does not fire; found nothing/,
  )
  assert.match(stdout, /2 samples of 1 signature, 1 wrong/)
})

test('test says which signature lacks a sample', async () => {
  const samples = join(folder, 'none')
  mkdirSync(samples)
  const args = ['signatures', 'test', 'fuse-flush-deadlock', '--samples', samples]
  const { code, stdout } = await hangar(args)
  assert.equal(code, 1)
  assert.match(stdout, /fuse-flush-deadlock: no sample fires-\*/)
  assert.match(stdout, /fuse-flush-deadlock: no sample silent-\*/)
})
