import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  ANY_SHELL,
  collect,
  diagnosed,
  openBundle,
  remains,
  SHELLS,
  testFolder,
} from './collector.ts'
import { makeHost } from './host.ts'

const folder = testFolder('blocked')
after(folder.remove)

/** A host of sixty tasks, in which these files block whoever opens them. */
function blockedHost(paths: readonly string[]) {
  const at = folder.fresh()
  const host = makeHost(
    at,
    Array.from({ length: 60 }, (_, index) => ({ tgid: 100 + index, comm: `app${index}` })),
  )
  for (const path of paths) host.block(path)
  return { at, host, out: `${at}/out.tar.gz` }
}

type Unreadable = { readonly path: string; readonly why: string }

for (const shell of SHELLS) {
  test(`${shell.name}: blocked stacks cost their own tasks alone`, {
    skip: shell.skip,
  }, async () => {
    const stuck = [110, 130, 150]
    const files = stuck.flatMap((tgid) =>
      ['stack', 'wchan', 'stat', 'syscall'].map((name) => `proc/${tgid}/task/${tgid}/${name}`),
    )
    const { at, host, out } = blockedHost(files)
    const args = [...host.args, '--out', out, '--resample', '0', '--read-timeout', '1']
    const ended = await collect({ shell, args, folder: at })
    assert.equal(ended.code, 0, ended.stderr)
    assert.deepEqual(remains(`${at}/run`), { files: [], processes: [] })
    const { lines, manifest } = openBundle(out)
    const told: Unreadable[] = manifest.unreadable
    const blocked = told.filter(({ why }) => why === 'blocked 1 s').map(({ path }) => path)
    assert.deepEqual(
      blocked.sort(),
      stuck.map((tgid) => `proc/${tgid}/task/${tgid}/stack`),
    )
    const stacks = new Set(
      lines.filter((line) => line.includes('/stack:')).map((line) => line.split('/')[1]),
    )
    assert.equal(stacks.size, 57)
    const { snapshot } = await diagnosed(out)
    const unread = snapshot.tasks.filter(({ unreadable }) => unreadable.length > 0)
    assert.deepEqual(unread.map(({ tgid }) => tgid).sort(), stuck)
  })
}

test('a blocked file of the host costs that file', { skip: ANY_SHELL.skip }, async () => {
  const { at, host, out } = blockedHost(['proc/uptime'])
  const args = [...host.args, '--out', out, '--resample', '0', '--read-timeout', '1']
  const ended = await collect({ args, folder: at })
  assert.equal(ended.code, 0, ended.stderr)
  const { lines, manifest } = openBundle(out)
  assert.ok(manifest.unreadable.some(({ path }: Unreadable) => path === 'proc/uptime'))
  assert.ok(lines.some((line) => line.startsWith('proc/version:')))
})

test('a cgroup or a lock table that blocks does not cost the stacks', {
  skip: ANY_SHELL.skip,
}, async () => {
  const { at, host, out } = blockedHost(['proc/120/cgroup', 'proc/140/mountinfo', 'proc/locks'])
  const args = [...host.args, '--out', out, '--resample', '0', '--read-timeout', '1']
  const ended = await collect({ args: [...args, '--namespaces', 'all'], folder: at })
  assert.equal(ended.code, 0, ended.stderr)
  const { lines, manifest } = openBundle(out)
  const paths = manifest.unreadable.map(({ path }: Unreadable) => path)
  assert.ok(paths.includes('proc/120/cgroup'))
  assert.ok(paths.includes('proc/locks'))
  assert.equal(lines.filter((line) => line.includes('/cgroup:')).length, 59)
})

test('at a deadline of a second the bundle holds what was read', {
  skip: ANY_SHELL.skip,
}, async () => {
  const { at, host, out } = blockedHost(['proc/100/task/100/stack', 'proc/101/task/101/stack'])
  const args = [...host.args, '--out', out, '--deadline', '1', '--resample', '5']
  const ended = await collect({ args, folder: at })
  assert.ok(ended.code === 0 || ended.code === 7, ended.stderr)
  assert.ok(ended.elapsedMs < 8000, `${ended.elapsedMs} ms`)
  assert.deepEqual(remains(`${at}/run`), { files: [], processes: [] })
  if (ended.code === 0) {
    const { manifest } = openBundle(out)
    assert.ok(manifest.unreadable.some(({ why }: Unreadable) => /deadline/.test(why)))
  }
})

test('more blocked tasks than time leave the rest of the bundle whole', {
  skip: ANY_SHELL.skip,
}, async () => {
  const stuck = Array.from({ length: 30 }, (_, index) => 100 + 2 * index)
  const { at, host, out } = blockedHost(stuck.map((tgid) => `proc/${tgid}/task/${tgid}/stack`))
  const args = [...host.args, '--out', out, '--resample', '0', '--read-timeout', '1']
  const ended = await collect({ args: [...args, '--deadline', '20'], folder: at })
  assert.equal(ended.code, 0, ended.stderr)
  const { lines } = openBundle(out)
  assert.equal(
    lines.filter((line) => line.includes('/stack:') && line.includes('epoll')).length,
    30,
  )
  assert.equal(lines.filter((line) => line.includes('/status:State:')).length, 60)
})
