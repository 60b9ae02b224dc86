import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hangar } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The commands of the README, as people paste them, but for where they put the result. */
function collectCommands(): string {
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? []
  return block.replace('/tmp/', `${folder}/`)
}

test('what the README says to paste makes a bundle of this very machine', async () => {
  execFileSync('sh', ['-c', collectCommands()], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [archive = ''] = readdirSync(folder)
  const { code, stdout, stderr } = await hangar(['analyze', '--json', join(folder, archive)])
  assert.ok(code === 0 || code === 1, stderr)
  const { snapshot, tasks } = JSON.parse(stdout)
  assert.equal(snapshot.kernel.release, readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim())
  assert.ok(snapshot.counts.tasks > 0)
  assert.ok(Array.isArray(tasks))
})
