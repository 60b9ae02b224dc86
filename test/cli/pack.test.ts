import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { packFolder } from '../../src/cli/upload/pack.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const LONG = `${'a-long-name-'.repeat(9)}x`

const source = join(folder, 'source')
mkdirSync(join(source, 'proc/1/ns'), { recursive: true })
writeFileSync(join(source, 'proc/1/comm'), 'systemd\n')
writeFileSync(join(source, 'proc/1/stack'), '')
writeFileSync(join(source, 'proc/1/block'), Buffer.alloc(512, 'x'))
symlinkSync('pid:[4026531836]', join(source, 'proc/1/ns/pid'))
writeFileSync(join(source, LONG), 'long')

test('tar unpacks what was packed: files, empty files, links, long names', async () => {
  const archive = join(folder, 'packed.tar.gz')
  writeFileSync(archive, await buffer(packFolder(source)))
  const out = join(folder, 'out')
  mkdirSync(out)
  execFileSync('tar', ['-xzf', archive, '-C', out])
  assert.equal(readFileSync(join(out, 'proc/1/comm'), 'utf8'), 'systemd\n')
  assert.equal(readFileSync(join(out, 'proc/1/stack'), 'utf8'), '')
  assert.equal(readFileSync(join(out, 'proc/1/block'), 'utf8'), 'x'.repeat(512))
  assert.equal(readFileSync(join(out, LONG), 'utf8'), 'long')
  assert.equal(readlinkSync(join(out, 'proc/1/ns/pid')), 'pid:[4026531836]')
})

test('the same folder gives the same bytes, whenever it was touched', async () => {
  const first = await buffer(packFolder(source))
  utimesSync(join(source, 'proc/1/comm'), 1, 1)
  assert.ok(first.equals(await buffer(packFolder(source))))
})
