import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import {
  collect,
  diagnosed,
  lacks,
  openBundle,
  SHELLS,
  startCollector,
  testFolder,
} from './collector.ts'
import { makeHost } from './host.ts'

const folder = testFolder('private')
after(folder.remove)

const BRIEF = ['--resample', '0', '--exclude', 'dmesg,locks,rpc,block']

for (const shell of SHELLS) {
  const { skip } = shell

  test(`${shell.name}: hostile names forge nothing, and no secret is taken`, { skip }, async () => {
    const at = folder.fresh()
    const evil = 'x\nproc/1/task/1/status:State:\tD (disk sleep)\n../../etc\u001b[31m'
    const host = makeHost(at, [{ tgid: 1 }, { tgid: 7, comm: evil }, { tgid: 8, comm: '"\\$(id)' }])
    host.write('proc/8x/task/8/status', 'State:\tD (disk sleep)\n')
    const out = `${at}/out.tar.gz`
    const label = 'odd="quote\\ $(id) `id`'
    const ended = await collect({
      shell,
      args: [...host.args, ...BRIEF, '--out', out, '--label', label],
      folder: at,
    })
    assert.equal(ended.code, 0, ended.stderr)
    const { text, manifest } = openBundle(out)
    assert.ok(
      !text().some((bytes) => /secret-|cmdline|environ|Cpus_allowed/.test(bytes.toString())),
    )
    assert.equal(manifest.host.labels.odd, '"quote\\ $(id) `id`')
    const { snapshot } = await diagnosed(out)
    assert.equal(snapshot.tasks.length, 3)
    assert.ok(snapshot.tasks.every(({ state }) => state === 'S'))
    assert.equal(snapshot.tasks.find(({ tgid }) => tgid === 8)?.comm, '"\\$(id)')
  })

  const scrubs = skip || lacks('sha256sum')
  test(`${shell.name}: --scrub hides names and addresses, the same way each time`, {
    skip: scrubs,
  }, async () => {
    const at = folder.fresh()
    const host = makeHost(at, [{ tgid: 1 }, { tgid: 7, comm: 'alice-agent' }])
    // As the kernel names the thread that cares for an NFS server.
    host.write('proc/7/task/7/comm', '10.1.2.3-manage\n')
    host.write('proc/1/task/1/comm', 'fe80::12-manage\n')
    host.write('proc/sys/kernel/hostname', 'web-7.corp.example\n')
    host.write('etc/hosts', '10.1.2.3 files.corp.example files\n')
    host.write('etc/passwd', 'root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/sh\n')
    host.write(
      'proc/mounts',
      'files:/export /mnt/a nfs4 rw,addr=10.1.2.3,clientaddr=fe80::12:34 0 0\n' +
        'alice@web-7:/home/alice /mnt/b fuse.sshfs rw 0 0\n' +
        'ip-10-1-2-3:/export /mnt/nfsv4-10.1.2.3 nfs4 rw 0 0\nWEB-7:/e /mnt/c nfs4 rw 0 0\n',
    )
    const lines: string[][] = []
    for (const run of [1, 2]) {
      const out = `${at}/out${run}.tar.gz`
      const args = [...host.args, ...BRIEF, '--scrub', '--label', 'peer=10.1.2.3', '--out', out]
      const ended = await collect({ shell, args, folder: at })
      assert.equal(ended.code, 0, ended.stderr)
      const bundle = openBundle(out)
      const all = bundle.text().join('\n')
      assert.doesNotMatch(
        all,
        /web-7|corp\.example|alice(?!-agent)|10[.-]1[.-]2[.-]3|fe80|0123456789abcdef/i,
      )
      assert.match(bundle.manifest.host.name, /^host-[0-9a-f]{10}$/)
      assert.match(bundle.manifest.host.labels.peer, /^v4-[0-9a-f]{10}$/)
      assert.ok(bundle.lines.some((line) => /comm:v4-[0-9a-f]{10}-manage$/.test(line)))
      assert.ok(bundle.lines.some((line) => /comm:v6-[0-9a-f]{10}-manage$/.test(line)))
      lines.push(bundle.lines.filter((line) => line.startsWith('proc/mounts:')))
      const map = readFileSync(`${at}/state/scrub.map`, 'utf8')
      assert.match(map, /^v4 10\.1\.2\.3 v4-[0-9a-f]{10}$/m)
      assert.match(map, /^user alice user-[0-9a-f]{10}$/m)
    }
    assert.deepEqual(lines[0], lines[1])
  })

  test(`${shell.name}: a link by the name of the unfinished output is not written through`, {
    skip,
  }, async () => {
    const at = folder.fresh()
    const host = makeHost(at, [{ tgid: 1 }])
    mkdirSync(`${at}/shared`)
    writeFileSync(`${at}/precious`, 'precious')
    const out = `${at}/shared/out.tar.gz`
    const args = [...host.args, ...BRIEF, '--out', out]
    const { child, ended } = startCollector({ shell, args, folder: at })
    symlinkSync(`${at}/precious`, `${out}.${child.pid}.part`)
    assert.equal((await ended).code, 0)
    assert.equal(readFileSync(`${at}/precious`, 'utf8'), 'precious')
    assert.equal(openBundle(out).manifest.format, 1)
  })
}
