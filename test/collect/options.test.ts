import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { collect, lacks, openBundle, remains, SCRIPT, SHELLS, testFolder } from './collector.ts'
import { makeHost } from './host.ts'

const folder = testFolder('options')
after(folder.remove)

test('shellcheck finds nothing', { skip: lacks('shellcheck') }, () => {
  const check = 'shellcheck -s sh -S warning "$0"'
  const { stdout, status } = spawnSync('sh', ['-c', check, SCRIPT], { encoding: 'utf8' })
  assert.equal(stdout, '')
  assert.equal(status, 0)
})

const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /where to/],
  [['--nonsense', 'x'], /no option --nonsense/],
  [['--deadline', 'soon', '--out', '-'], /whole number/],
  [['--deadline', '08', '--out', '-'], /whole number/],
  [['--out'], /takes a value/],
  [['--label', 'novalue', '--out', '-'], /NAME=VALUE/],
  [['--exclude', 'memory', '--out', '-'], /not 'memory'/],
  [['--goroutines', 'podman', '--out', '-'], /not 'podman'/],
  [['--server', 'ftp://x'], /http/],
  [['--namespaces', 'mine', '--out', '-'], /pid:\[/],
  [['--config', '/no/such/file', '--out', '-'], /config file/],
  [['what', '--out', '-'], /what is 'what'/],
]

for (const shell of SHELLS) {
  const { skip } = shell

  test(`${shell.name}: wrong options are told apart`, { skip }, async () => {
    for (const [args, says] of WRONG) {
      const ended = await collect({ shell, args, folder: folder.fresh() })
      assert.equal(ended.code, 2, `${args}: ${ended.stderr}`)
      assert.match(ended.stderr, says)
    }
  })

  test(`${shell.name}: the config file is data, and the command line wins`, { skip }, async () => {
    const at = folder.fresh()
    const host = makeHost(at, [{ tgid: 1 }])
    const config = `${at}/collect.conf`
    writeFileSync(
      config,
      `# a comment\n\n  trigger =  timer \nlabel = rack=$(touch ${at}/owned)\nresample=0\n` +
        'exclude = dmesg,locks\nhost = from-file',
    )
    const out = `${at}/out.tar.gz`
    const args = [...host.args, '--config', config, '--host', 'from-line', '--out', out]
    const ended = await collect({ shell, args, folder: at, env: { CLOUD_ZONE: 'z1' } })
    assert.equal(ended.code, 0, ended.stderr)
    const { manifest } = openBundle(out)
    assert.equal(manifest.trigger, 'timer')
    assert.equal(manifest.host.name, 'from-line')
    assert.deepEqual(manifest.host.labels, { rack: `$(touch ${at}/owned)`, zone: 'z1' })
    assert.equal(spawnSync('ls', [`${at}/owned`]).status, 2)
  })
}

test('a setting that does not exist is told with its line', async () => {
  const at = folder.fresh()
  writeFileSync(`${at}/collect.conf`, 'trigger = timer\ncolour = red\n')
  const ended = await collect({
    args: ['--config', `${at}/collect.conf`, '--out', '-'],
    folder: at,
  })
  assert.equal(ended.code, 2)
  assert.match(ended.stderr, /line 2: there is no setting 'colour'/)
})

test('labels come from a file, also as Kubernetes writes them', async () => {
  const at = folder.fresh()
  const host = makeHost(at, [{ tgid: 1 }])
  writeFileSync(`${at}/labels`, '# mine\nrack=r1\napp.kubernetes.io/name="node agent"\n')
  const args = ['--resample', '0', '--labels-file', `${at}/labels`, '--out', `${at}/out.tar.gz`]
  const ended = await collect({ args: [...host.args, ...args], folder: at })
  assert.equal(ended.code, 0, ended.stderr)
  const { manifest } = openBundle(`${at}/out.tar.gz`)
  assert.deepEqual(manifest.host.labels, { rack: 'r1', 'app.kubernetes.io/name': 'node agent' })
})

test('what is excluded is not read, and standard output takes a bundle', async () => {
  const at = folder.fresh()
  const host = makeHost(at, [{ tgid: 1 }, { tgid: 2, state: 'D' }])
  const kinds = 'wchan,syscall,cgroup,ns,fd,mountinfo,dmesg,locks,fuse'
  const args = [...host.args, '--resample', '0', '--exclude', kinds, '--out', '-']
  const ended = await collect({ args, folder: at })
  assert.equal(ended.code, 0, ended.stderr)
  writeFileSync(`${at}/out.tar.gz`, ended.stdout)
  const { lines } = openBundle(`${at}/out.tar.gz`)
  assert.ok(
    !lines.some((line) => /\/(?:wchan|syscall|cgroup|nslist|mountinfo|waiting):/.test(line)),
  )
  assert.ok(lines.some((line) => line.startsWith('proc/2/task/2/stack:')))
})

test('a dry run names what it would do, and does none of it', async () => {
  const at = folder.fresh()
  const host = makeHost(at, [{ tgid: 1 }, { tgid: 2 }])
  host.block('proc/1/task/1/stack')
  const args = [...host.args, '--dry-run', '--server', 'http://127.0.0.1:9']
  const ended = await collect({ args, folder: at })
  assert.equal(ended.code, 0, ended.stderr)
  const said = ended.stdout.toString()
  assert.match(said, /each of 2 tasks.*stack/)
  assert.match(said, /would read: sys\/fs\/fuse\/connections\/48\/waiting/)
  assert.match(said, /would send to: http:\/\/127\.0\.0\.1:9\/api\/v1\/snapshots/)
  assert.doesNotMatch(said, /cmdline|environ/)
  assert.deepEqual(remains(`${at}/run`), { files: [], processes: [] })
})

test('the manual tells every option and every exit code', () => {
  const { stdout, status } = spawnSync('sh', [SCRIPT, '--help'], { encoding: 'utf8' })
  assert.equal(status, 0)
  const options =
    'server token-file out dry-run label labels-file namespaces deadline read-timeout max-tasks max-bytes resample exclude goroutines scrub trigger watch watch-interval min-interval config spool spool-max state quiet verbose version help run proc sys etc host'
  for (const option of options.split(' ')) assert.match(stdout, new RegExp(`--${option}\\b`))
  for (let code = 0; code <= 8; code += 1) assert.match(stdout, new RegExp(`^  ${code}  `, 'm'))
  assert.ok(stdout.split('\n').every((line) => line.length <= 110))
})
