import type { Snapshot } from '../../src/model/snapshot.ts'
import type { Task } from '../../src/model/task.ts'

export type Renumbered = {
  readonly snapshot: Snapshot
  /** The old number of a new one, as text; anything else as it is. */
  readonly back: (number: string) => string
}

/** The same snapshot as if the kernel had given every task another number. */
export function renumbered(snapshot: Snapshot, seed: number): Renumbered {
  const numbers = new Numbers(seed)
  const to = (number: number) => numbers.of(number)
  const toOrNull = (number: number | null) => (number === null ? null : to(number))
  const tasks = snapshot.tasks.map((task) => renumberedTask(task, to))
  return {
    snapshot: {
      ...snapshot,
      tasks: tasks.sort((a, b) => (a.tgid ?? 0) - (b.tgid ?? 0) || (a.tid ?? 0) - (b.tid ?? 0)),
      mounts: snapshot.mounts.map((mount) => ({ ...mount, seenBy: toOrNull(mount.seenBy) })),
      fileLocks: snapshot.fileLocks.map((lock) => ({ ...lock, tgid: to(lock.tgid) })),
      blockDevices: snapshot.blockDevices.map((each) => ({ ...each, pid: toOrNull(each.pid) })),
      ps: snapshot.ps.map((row) => ({
        ...row,
        tgid: to(row.tgid),
        tid: toOrNull(row.tid),
        ppid: toOrNull(row.ppid),
      })),
      samples: snapshot.samples.map((each) => ({
        ...each,
        tgid: to(each.tgid),
        tid: to(each.tid),
      })),
      reports: snapshot.reports.map((report) => ({
        ...report,
        tid: toOrNull(report.tid),
        tgid: toOrNull(report.tgid),
        ppid: toOrNull(report.ppid),
        owner: report.owner && { ...report.owner, tid: to(report.owner.tid) },
      })),
    },
    back: (number) => numbers.back.get(number) ?? number,
  }
}

function renumberedTask(task: Task, to: (number: number) => number): Task {
  const [first, ...inner] = task.nsPids
  return {
    ...task,
    tgid: task.tgid === null ? null : to(task.tgid),
    tid: task.tid === null ? null : to(task.tid),
    ppid: task.ppid === null ? null : to(task.ppid),
    tracerPid: task.tracerPid === null ? null : to(task.tracerPid),
    nsPids: first === undefined ? [] : [to(first), ...inner],
  }
}

/** Numbers given out in an order of their own; none is one that a bundle itself holds. */
class Numbers {
  readonly back = new Map<string, string>()
  readonly #given = new Map<number, number>()
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** 0 and -1 stand for "no task". */
  of(number: number): number {
    if (number <= 0) return number
    const known = this.#given.get(number)
    if (known !== undefined) return known
    let fresh = this.#next()
    while (this.back.has(String(fresh))) fresh = this.#next()
    this.#given.set(number, fresh)
    this.back.set(String(fresh), String(number))
    return fresh
  }

  #next(): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) >>> 0
    return 10_000_000 + (this.#state % 80_000_000)
  }
}
