import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { collect, diagnosed, openBundle, remains, SHELLS, testFolder } from './collector.ts'
import { type MadeTask, makeHost } from './host.ts'

const folder = testFolder('collect')
after(folder.remove)

const FLUSH =
  '[<0>] request_wait_answer+0x12e/0x210 [fuse]\n[<0>] fuse_simple_request+0x19b/0x310 [fuse]\n' +
  '[<0>] fuse_flush+0x16f/0x1b0 [fuse]\n[<0>] filp_close+0x31/0x70\n[<0>] exit_files+0x7d/0xa0\n' +
  '[<0>] do_exit+0x34f/0xab0\n'
const REAP =
  '[<0>] zap_pid_ns_processes+0x1b0/0x1c0\n[<0>] do_exit+0x9d4/0xab0\n[<0>] do_group_exit+0x3a/0xa0\n'

const DEADLOCK: readonly MadeTask[] = [
  { tgid: 1, comm: 'systemd' },
  { tgid: 500, comm: 'init', pending: '100', nsPids: [1], stack: REAP },
  { tgid: 510, comm: 'ndrive', state: 'Z', nsPids: [7], stack: '', threads: 2 },
  { tgid: 510, tid: 512, comm: 'ndrive', state: 'D', pending: '100', nsPids: [9], stack: FLUSH },
  ...Array.from({ length: 40 }, (_, at) => ({ tgid: 600 + at, comm: `idle${at}` })),
]

for (const shell of SHELLS) {
  test(`${shell.name}: a bundle of this very machine is diagnosed`, {
    skip: shell.skip,
  }, async () => {
    const out = folder.inside(`live-${shell.command[0]}.tar.gz`)
    const at = folder.fresh()
    const args = ['--out', out, '--resample', '1', '--label', 'rack=r 1']
    const { code, stderr } = await collect({ shell, args, folder: at })
    assert.equal(code, 0, stderr)
    assert.equal(stderr, '')
    const { snapshot, diagnosis } = await diagnosed(out)
    assert.equal(snapshot.kernel.release, readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim())
    assert.equal(snapshot.host.labels['rack'], 'r 1')
    assert.equal(snapshot.faults.length, 0)
    assert.ok(diagnosis.tasks.some(({ tgid }) => tgid === process.pid))
    assert.deepEqual(remains(`${at}/run`), { files: [], processes: [] })
  })

  test(`${shell.name}: the deadlock of a made-up host is confirmed`, {
    skip: shell.skip,
  }, async () => {
    const at = folder.fresh()
    const host = makeHost(at, DEADLOCK)
    const out = `${at}/out.tar.gz`
    const ended = await collect({
      shell,
      args: [...host.args, '--out', out, '--resample', '1'],
      folder: at,
    })
    assert.equal(ended.code, 0, ended.stderr)
    const { diagnosis, snapshot } = await diagnosed(out)
    const [incident] = diagnosis.incidents
    assert.equal(incident?.signature, 'fuse-flush-deadlock')
    assert.equal(incident?.verdict, 'confirmed')
    assert.equal(diagnosis.incidents.length, 1)
    assert.deepEqual(snapshot.samples.map(({ tid }) => tid).sort(), [500, 510, 512])
    assert.ok(snapshot.samples.every(({ state, switches }) => state !== null && switches !== null))
  })

  test(`${shell.name}: an empty stack is told from one that was not read`, {
    skip: shell.skip,
  }, async () => {
    const at = folder.fresh()
    const host = makeHost(at, DEADLOCK)
    const out = `${at}/out.tar.gz`
    await collect({ shell, args: [...host.args, '--out', out, '--resample', '0'], folder: at })
    const { lines } = openBundle(out)
    assert.ok(lines.includes('proc/510/task/510/stack:'))
  })
}
