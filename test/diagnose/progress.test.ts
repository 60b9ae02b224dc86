import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparerOf, secondsBetween } from '../../src/diagnose/situation/earlier.ts'
import type { Earlier, EarlierTask } from '../../src/model/earlier.ts'
import type { Task } from '../../src/model/task.ts'
import { snapshotOfText } from '../../src/parse/text-snapshot.ts'
import { stackMade, taskMade } from './made.ts'

const SINCE = '2026-11-23T12:00:00Z'
const SWITCHES = { voluntary: 7, nonvoluntary: 2 }

const BEFORE: EarlierTask = {
  tid: 402,
  startTicks: 1_000,
  switches: SWITCHES,
  stack: 'wait_transaction_locked\nadd_transaction_credits',
  stoodSeconds: 0,
  since: null,
}
const NOW: Partial<Task> = {
  startTicks: 1_000,
  switches: SWITCHES,
  stack: stackMade(['wait_transaction_locked', 'add_transaction_credits']),
}

/** What comparing says of a task that was seen at 500 s of uptime and again so many seconds later. */
function compared(now: Partial<Task>, apartSeconds: number, before: Partial<EarlierTask> = {}) {
  const earlier: Earlier = {
    collectedAt: SINCE,
    uptimeSeconds: 500,
    tasks: [{ ...BEFORE, ...before }],
  }
  const blank = snapshotOfText('[<0>] do_exit+0x1/0x2\n', { name: 'x' })
  const later = { ...blank, uptimeSeconds: 500 + apartSeconds }
  return comparerOf(later, earlier)(taskMade({ ...NOW, ...now }))
}

test('same start, stack and switch counts prove that a task stands, since the earlier snapshot', () => {
  assert.deepEqual(compared({}, 60), { kind: 'unmoved', seconds: 60, since: SINCE })
})

test('what stood before is known to stand since then', () => {
  const since = '2026-11-23T11:50:00Z'
  const again = compared({}, 60, { stoodSeconds: 600, since })
  assert.deepEqual(again, { kind: 'unmoved', seconds: 660, since })
})

test('a task that came back to the same place is moving, unless that was long ago', () => {
  const ran = { switches: { voluntary: 8, nonvoluntary: 2 } }
  assert.equal(compared(ran, 5)?.kind, 'moving')
  assert.equal(compared(ran, 3_600), null)
  assert.equal(compared({ switches: { voluntary: 7, nonvoluntary: 3 } }, 5)?.kind, 'moving')
})

const SAYS_NOTHING: readonly (readonly [string, Partial<Task>])[] = [
  ['the next task of its tid', { startTicks: 40_000 }],
  ['a task whose start is not known', { startTicks: null }],
  ['a task without switch counts', { switches: null }],
  ['a task in another place', { stack: stackMade(['do_exit']) }],
  ['a zombie, which can only stand', { state: 'Z' }],
  ['a task that runs', { state: 'R' }],
  ['another tid', { tid: 403 }],
]
for (const [says, now] of SAYS_NOTHING) {
  test(`${says} is neither proven stuck nor moving`, () => assert.equal(compared(now, 60), null))
}

test('a task that had only just started stands only over more seconds than a teardown takes', () => {
  const started = { startTicks: 49_700 }
  assert.equal(compared(started, 5, started), null)
  assert.equal(compared(started, 10, started)?.kind, 'unmoved')
  assert.equal(compared({}, 5)?.kind, 'unmoved')
})

test('snapshots of one instant, or the wrong way round, are not compared', () => {
  assert.equal(compared({}, 0.04), null)
  assert.equal(compared({}, -60), null)
})

test('uptime says how far two snapshots are apart, and the dates where it is not known', () => {
  const early = { collectedAt: SINCE, uptimeSeconds: 500 }
  const late = { collectedAt: '2026-11-23T13:00:00Z', uptimeSeconds: 530 }
  assert.equal(secondsBetween(early, late), 30)
  assert.equal(secondsBetween({ ...early, uptimeSeconds: null }, late), 3_600)
  assert.equal(secondsBetween({ ...early, uptimeSeconds: null, collectedAt: null }, late), null)
})
