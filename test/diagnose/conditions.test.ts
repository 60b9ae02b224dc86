import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONDITION_NAMES, holds } from '../../src/diagnose/match/conditions.ts'
import type { Actor } from '../../src/diagnose/situation/actor.ts'
import type { Conditions, TaskWhere } from '../../src/model/signature.ts'
import { actorMade, reportMade, stackMade, waitMade } from './made.ts'

/** A task that meets a condition, and one that is as near as can be and does not. */
type Row = {
  readonly where: TaskWhere
  readonly says: string
  readonly yes: Actor
  readonly no: Actor
}

const stacked = (...names: readonly string[]) => actorMade({ task: { stack: stackMade(names) } })
const reported = actorMade({ progress: { kind: 'reported', seconds: 120 } })
const unmoved = actorMade({ progress: { kind: 'unmoved', seconds: null, since: null } })
const moving = actorMade({ progress: { kind: 'moving', why: 'it ran between two samples' } })

const ROWS: { readonly [Name in keyof Conditions]: readonly Row[] } = {
  frames: [
    {
      where: { frames: ['fuse_flush', 'do_exit'] },
      says: 'in this order, with gaps',
      yes: stacked('request_wait_answer', 'fuse_flush', 'filp_close', 'do_exit'),
      no: stacked('do_exit', 'filp_close', 'fuse_flush'),
    },
    {
      where: { frames: ['fuse_flush'] },
      says: 'the whole name',
      yes: stacked('fuse_flush.isra.0'),
      no: stacked('fuse_flush_writepages'),
    },
    {
      where: { frames: ['fuse_flush'] },
      says: 'not without a stack',
      yes: stacked('fuse_flush'),
      no: actorMade(),
    },
  ],
  anyFrame: [
    {
      where: { anyFrame: ['nfs_file_flush', 'nfs4_file_flush'] },
      says: 'one of them',
      yes: stacked('nfs_wb_all', 'nfs4_file_flush'),
      no: stacked('nfs_wb_all', 'nfs_file_fsync'),
    },
  ],
  noFrame: [
    {
      where: { noFrame: ['fuse_flush', 'zap_pid_ns_processes'] },
      says: 'none of them',
      yes: stacked('cifs_flush'),
      no: stacked('do_wait', 'zap_pid_ns_processes'),
    },
    {
      where: { noFrame: ['fuse_flush'] },
      says: 'also without a stack',
      yes: actorMade(),
      no: stacked('fuse_flush'),
    },
  ],
  class: [
    {
      where: { class: ['ext4', 'xfs'] },
      says: 'one of them',
      yes: actorMade({ wait: waitMade({ class: 'xfs' }) }),
      no: actorMade({ wait: waitMade({ class: 'btrfs' }) }),
    },
    {
      where: { class: ['ext4'] },
      says: 'not without a wait',
      yes: actorMade({ wait: waitMade() }),
      no: actorMade(),
    },
  ],
  notClass: [
    {
      where: { notClass: ['unknown', 'lock'] },
      says: 'none of them',
      yes: actorMade({ wait: waitMade() }),
      no: actorMade({ wait: waitMade({ class: 'lock' }) }),
    },
    {
      where: { notClass: ['unknown'] },
      says: 'also without a wait',
      yes: actorMade(),
      no: actorMade({ wait: waitMade({ class: 'unknown' }) }),
    },
  ],
  function: [
    {
      where: { function: ['wait_transaction_locked'] },
      says: 'the function an expert would name',
      yes: actorMade({ wait: waitMade() }),
      no: actorMade({ wait: waitMade({ function: 'start_this_handle' }) }),
    },
  ],
  context: [
    {
      where: { context: ['close', 'exec'] },
      says: 'one of them',
      yes: actorMade({ wait: waitMade({ context: 'exec' }) }),
      no: actorMade({ wait: waitMade({ context: 'exit' }) }),
    },
  ],
  state: [
    {
      where: { state: ['T', 't'] },
      says: 'one of them',
      yes: actorMade({ task: { state: 't' } }),
      no: actorMade({ task: { state: 'D' } }),
    },
    {
      where: { state: ['D'] },
      says: 'not when unknown',
      yes: actorMade(),
      no: actorMade({ task: { state: null } }),
    },
  ],
  event: [
    {
      where: { event: ['hung-task', 'oops'] },
      says: 'a report of this kind',
      yes: actorMade({ reports: [reportMade({ kind: 'task' }), reportMade()] }),
      no: actorMade({ reports: [reportMade({ kind: 'task' })] }),
    },
  ],
  exiting: [
    {
      where: { exiting: true },
      says: 'on its way out, not merely killed',
      yes: actorMade({ exiting: true }),
      no: actorMade({ task: { groupPending: [9] } }),
    },
    {
      where: { exiting: false },
      says: 'or not on its way out',
      yes: actorMade(),
      no: actorMade({ exiting: true }),
    },
  ],
  blocked: [
    {
      where: { blocked: true },
      says: 'waits, and not merely for work',
      yes: actorMade(),
      no: actorMade({ blocked: false }),
    },
  ],
  proven: [
    {
      where: { proven: true },
      says: 'the kernel reported it',
      yes: reported,
      no: moving,
    },
    {
      where: { proven: true },
      says: 'two samples are equal',
      yes: unmoved,
      no: actorMade(),
    },
    {
      where: { proven: false },
      says: 'or one look cannot tell',
      yes: actorMade(),
      no: reported,
    },
  ],
  moving: [
    {
      where: { moving: true },
      says: 'it ran in between',
      yes: moving,
      no: actorMade(),
    },
    {
      where: { moving: false },
      says: 'nothing shows that it ran',
      yes: unmoved,
      no: moving,
    },
  ],
  pendingSignal: [
    {
      where: { pendingSignal: 9 },
      says: 'sent to the thread group',
      yes: actorMade({ task: { groupPending: [9] } }),
      no: actorMade({ task: { groupPending: [15] } }),
    },
    {
      where: { pendingSignal: 9 },
      says: 'sent to the task',
      yes: actorMade({ task: { taskPending: [9, 15] } }),
      no: actorMade({ task: { blockedSignals: [9] } }),
    },
  ],
  kthread: [
    {
      where: { kthread: true },
      says: 'a kernel thread',
      yes: actorMade({ task: { kthread: true } }),
      no: actorMade({ task: { kthread: null } }),
    },
  ],
  comm: [
    {
      where: { comm: ['jbd2/*', 'sync'] },
      says: 'by its beginning',
      yes: actorMade({ task: { comm: 'jbd2/vda1-8' } }),
      no: actorMade({ task: { comm: 'syncer' } }),
    },
    {
      where: { comm: ['runc:[1:CHILD]'] },
      says: 'names are no patterns',
      yes: actorMade({ task: { comm: 'runc:[1:CHILD]' } }),
      no: actorMade({ task: { comm: null } }),
    },
  ],
  kind: [
    {
      where: { kind: ['event', 'history'] },
      says: 'what it was made of',
      yes: actorMade({ kind: 'history' }),
      no: actorMade({ kind: 'task' }),
    },
  ],
  unreadable: [
    {
      where: { unreadable: true },
      says: 'a file of it could not be read',
      yes: actorMade({ task: { unreadable: [{ path: 'proc/402/stack', why: 'timed out' }] } }),
      no: actorMade(),
    },
  ],
  unreapable: [
    {
      where: { unreapable: true },
      says: 'a zombie leader waits for it',
      yes: actorMade({ exiting: true, isUnreapable: true }),
      no: actorMade({ exiting: true }),
    },
  ],
  pasted: [
    {
      where: { pasted: true },
      says: 'known from a text',
      yes: actorMade({ task: { origin: 'log' } }),
      no: actorMade({ task: { origin: 'proc' } }),
    },
    {
      where: { pasted: true },
      says: 'a listing is none',
      yes: actorMade({ task: { origin: 'pasted' } }),
      no: actorMade({ task: { origin: 'ps' } }),
    },
  ],
}

test('every condition has a row here', () => {
  assert.deepEqual(Object.keys(ROWS).sort(), [...CONDITION_NAMES].sort())
})

for (const [name, rows] of Object.entries(ROWS)) {
  for (const { where, says, yes, no } of rows) {
    test(`${name} ${JSON.stringify(Object.values(where))}: ${says}`, () => {
      assert.equal(holds(where, yes), true)
      assert.equal(holds(where, no), false)
    })
  }
}

test('all conditions given must hold, and none given is any task', () => {
  const actor = actorMade({ exiting: true, task: { stack: stackMade(['fuse_flush']) } })
  assert.equal(holds({ exiting: true, anyFrame: ['fuse_flush'] }, actor), true)
  assert.equal(holds({ exiting: true, anyFrame: ['cifs_flush'] }, actor), false)
  assert.equal(holds({}, actor), true)
})
