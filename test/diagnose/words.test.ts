import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { counted, fill, fillCommands, listed, VALUES } from '../../src/diagnose/explain/words.ts'
import { graphOf } from '../../src/diagnose/graph/graph.ts'
import type { Cause } from '../../src/diagnose/match/group.ts'
import { type Asked, type Match, matchSignature } from '../../src/diagnose/match/match.ts'
import { situationOf } from '../../src/diagnose/situation/situation.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import type { Mount, Snapshot } from '../../src/model/snapshot.ts'
import type { Task } from '../../src/model/task.ts'
import { snapshotOfText } from '../../src/parse/text-snapshot.ts'
import { stackMade, taskMade } from './made.ts'

const NFS_READ = stackMade([
  'rpc_wait_bit_killable',
  '__rpc_execute',
  'rpc_execute',
  'rpc_run_task',
  'nfs4_do_call_sync',
  '_nfs4_proc_getattr',
  'nfs4_proc_getattr',
  'do_syscall_64',
])

/** A cause about tasks that wait for an NFS server, on a host whose texts are as given. */
function causeOn(
  source: string,
  mountPoint: string,
  tasks: readonly Partial<Task>[],
): { readonly cause: Cause; readonly asked: Asked } {
  const mount: Mount = {
    mountId: null,
    device: '0:40',
    mountPoint,
    type: 'nfs4',
    source,
    options: 'rw',
    seenBy: null,
    from: { file: 'proc/mounts', line: 4 },
  }
  const snapshot: Snapshot = {
    ...snapshotOfText('[<0>] do_exit+0x1/0x2\n', { name: 'x' }),
    tasks: tasks.map((task) =>
      taskMade({ stack: NFS_READ, stackFrom: { file: 'x', line: 1 }, ...task }),
    ),
    mounts: [mount],
  }
  const situation = situationOf(snapshot)
  const graph = graphOf(situation)
  const signature = loadCatalogue().signatures.find(({ id }) => id === 'nfs-server-unresponsive')
  assert.ok(signature)
  const anchors = situation.notable
  const [match] = matchSignature(signature, anchors, situation, graph)
  const draft: Match = match ?? {
    signature,
    verdict: 'possible',
    subject: { kind: 'mount', id: 'x' },
    anchors,
    roles: new Map([['waiter', anchors]]),
  }
  return {
    cause: { match: draft, absorbed: [], alike: [], victims: [] },
    asked: { draft, victims: [], situation, graph },
  }
}

const HOSTILE = [
  "/mnt/'; touch /tmp/owned; '",
  '/mnt/$(touch /tmp/owned)',
  '/mnt/`touch /tmp/owned`',
  '/mnt/a b',
  '/mnt/\n touch /tmp/owned',
  '/mnt/"; touch /tmp/owned; "',
  '/mnt/\\',
  "/mnt/$'",
  '/mnt/$&$&',
  "/mnt/'$`'",
  '/mnt/{server}',
  '/mnt/{nfs-mount}',
  '/mnt/&& touch /tmp/owned',
  '/mnt/é…',
  '/mnt/*',
  '/mnt/~',
  '/mnt/#',
]

for (const value of HOSTILE) {
  test(`${JSON.stringify(value)} in a command is one word of it, whatever a shell makes of it`, () => {
    const { cause, asked } = causeOn('10.20.0.7:/export', value, [{}])
    const commands = fillCommands("printf '%s|' {nfs-mount} then {nfs-mount}", cause, asked)
    assert.equal(commands?.length, 1)
    const said = execFileSync('sh', ['-c', commands[0] ?? ''], { encoding: 'utf8' })
    assert.equal(said, `${value}|then|${value}|`)
  })

  test(`${JSON.stringify(value)} in a sentence is itself, and fills nothing else in`, () => {
    const { cause, asked } = causeOn('10.20.0.7:/export', value, [{}])
    assert.equal(fill('At {nfs-mount}.', cause, asked), `At ${value}.`)
  })
}

test('two hostile values in one command stay two words', () => {
  const { cause, asked } = causeOn("'{nfs-mount}'", "/mnt/'x", [{}])
  const [command = ''] = fillCommands("printf '%s|' {server} {nfs-mount}", cause, asked) ?? []
  const said = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
  assert.equal(said, "'{nfs-mount}'|/mnt/'x|")
})

test('a plain value is not quoted', () => {
  const { cause, asked } = causeOn('10.20.0.7:/export', '/mnt/data-1', [{}])
  assert.deepEqual(fillCommands('umount -f {nfs-mount}', cause, asked), ['umount -f /mnt/data-1'])
  assert.deepEqual(fillCommands('rpcinfo {server}', cause, asked), ['rpcinfo 10.20.0.7'])
})

test('a command that needs what the bundle does not tell is left out', () => {
  const { cause, asked } = causeOn('10.20.0.7:/export', '/mnt/data', [{}])
  assert.equal(
    fillCommands('echo 1 > /sys/fs/fuse/connections/{connection}/abort', cause, asked),
    null,
  )
  assert.equal(fillCommands('ls {no-such-value}', cause, asked), null)
  assert.deepEqual(fillCommands('ls', cause, asked), ['ls'])
})

test('a command is told for each of several tasks, and for a few only', () => {
  const tasks = Array.from({ length: 9 }, (_, index) => ({ tid: 402 + index, tgid: 402 + index }))
  const { cause, asked } = causeOn('10.20.0.7:/export', '/mnt/data', tasks)
  const commands = fillCommands('cat /proc/{waiter.tid}/stack', cause, asked)
  assert.equal(commands?.length, 4)
  assert.equal(commands[0], 'cat /proc/402/stack')
})

test('a sentence says unknown where the bundle does not tell', () => {
  const { cause, asked } = causeOn('10.20.0.7:/export', '/mnt/data', [{}])
  assert.equal(fill('On connection {connection}.', cause, asked), 'On connection unknown.')
})

test('the roles of a signature can be named and counted in a sentence', () => {
  const { cause, asked } = causeOn('10.20.0.7:/export', '/mnt/data', [
    {},
    { tid: 403, tgid: 402, comm: 'reporter' },
  ])
  assert.equal(
    fill('{waiter}: {waiter.count}, {waiter.tid} of {waiter.tgid}', cause, asked),
    'indexer (tid 402) and reporter (tid 403): 2, 402 and 403 of 402',
  )
})

for (const [names, wanted] of [
  [[], 'none'],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
] as const) {
  test(`${names.length} names are told as "${wanted}"`, () => {
    assert.equal(listed(names), wanted)
  })
}

test('one is one, and everything else is many', () => {
  assert.equal(counted(1, 'other task'), '1 other task')
  assert.equal(counted(0, 'other task'), '0 other tasks')
})

test('every value can be asked for on a host that shows nothing', () => {
  const { cause, asked } = causeOn('', '', [{ stack: null, stackFrom: null, tid: null }])
  for (const value of Object.values(VALUES)) assert.ok(Array.isArray(value(cause, asked)))
})
