import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { test } from 'node:test'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { ColumnReader, ColumnWriter } from '../../src/store/source/columns.ts'
import { packSnapshot } from '../../src/store/source/pack-snapshot.ts'
import { fromTemplate, toTemplate } from '../../src/store/source/path-template.ts'
import { readSnapshot } from '../../src/store/source/read-snapshot.ts'
import { captures } from '../ingest/bundles.ts'

const SAMPLES = [
  ...globSync('samples/bundle/*.tar.gz'),
  ...globSync('samples/signature/*/*'),
  ...globSync('samples/text/*.txt').filter((path) => !/nothing-of-ours|only-look-like/.test(path)),
  ...captures(),
]

test('there are snapshots to pack', () => assert.ok(SAMPLES.length > 50))

for (const sample of SAMPLES) {
  test(`${sample}: comes back as it was packed`, async () => {
    const snapshot = await readBundle(sample, { name: 'x', labels: { rack: 'r1' } })
    assert.deepEqual(readSnapshot(packSnapshot(snapshot)), snapshot)
  })
}

test('stacks that were one object are one again, so that each is looked into once', async () => {
  const [sample = ''] = globSync('samples/bundle/*.tar.gz')
  const again = readSnapshot(packSnapshot(await readBundle(sample, { name: 'x' })))
  const known = new Set(again.stacks.map(({ stack }) => stack))
  const ofTasks = again.tasks.flatMap(({ stack }) => stack ?? [])
  assert.ok(ofTasks.length > 0)
  assert.ok(ofTasks.every((stack) => known.has(stack)))
})

test('numbers and values of every kind come back', () => {
  const numbers = [0, null, 1, -1, 127, 128, -129, 2 ** 31, 2 ** 40, null, -(2 ** 40), 5]
  const others = [0.5, null, 1e300, -0.25]
  const values = ['', '{"a":1}', { a: 1 }, '[1]', [1], 1, '1', null, false, '\ud800', '\u0000']
  const writer = new ColumnWriter()
  writer.numbers(numbers)
  writer.values(values)
  writer.numbers(others)
  writer.numbers([])
  const reader = new ColumnReader(writer.finish({ rest: 'x' }))
  assert.deepEqual(reader.rest(), { rest: 'x' })
  assert.deepEqual(reader.numbers(numbers.length), numbers)
  assert.deepEqual(reader.values(values.length), values)
  assert.deepEqual(reader.numbers(others.length), others)
  assert.deepEqual(reader.numbers(0), [])
})

test('a path comes back whatever its host called it', () => {
  const task = { tgid: 12, tid: 34 }
  for (const path of [
    'proc/12/task/34/stack',
    'proc/12/fd/3',
    'proc/34/stat',
    'x',
    '',
    '\u0001y',
  ]) {
    assert.equal(fromTemplate(toTemplate(path, task), task), path)
  }
  assert.equal(toTemplate('proc/12/task/34/stack', task).includes('34'), false)
})

test('a thousand tasks of ten stacks take some kilobytes', () => {
  const snapshot = manyTasks(1000)
  assert.ok(packSnapshot(snapshot).length < 16_000)
})

function manyTasks(count: number): Snapshot {
  const [sample = ''] = globSync('samples/bundle/*.tar.gz')
  assert.ok(sample)
  const stack = { frames: [], names: [], text: [], lineOffsets: [] }
  const task = {
    comm: 'worker',
    state: 'S' as const,
    ppid: 1,
    tracerPid: 0,
    pidNamespace: '4026531836',
    mountNamespace: '4026531841',
    taskPending: [],
    groupPending: [],
    blockedSignals: [1, 2, 10],
    fdSize: 64,
    threads: count,
    kthread: false,
    exitingFlag: false,
    stack,
    wchan: null,
    syscall: null,
    cgroup: '/',
    fds: [],
    unreadable: [],
    marks: [],
    origin: 'proc' as const,
  }
  const tasks = Array.from({ length: count }, (_, index) => ({
    ...task,
    tgid: 1,
    tid: index + 1,
    nsPids: [index + 1],
    switches: { voluntary: (index * 7919) % 50_000, nonvoluntary: index % 90 },
    startTicks: 100 + index * 3,
    stackFrom: { file: `proc/1/task/${index + 1}/stack`, line: 1 },
    from: { file: `proc/1/task/${index + 1}/status`, line: 1 },
  }))
  return { ...EMPTY, tasks, stacks: [{ stack, tasks: count }] }
}

const EMPTY: Omit<Snapshot, 'tasks' | 'stacks'> = {
  sha256: null,
  source: 'bundle',
  host: { name: 'x', machineId: null, bootId: null, labels: {} },
  kernel: { release: null, version: null },
  collectedAt: null,
  uptimeSeconds: null,
  trigger: null,
  mounts: [],
  fuseConnections: [],
  rpcTasks: [],
  fileLocks: [],
  blockDevices: [],
  cgroups: [],
  ps: [],
  samples: [],
  reports: [],
  goroutines: [],
  unreadable: [],
  skipped: { unknown: 0, unsafe: 0, empty: 0 },
  faults: [],
  faultsDropped: 0,
}
