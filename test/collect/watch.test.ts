import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBundle, remains, SHELLS, startCollector, testFolder } from './collector.ts'
import { makeHost } from './host.ts'

const folder = testFolder('watch')
after(folder.remove)

for (const shell of SHELLS) {
  const { skip } = shell
  test(`${shell.name}: a task that does not move between two looks is collected once`, {
    skip,
  }, async () => {
    const at = folder.fresh()
    const host = makeHost(at, [{ tgid: 1 }, { tgid: 7, state: 'D' }])
    const out = `${at}/out.tar.gz`
    const args = ['--watch', '--watch-interval', '1', '--min-interval', '0', '--resample', '0']
    const { child, run, ended } = startCollector({
      shell,
      args: [...host.args, ...args, '--exclude', 'dmesg', '--out', out],
      folder: at,
    })
    for (let tries = 0; tries < 200 && !existsSync(out); tries += 1) await sleep(100)
    const { manifest } = openBundle(out)
    assert.equal(manifest.trigger, 'persistent-tasks')
    await sleep(3000)
    child.kill('SIGTERM')
    const { code, stderr } = await ended
    assert.equal(code, 143)
    assert.equal(stderr.match(/collecting/g)?.length, 1)
    assert.deepEqual(remains(run).files, [])
  })
}
