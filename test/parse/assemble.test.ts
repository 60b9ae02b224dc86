import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBundleStream } from '../../src/ingest/read-bundle.ts'
import type { Given, Snapshot } from '../../src/model/snapshot.ts'
import type { Task } from '../../src/model/task.ts'
import { type MadeEntry, tarOf } from '../unpack/tar-writer.ts'

type Files = Readonly<Record<string, string>>

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** The snapshot of files by their paths; a value that starts with `-> ` is a link. */
function snapshotOf(files: Files, given: Given = { name: 'made.tar.gz' }): Promise<Snapshot> {
  const entries: MadeEntry[] = Object.entries(files).map(([path, text]) =>
    text.startsWith('-> ') ? { path, link: text.slice(3) } : { path, bytes: text },
  )
  return readBundleStream(once(tarOf(entries)), given)
}

function status(tid: number, more = ''): string {
  return `Name:\ttask-${tid}\nState:\tS (sleeping)\nPid:\t${tid}\nPPid:\t1\nTracerPid:\t0\nFDSize:\t64\n${more}`
}

/** The usual six files of a task. */
function files(tgid: number, tid: number, more = ''): Files {
  const folder = `proc/${tgid}/task/${tid}`
  return {
    [`${folder}/comm`]: `task-${tid}\n`,
    [`${folder}/stack`]: '[<0>] do_wait+0x114/0x320\n',
    [`${folder}/stat`]: `${tid} (task-${tid}) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ${tid}00 0\n`,
    [`${folder}/status`]: status(tid, more),
    [`${folder}/syscall`]: '61 0x1 0x2\n',
    [`${folder}/wchan`]: 'do_wait',
  }
}

function taskOf(snapshot: Snapshot, tid: number): Task {
  return snapshot.tasks.find((task) => task.tid === tid) ?? assert.fail(`no task ${tid}`)
}

test('tasks come by thread group and task, whatever order their files come in', async () => {
  const { tasks } = await snapshotOf({ ...files(10, 12), ...files(9, 9), ...files(10, 10) })
  assert.deepEqual(
    tasks.map(({ tgid, tid }) => [tgid, tid]),
    [
      [9, 9],
      [10, 10],
      [10, 12],
    ],
  )
})

test('tasks that print the same stack share it', async () => {
  const { tasks, stacks } = await snapshotOf({ ...files(9, 9), ...files(10, 10) })
  assert.equal(tasks[0]?.stack, tasks[1]?.stack)
  assert.deepEqual(
    stacks.map((row) => row.tasks),
    [2],
  )
})

test("a group's own files stand for its leader where the leader has none", async () => {
  const snapshot = await snapshotOf({
    'proc/9/status': status(9),
    'proc/9/stack': '[<0>] do_exit+0x1/0x2\n',
    'proc/10/stack': '[<0>] do_exit+0x1/0x2\n',
    ...files(10, 10),
  })
  assert.deepEqual(taskOf(snapshot, 9).stackFrom, { file: 'proc/9/stack', line: 1 })
  assert.deepEqual(taskOf(snapshot, 10).stack?.names, ['do_wait'])
  assert.equal(taskOf(snapshot, 10).stackFrom?.file, 'proc/10/task/10/stack')
})

test('an empty stack is not the same as none', async () => {
  const snapshot = await snapshotOf({
    'proc/9/task/9/status': status(9),
    'proc/9/task/9/stack': '',
    'proc/10/task/10/status': status(10),
  })
  assert.equal(taskOf(snapshot, 9).stack?.frames.length, 0)
  assert.equal(taskOf(snapshot, 10).stack, null)
})

test('the name is that of comm, else of status, else of stat', async () => {
  const stat = '7 (in stat) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 5 0\n'
  const name = async (bundle: Files) => (await snapshotOf(bundle)).tasks[0]?.comm
  const own = 'proc/7/task/7'
  assert.equal(await name({ [`${own}/stat`]: stat }), 'in stat')
  assert.equal(await name({ [`${own}/stat`]: stat, [`${own}/status`]: status(7) }), 'task-7')
  const all = { [`${own}/comm`]: 'a\nb\n', [`${own}/stat`]: stat, [`${own}/status`]: status(7) }
  assert.equal(await name(all), 'a\nb')
})

test('a task whose blocking files alone are absent is unreadable, and says which', async () => {
  const bundle: Record<string, string> = {
    'proc/15/task/15/comm': 'held\n',
    'proc/15/task/15/status': status(15),
  }
  for (let tid = 20; tid < 30; tid += 1) Object.assign(bundle, files(tid, tid))
  const snapshot = await snapshotOf(bundle)
  assert.deepEqual(
    taskOf(snapshot, 15).unreadable.map(({ path }) => path),
    ['stack', 'stat', 'wchan', 'syscall'].map((kind) => `proc/15/task/15/${kind}`),
  )
  assert.deepEqual(taskOf(snapshot, 20).unreadable, [])
})

