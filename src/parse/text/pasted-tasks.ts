import { TASK_STATES, type Task } from '../../model/task.ts'
import { type Draft, toReport } from '../log/draft.ts'
import type { Label } from '../log/shape.ts'
import { newFact, type PastedFact, type PastedFacts } from './pasted-facts.ts'

/** The tasks of a text: each stack without a head, joined with what else the text tells of its task. */
export function toTasks(
  drafts: readonly Draft[],
  facts: PastedFacts,
  file: string,
): readonly Task[] {
  const taken = new Set<number>()
  const stacked = drafts.map((draft) => {
    const tid = draft.label?.tid ?? null
    const fact = tid === null ? undefined : facts.tasks.get(tid)
    if (tid !== null) taken.add(tid)
    return toTask(draft, fact, file)
  })
  const others = [...facts.tasks.values()].filter(({ tid }) => !taken.has(tid))
  return [...stacked, ...others.map((fact) => toTask(null, fact, file))]
}

function toTask(draft: Draft | null, known: PastedFact | undefined, file: string): Task {
  const label = draft?.label ?? NO_LABEL
  const fact = known ?? newFact(label.tid ?? 0, draft?.line ?? 1)
  return {
    ...NOTHING,
    tgid: fact.tgid ?? label.tgid,
    tid: known ? fact.tid : label.tid,
    comm: fact.comm,
    state: TASK_STATES.find((state) => state === fact.state) ?? null,
    ppid: fact.ppid,
    nsPids: fact.nsPids,
    taskPending: fact.taskPending,
    groupPending: fact.groupPending,
    wchan: fact.wchan,
    marks: fact.marks,
    from: { file, line: draft?.line ?? fact.line },
    ...stackOf(draft, file),
  }
}

function stackOf(draft: Draft | null, file: string): Pick<Task, 'kthread' | 'stack' | 'stackFrom'> {
  if (draft === null) return { kthread: null, stack: null, stackFrom: null }
  const { kthread, stack, stackFrom } = toReport(draft, file)
  return { kthread, stack, stackFrom }
}

const NO_LABEL: Label = { tgid: null, tid: null }

// What no pasted text tells.
const NOTHING = {
  tracerPid: null,
  pidNamespace: null,
  mountNamespace: null,
  blockedSignals: [],
  fdSize: null,
  threads: null,
  switches: null,
  startTicks: null,
  exitingFlag: null,
  syscall: null,
  cgroup: null,
  fds: [],
  unreadable: [],
  origin: 'pasted',
} as const
