import type { BlockDevice } from '../../model/snapshot.ts'
import type { Actor } from './actor.ts'

/** Which block device a blocked task waits for, as far as names and counts tell. */
export type DeviceView = { readonly of: (actor: Actor) => string | null }

const JBD2_COMM = /^jbd2\/(.+)-\d+$/

/** `jbd2/loop0-8` commits the journal on loop0. Source: fs/jbd2/journal.c, jbd2_journal_init_dev(). */
export function journalDevice({ task }: Actor): string | null {
  return JBD2_COMM.exec(task.comm ?? '')?.[1] ?? null
}

const FLUSH_COMM = /\bflush-(\d+:\d+)$/

/** By the journal's name, by `flush-7:0`, or as the only device that anyone waits for. */
export function devicesOf(
  notable: readonly Actor[],
  blockDevices: readonly BlockDevice[],
): DeviceView {
  const byNumber = new Map(blockDevices.map(({ device, name }) => [device, name]))
  const waitedFor = new Set(
    notable.flatMap((actor) => (actor.blocked ? (journalDevice(actor) ?? []) : [])),
  )
  for (const { name, inflight } of blockDevices) {
    if (inflight !== null && inflight.reads + inflight.writes > 0) waitedFor.add(name)
  }
  const [only = null] = waitedFor.size === 1 ? waitedFor : []
  return {
    of(actor) {
      const number = FLUSH_COMM.exec(actor.task.comm ?? '')?.[1]
      const flushed = number === undefined ? undefined : byNumber.get(number)
      return journalDevice(actor) ?? flushed ?? only
    },
  }
}