test('what the manifest calls unreadable is on its task, even if nothing else of it is there', async () => {
  const unreadable = [{ path: 'proc/15/task/16/stack', why: 'blocked for 2 s' }]
  const snapshot = await snapshotOf({ 'manifest.json': JSON.stringify({ format: 1, unreadable }) })
  assert.deepEqual(snapshot.unreadable, unreadable)
  assert.deepEqual(taskOf(snapshot, 16).unreadable, unreadable)
  assert.equal(taskOf(snapshot, 16).tgid, 15)
})

test('a task that only a listing shows is known by it, and no more', async () => {
  const ps =
    'PID PPID LWP STAT WCHAN PIDNS ELAPSED COMMAND\n 40 1 41 Dl fuse_flush 4026 7 cp\n 9 1 9 S x 4027 7 a\n'
  const snapshot = await snapshotOf({ 'ps-threads.txt': ps, ...files(9, 9) })
  const { origin, state, wchan, pidNamespace, comm, from } = taskOf(snapshot, 41)
  assert.deepEqual(
    { origin, state, wchan, pidNamespace, comm, from },
    {
      origin: 'ps',
      state: 'D',
      wchan: 'fuse_flush',
      pidNamespace: '4026',
      comm: 'cp',
      from: { file: 'ps-threads.txt', line: 2 },
    },
  )
  assert.equal(taskOf(snapshot, 9).origin, 'proc')
  assert.equal(taskOf(snapshot, 9).wchan, 'do_wait')
})

test('links tell namespaces, and open files of FUSE; others are not kept', async () => {
  const snapshot = await snapshotOf({
    ...files(9, 9),
    'proc/9/ns/pid': '-> pid:[4026531836]',
    'proc/9/ns/mnt': '-> mnt:[4026531841]',
    'proc/9/fd/0': '-> /dev/null',
    'proc/9/fd/3': '-> /dev/fuse',
    'proc/9/fd/4': '-> socket:[77]',
    'proc/9/fd/5': '-> /mnt/x/file',
    'proc/9/fd/6': '-> /etc/hosts',
    'proc/9/mountinfo': '41 25 0:48 / /mnt/x rw - fuse.ndrive ndrive rw\n',
    'fuse-fds.txt': '/proc/9/fd:\nlrwx------ 1 root root 64  7 -> /dev/fuse\n',
  })
  const { pidNamespace, mountNamespace, fds } = taskOf(snapshot, 9)
  assert.deepEqual(
    { pidNamespace, mountNamespace },
    { pidNamespace: '4026531836', mountNamespace: '4026531841' },
  )
  assert.deepEqual(fds, [
    { fd: 3, target: '/dev/fuse' },
    { fd: 5, target: '/mnt/x/file' },
    { fd: 7, target: '/dev/fuse' },
  ])
  assert.equal(snapshot.mounts[0]?.seenBy, 9)
})

test('marks quote lines of tasks that are not at rest, and of no others', async () => {
  const pending =
    'SigPnd:\t0000000000000000\nShdPnd:\t0000000000000100\nSigBlk:\t0000000000000000\n'
  const snapshot = await snapshotOf({ ...files(9, 9), ...files(10, 10, pending) })
  assert.deepEqual(taskOf(snapshot, 9).marks, [])
  const { marks, groupPending } = taskOf(snapshot, 10)
  assert.deepEqual(groupPending, [9])
  assert.deepEqual(
    marks.find(({ what }) => what === 'shdPnd'),
    { what: 'shdPnd', file: 'proc/10/task/10/status', line: 8, text: 'ShdPnd:\t0000000000000100' },
  )
})

test('samples join what was read again', async () => {
  const folder = 'resample/2/proc/9/task/9'
  const { samples } = await snapshotOf({
    ...files(9, 9),
    [`${folder}/stack`]: '[<0>] do_wait+0x114/0x320\n',
    [`${folder}/stat`]: '9 (a) D 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 900 0\n',
    [`${folder}/status`]: `${status(9)}voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t1\n`,
  })
  assert.equal(samples.length, 1)
  const { stack, from: _, ...rest } = samples[0] ?? assert.fail('no sample')
  assert.deepEqual(stack?.names, ['do_wait'])
  assert.deepEqual(rest, {
    round: 2,
    tgid: 9,
    tid: 9,
    state: 'S',
    switches: { voluntary: 5, nonvoluntary: 1 },
    startTicks: 900,
  })
})

test('the host is named by the upload, else the manifest, else /proc, else the archive', async () => {
  const manifest = JSON.stringify({ host: { name: 'by-manifest', labels: { a: '1', b: '1' } } })
  const proc = { 'proc/sys/kernel/hostname': 'by-proc\n', hostname: 'by-file\n' }
  const name = async (bundle: Files, given?: Given) => (await snapshotOf(bundle, given)).host.name
  assert.equal(await name({ ...files(9, 9), 'manifest.json': manifest, ...proc }), 'by-manifest')
  assert.equal(await name({ ...files(9, 9), ...proc }), 'by-proc')
  assert.equal(await name(files(9, 9)), 'made')
  const given = { name: 'x', host: 'by-upload', labels: { b: '2' } }
  const { host } = await snapshotOf({ ...proc, 'manifest.json': manifest }, given)
  assert.equal(host.name, 'by-upload')
  assert.deepEqual(host.labels, { a: '1', b: '2' })
})

