import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { collect, remains, SCRIPT, SHELLS, startCollector, testFolder } from './collector.ts'
import { makeHost } from './host.ts'

const folder = testFolder('ends')
after(folder.remove)

const NOTHING = { files: [], processes: [] }
const SMALL = ['--resample', '0', '--exclude', 'dmesg,cgroup,ns,fd,mountinfo,locks,rpc,block']

function prepared(args: readonly string[] = SMALL) {
  const at = folder.fresh()
  const host = makeHost(at, [{ tgid: 1 }, { tgid: 9, comm: 'app', state: 'D' }])
  return { at, run: `${at}/run`, host, args: [...host.args, '--out', `${at}/out.tar.gz`, ...args] }
}

async function nothingRemains(run: string, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs
  while (performance.now() < until) {
    const { files, processes } = remains(run)
    if (files.length + processes.length === 0) return
    await sleep(50)
  }
  assert.deepEqual(remains(run), NOTHING)
}

for (const shell of SHELLS) {
  const { skip } = shell

  test(`${shell.name}: kill -9 at any moment leaves nothing behind`, { skip }, async () => {
    for (const afterMs of [30, 150, 400]) {
      const { at, args, host } = prepared(['--resample', '5'])
      host.block('proc/9/task/9/stack')
      const { child, run, ended } = startCollector({ shell, args, folder: at })
      await sleep(afterMs)
      child.kill('SIGKILL')
      assert.equal((await ended).signal, 'SIGKILL')
      // What was killed before its clock ran is left to the next run.
      if (readdirSync(run).length === 0) continue
      await sleep(1500)
      assert.deepEqual(remains(run).processes, [])
      const next = await collect({ shell, args: prepared().args, folder: at })
      assert.equal(next.code, 0, next.stderr)
      assert.deepEqual(remains(run), NOTHING)
    }
  })

  test(`${shell.name}: a signal ends it, and it clears up`, { skip }, async () => {
    const { at, args } = prepared(['--resample', '20'])
    const { child, run, ended } = startCollector({ shell, args, folder: at })
    await untilLocked(run)
    child.kill('SIGTERM')
    const { code } = await ended
    assert.equal(code, 143)
    await nothingRemains(run, 2000)
  })

  test(`${shell.name}: of two at once, one says that the other is at work`, { skip }, async () => {
    const { at, args } = prepared(['--resample', '20'])
    const first = startCollector({ shell, args, folder: at })
    await untilLocked(first.run)
    const second = await collect({ shell, args, folder: at })
    assert.equal(second.code, 4, second.stderr)
    assert.match(second.stderr, /another run \(process \d+\)/)
    first.child.kill('SIGTERM')
    await first.ended
    await nothingRemains(first.run, 2000)
  })
}

async function untilLocked(run: string): Promise<void> {
  const until = performance.now() + 15_000
  while (!locked(run) && performance.now() < until) await sleep(20)
}

function locked(run: string): boolean {
  return existsSync(run) && readdirSync(run).some((name) => name.includes('.run.lock.'))
}

test('the lock of a dead run is taken over, and its folder swept', async () => {
  const { at, run, args } = prepared()
  mkdirSync(`${run}/hangar-collect.${process.pid}.1`, { recursive: true })
  // This very process, but of another start: its pid was given again.
  symlinkSync(`${process.pid}.1`, `${run}/hangar-collect.run.lock.${process.getuid?.() ?? 0}`)
  const ended = await collect({ args, folder: at })
  assert.equal(ended.code, 0, ended.stderr)
  assert.deepEqual(remains(run), NOTHING)
})

test('many runs in a row leave nothing', async () => {
  const { at, run, args } = prepared([
    '--resample',
    '0',
    '--exclude',
    'stack,stat,wchan,syscall,cgroup,ns,fd,mountinfo,fuse,rpc,block,dmesg,locks,pressure',
  ])
  const script = `i=0; while [ $i -lt 12 ]; do sh "$@" || exit; i=$((i + 1)); done`
  const places = ['--run', run, '--state', `${at}/state`, '--spool', `${at}/spool`]
  mkdirSync(run)
  execFileSync('sh', ['-c', script, 'sh', SCRIPT, ...places, ...args])
  await nothingRemains(run, 2000)
})

test('a place that takes no files is an end with a word', async () => {
  const { at, args } = prepared()
  writeFileSync(`${at}/file`, '')
  const ended = await collect({ args: [...args, '--run', `${at}/file`], folder: at })
  assert.equal(ended.code, 1)
  assert.match(ended.stderr, /cannot make files in/)
})

test('an output that cannot be written is an end with a word', async () => {
  const { at, run, args } = prepared()
  const ended = await collect({ args: [...args, '--out', `${at}/no/such/folder`], folder: at })
  assert.equal(ended.code, 8)
  assert.match(ended.stderr, /cannot write/)
  assert.deepEqual(remains(run), NOTHING)
})

const MOUNTS = spawnSync('unshare', ['--mount', 'true']).status === 0
const skip = MOUNTS ? false : 'no right to mount in a namespace of its own'

/** Runs the collector in a mount namespace where this was mounted first. */
function within(mounts: string, args: readonly string[]) {
  return spawnSync(
    'unshare',
    ['--mount', 'sh', '-ec', `${mounts}; exec sh "$@"`, 'sh', SCRIPT, ...args],
    {
      encoding: 'utf8',
    },
  )
}

test('a disk that fills up is an end with a word', { skip }, () => {
  const { at, run, args } = prepared()
  mkdirSync(run)
  const ended = within(`mount -t tmpfs -o size=512k none '${run}'`, [...args, '--run', run])
  assert.equal(ended.status, 1, ended.stderr)
  assert.match(ended.stderr, /cannot make files in/)
  assert.ok(!existsSync(`${at}/out.tar.gz`))
})

test('a root that is read-only is no hindrance', { skip }, () => {
  const { at, args } = prepared()
  const ended = within('mount -o remount,bind,ro / 2>/dev/null || mount -o remount,ro /', args)
  assert.equal(ended.status, 0, ended.stderr)
  assert.ok(existsSync(`${at}/out.tar.gz`))
})

test('with no place for files at all it says where it looked', { skip }, () => {
  const { args } = prepared()
  const script = readFileSync(SCRIPT)
  const hide = ['/dev/shm', '/run', '/tmp', '/var/tmp'].map(
    (at) => `mount -t tmpfs -o ro none ${at}`,
  )
  const command = `${hide.join('; ')}; exec sh -s -- "$@"`
  const ended = spawnSync('unshare', ['--mount', 'sh', '-ec', command, 'sh', ...args], {
    input: script,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  })
  assert.equal(ended.status, 1, ended.stderr)
  assert.match(ended.stderr, /no room for temporary files/)
})
