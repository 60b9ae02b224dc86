import type { DiagnosedIncident, IncidentTask, SubjectKind } from '../model/diagnosis.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Task } from '../model/task.ts'
import { type Starts, SUBJECT_START } from '../store/found.ts'

// Within one boot a host uses its numbers again: pids and tids, inodes of namespaces, minors of FUSE
// connections. What they stand for is told from its successor by when it started.

/** Tasks of an incident whose starts are kept: the telling ones come first. */
const TASKS_MAX = 32

/** When what the incidents of a snapshot are about was started, as far as the snapshot shows it. */
export class StartTable {
  readonly #byTid = new Map<number, Task>()
  readonly #inits = new Map<string, number>()

  constructor(snapshot: Snapshot) {
    for (const task of snapshot.tasks) {
      const { tid, tgid, startTicks, nsPids, pidNamespace } = task
      if (tid === null || startTicks === null) continue
      this.#byTid.set(tid, task)
      const isInit = tid === tgid && nsPids.at(-1) === 1
      if (isInit && pidNamespace !== null) this.#inits.set(pidNamespace, startTicks)
    }
  }

  startsOf({ subject, tasks }: DiagnosedIncident): Starts {
    const starts: Record<string, number> = {}
    const ofSubject = SUBJECT_STARTS[subject.kind](this, subject.id, tasks)
    if (ofSubject !== null) starts[SUBJECT_START] = ofSubject
    const tids = new Set(tasks.flatMap(({ tid }) => tid ?? []))
    for (const tid of [...tids].slice(0, TASKS_MAX)) {
      const start = this.startOf(tid)
      if (start !== null) starts[tid] = start
    }
    return starts
  }

  /** Ticks from boot to the start of a task; null where the snapshot does not tell. */
  startOf(tid: number): number | null {
    return this.#byTid.get(tid)?.startTicks ?? null
  }

  /** Of the init of a pid namespace. A dying one may have lost the link that names its namespace. */
  startOfInit(namespace: string, tasks: readonly IncidentTask[]): number | null {
    const known = this.#inits.get(namespace)
    if (known !== undefined) return known
    const reapers = tasks.flatMap(({ role, tid }) =>
      role === 'reaper' && tid !== null ? (this.#byTid.get(tid) ?? []) : [],
    )
    const [reaper, ...others] = reapers.filter(
      ({ tid, tgid, nsPids, pidNamespace }) =>
        tid === tgid && nsPids.at(-1) === 1 && pidNamespace === null,
    )
    return others.length === 0 ? (reaper?.startTicks ?? null) : null
  }
}

const none = () => null

/** What a subject lives as long as; null where it outlives every task. */
const SUBJECT_STARTS: Readonly<
  Record<
    SubjectKind,
    (table: StartTable, id: string, tasks: readonly IncidentTask[]) => number | null
  >
> = {
  task: (table, id) => table.startOf(Number(id)),
  'pid-namespace': (table, id, tasks) => table.startOfInit(id, tasks),
  // A daemon that forks helpers serves from its first process on.
  'fuse-connection': (table, _, tasks) => {
    const daemons = tasks.filter(({ role }) => role === 'daemon')
    const starts = daemons.flatMap(({ tgid }) => (tgid === null ? [] : (table.startOf(tgid) ?? [])))
    return starts.length === 0 ? null : Math.min(...starts)
  },
  mount: none,
  device: none,
  lock: none,
  host: none,
  stack: none,
}