test('when it was collected is told by the upload, the manifest, or a dated log and the uptime', async () => {
  const manifest = { 'manifest.json': '{ "collectedAt": "2026-11-23T12:00:00Z" }' }
  const at = async (bundle: Files, given?: Given) => (await snapshotOf(bundle, given)).collectedAt
  assert.equal(await at({ ...files(9, 9), ...manifest }), '2026-11-23T12:00:00.000Z')
  const given = {
    name: 'x',
    collectedAt: '2026-11-23T13:00:00+01:00',
    receivedAt: '2027-01-01T00:00:00Z',
  }
  assert.equal(await at(files(9, 9), given), '2026-11-23T12:00:00.000Z')
  assert.equal(
    await at(files(9, 9), { name: 'x', receivedAt: '2027-01-01T00:00:00Z' }),
    '2027-01-01T00:00:00.000Z',
  )
  assert.equal(await at(files(9, 9)), null)
})

const HUNG = (seconds: string) =>
  `[${seconds}] INFO: task cp:41 blocked for more than 120 seconds.\n[${seconds}]       Not tainted 6.1.0 #1\n[${seconds}] task:cp state:D stack:0 pid:41 ppid:1 flags:0x0\n[${seconds}] Call Trace:\n[${seconds}]  schedule+0x5e/0xd8\n[${seconds}]  fuse_flush+0x1a1/0x1e0\n`

test('a report that several logs hold is one report; what only one holds is added', async () => {
  const { reports } = await snapshotOf({
    'dmesg.txt': HUNG('  300.000001'),
    'serial-console.txt': `${HUNG('  300.000001')}${HUNG('  420.000001')}`,
    'sysrq.txt': '',
  })
  assert.deepEqual(
    reports.map(({ uptimeSeconds, from }) => [Math.floor(uptimeSeconds ?? 0), from.file]),
    [
      [300, 'dmesg.txt'],
      [420, 'serial-console.txt'],
    ],
  )
})

test('devices, connections, cgroups, locks and requests are joined by their files', async () => {
  const snapshot = await snapshotOf({
    'sys/block/loop0/inflight': '       0        2\n',
    'sys/block/loop0/loop/backing_file': '/mnt/x/disk.img\n',
    'sys/block/loop0/dev': '7:0\n',
    'sys/fs/fuse/connections/48/waiting': '1\n',
    'sys/fs/fuse/connections/5/waiting': '0\n',
    'sys/fs/cgroup/a/b/cgroup.events': 'populated 1\nfrozen 1\n',
    'sys/fs/cgroup/a/b/cgroup.freeze': '1\n',
    'proc/locks': '1: FLOCK  ADVISORY  WRITE 9 fe:00:1 0 EOF\n',
  })
  assert.deepEqual(
    snapshot.fuseConnections.map(({ minor, waiting }) => [minor, waiting]),
    [
      [5, 0],
      [48, 1],
    ],
  )
  const [device] = snapshot.blockDevices
  assert.equal(device?.backingFile, '/mnt/x/disk.img')
  assert.deepEqual(device?.inflight, { reads: 0, writes: 2 })
  assert.equal(device?.device, '7:0')
  assert.deepEqual(snapshot.cgroups, [
    { path: '/a/b', frozen: true, from: { file: 'sys/fs/cgroup/a/b/cgroup.events', line: 2 } },
  ])
  assert.equal(snapshot.fileLocks[0]?.tgid, 9)
})

test('faults are located, and beyond two hundred only counted', async () => {
  const torn = Array.from({ length: 300 }, (_, index) => `torn ${index}`).join('\n')
  const { faults, faultsDropped } = await snapshotOf({ 'proc/locks': torn, ...files(9, 9) })
  assert.equal(faults.length, 200)
  assert.equal(faultsDropped, 100)
  assert.deepEqual(faults[4], {
    file: 'proc/locks',
    line: 5,
    expected: 'id: kind advice mode pid device:inode start end',
    found: 'torn 4',
  })
})

test('a fault in a stack that several tasks print is located in each', async () => {
  const bundle = { ...files(9, 9), ...files(10, 10) }
  const torn = '[<0>] do_wait+0x114/0x320\n!! no frame\n'
  const { faults } = await snapshotOf({
    ...bundle,
    'proc/9/task/9/stack': torn,
    'proc/10/task/10/stack': torn,
  })
  assert.deepEqual(
    faults.map(({ file, line }) => `${file}:${line}`),
    ['proc/9/task/9/stack:2', 'proc/10/task/10/stack:2'],
  )
})
