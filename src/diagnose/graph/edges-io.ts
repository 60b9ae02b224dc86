import type { GraphNode } from '../../model/diagnosis.ts'
import type { BlockDevice } from '../../model/snapshot.ts'
import type { Actor } from '../situation/actor.ts'
import { journalDevice } from '../situation/devices.ts'
import { isBelow } from '../situation/nfs.ts'
import type { Situation } from '../situation/situation.ts'
import { connectionNode } from './edges-answers.ts'
import type { Draw, EdgeRule } from './graph.ts'

/** Ways in which a task waits for what lies below it: a journal, a device, a worker. */
export const IO_EDGES: readonly EdgeRule[] = [
  { name: 'journal', draw: drawJournal },
  { name: 'device', draw: drawDevices },
  { name: 'flusher', draw: drawFlushers },
  { name: 'work', draw: drawWork },
]

export function deviceNode(name: string): GraphNode {
  return { id: `device:${name}`, kind: 'device', label: `block device ${name}` }
}

function drawJournal({ notable }: Situation, draw: Draw): void {
  const committers = notable.filter((actor) => actor.blocked && journalDevice(actor) !== null)
  for (const actor of notable) {
    if (actor.wait?.class !== 'ext4' || !actor.blocked || committers.includes(actor)) continue
    for (const committer of committers) {
      draw({
        from: actor,
        to: committer,
        kind: 'journal-commit',
        evidence: 'waits for the transaction that this thread commits',
      })
    }
  }
  for (const committer of committers) drawCommitter(committer, notable, draw)
}

/** A commit waits for open handles, then for the blocks it has written. */
function drawCommitter(committer: Actor, notable: readonly Actor[], draw: Draw): void {
  const names = committer.task.stack?.names ?? []
  const waitsForHandles = names.includes('jbd2_journal_wait_updates')
  const holders = !waitsForHandles
    ? []
    : notable.filter(
        (actor) => actor.blocked && actor.wait?.class !== 'ext4' && standsInExt4(actor),
      )
  for (const holder of holders) {
    draw({
      from: committer,
      to: holder,
      kind: 'open-handle',
      evidence:
        'the commit waits for handles to be closed, and this task sleeps in ext4 with one open',
    })
  }
  const device = journalDevice(committer)
  if (device !== null && holders.length === 0) {
    draw({
      from: committer,
      to: deviceNode(device),
      kind: 'device-io',
      evidence: 'the commit waits for blocks it has written to the device',
    })
  }
}

function standsInExt4({ task }: Actor): boolean {
  return (
    task.stack?.names.some((name) => name.startsWith('ext4_') || name.startsWith('jbd2_')) ?? false
  )
}

const DEVICE_CLASSES: ReadonlySet<string> = new Set([
  'block-io',
  'blk-freeze',
  'dm',
  'md-raid',
  'nvme',
  'scsi',
  'nbd',
  'loop',
])

function drawDevices(situation: Situation, draw: Draw): void {
  const { notable, snapshot } = situation
  const devices = new Map(snapshot.blockDevices.map((device) => [device.name, device]))
  const names = new Set(devices.keys())
  for (const actor of notable) {
    if (!actor.blocked) continue
    const name = situation.devices.of(actor)
    if (name === null) continue
    names.add(name)
    if (!DEVICE_CLASSES.has(actor.wait?.class ?? '')) continue
    const evidence = `waits in ${actor.wait?.function} for the device`
    draw({ from: actor, to: deviceNode(name), kind: 'device-io', evidence })
  }
  for (const name of names) drawWorkers(name, situation, draw)
  for (const device of devices.values()) drawBacking(device, situation, draw)
}

/** A loop device is worked by a kernel worker that reads and writes a file. */
function drawWorkers(name: string, { notable }: Situation, draw: Draw): void {
  for (const actor of notable) {
    if (!worksFor(actor, name)) continue
    const evidence = `${actor.task.comm} does the reads and writes of the device`
    draw({ from: deviceNode(name), to: actor, kind: 'worked-by', evidence })
  }
}

/** `kworker/u4:3+loop0`, or `loop0` on kernels before 5.12. */
function worksFor({ task, wait }: Actor, name: string): boolean {
  const isWorker = task.comm === name || task.comm?.endsWith(`+${name}`) === true
  return isWorker && name.startsWith('loop') && wait?.blocked === true
}

/** An nbd device is served by a task, a loop device by a file that may lie on a stuck mount. */
function drawBacking(
  { name, pid, backingFile }: BlockDevice,
  situation: Situation,
  draw: Draw,
): void {
  const from = deviceNode(name)
  const server = pid === null ? undefined : situation.leaders.get(pid)
  if (server) {
    draw({ from, to: server, kind: 'served-by', evidence: `its pid file names tgid ${pid}` })
  }
  if (backingFile === null) return
  for (const connection of situation.fuse.connections) {
    if (!connection.mounts.some(({ mountPoint }) => isBelow(backingFile, mountPoint))) continue
    const evidence = `its backing file ${backingFile} lies on this mount`
    draw({ from, to: connectionNode(connection), kind: 'backed-by', evidence })
  }
}

/** `sync` and writers wait for the flusher's pass over a file system. */
function drawFlushers({ notable }: Situation, draw: Draw): void {
  const flushers = notable.filter(
    ({ blocked, task }) => blocked && task.stack?.names.includes('wb_workfn'),
  )
  for (const actor of notable) {
    if (actor.wait?.class !== 'writeback' || !actor.blocked || flushers.includes(actor)) continue
    for (const flusher of flushers) {
      draw({
        from: actor,
        to: flusher,
        kind: 'writeback',
        evidence: 'waits for the writeback that this worker does',
      })
    }
  }
}

/** Who flushes a workqueue waits for the workers that are blocked in its work. */
function drawWork({ notable }: Situation, draw: Draw): void {
  const workers = notable.filter(
    ({ blocked, task }) => blocked && task.stack?.names.includes('process_one_work'),
  )
  for (const actor of notable) {
    if (actor.wait?.class !== 'workqueue' || !actor.blocked) continue
    for (const worker of workers) {
      if (worker === actor) continue
      draw({
        from: actor,
        to: worker,
        kind: 'work',
        evidence: 'waits for queued work, and this worker is blocked in one',
      })
    }
  }
}
