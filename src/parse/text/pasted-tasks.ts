import type { PsRow } from '../../model/snapshot.ts'
import { TASK_STATES, type Task, type TaskState } from '../../model/task.ts'
import { type Draft, toReport } from '../log/draft.ts'
import { parseStatus, type Status } from '../proc/status.ts'
import { keepStatus, newFact, type PastedFact, type StatusLine } from './pasted-fact.ts'
import type { PastedFacts } from './pasted-facts.ts'

/** The tasks of a text: each stack without a head, joined with what else the text tells of its task. */
export function toTasks(
  drafts: readonly Draft[],
  facts: PastedFacts,
  file: string,
): readonly Task[] {
  const stacked = drafts.map((draft) => ({ draft, fact: factOf(draft, facts) }))
  const loose = facts.looseStatus.flatMap((lines) => joinLoose(lines, stacked, file))
  const taken = new Set(stacked.map(({ fact }) => fact.tid))
  const others = [...facts.all, ...loose].filter(({ tid }) => tid === null || !taken.has(tid))
  nameZombieLeader(others)
  const told = others.filter(isTelling)
  const known = new Set([...taken, ...told.map(({ tid }) => tid)])
  const listed = facts.rows.filter((row) => !known.has(row.tid ?? row.tgid))
  return [
    ...stacked.map(({ draft, fact }) => toTask(draft, fact, file)),
    ...told.map((fact) => toTask(null, fact, file)),
    ...listed.map((row) => fromRow(row, file)),
  ]
}

type Stacked = { readonly draft: Draft; readonly fact: PastedFact }

/** Lines of a status that name no task are those of the stack above them, else below; else a task's of their own. */
function joinLoose(
  lines: readonly StatusLine[],
  stacked: readonly Stacked[],
  file: string,
): readonly PastedFact[] {
  const start = lines[0]?.line ?? 1
  const above = stacked.findLast(({ draft }) => draft.line < start) ?? stacked[0]
  const fact = above && above.fact.status.length === 0 ? above.fact : newFact(null, start)
  for (const line of lines) keepStatus(fact, line, file)
  return fact === above?.fact ? [] : [fact]
}

function factOf(draft: Draft, facts: PastedFacts): PastedFact {
  const tid = draft.label?.tid ?? null
  const known = facts.find(tid) ?? newFact(tid, draft.line)
  known.tgid ??= draft.label?.tgid ?? null
  known.comm ??= draft.facts.comm
  return known
}

/** True when something is known of a task without stack; a path that nothing followed is nothing. */
function isTelling({ tgid, comm, wchan, row, status, isDefunct }: PastedFact): boolean {
  return (
    tgid !== null ||
    comm !== null ||
    wchan !== null ||
    row !== null ||
    isDefunct ||
    status.length > 0
  )
}

/**
 * `[ndrive] <defunct>` in a process tree shows no number. Where it is the only zombie, and one
 * thread group has a leader that shows no stack beside other tasks, the two are one.
 */
function nameZombieLeader(others: readonly PastedFact[]): void {
  const zombies = others.filter(({ tid, isDefunct }) => isDefunct && tid === null)
  const leaders = others.filter(
    ({ tid, tgid, status }) => tid !== null && tid === tgid && status.length === 0,
  )
  const [zombie] = zombies
  const [leader] = leaders
  if (!zombie || !leader || zombies.length > 1 || leaders.length > 1 || leader.isDefunct) return
  leader.comm ??= zombie.comm
  leader.isDefunct = true
  zombie.isDefunct = false
  zombie.comm = null
}

function toTask(draft: Draft | null, fact: PastedFact, file: string): Task {
  const status = parseStatus(fact.status.map(({ text }) => text).join('\n'), file).value
  return {
    ...NOTHING,
    ...ofStatus(status),
    ...ofFact(fact, status),
    ...stackOf(draft, file),
    from: { file, line: draft?.line ?? fact.line },
  }
}

function ofStatus(status: Status) {
  return {
    tracerPid: status.tracerPid,
    nsPids: status.nsPids,
    taskPending: status.taskPending,
    groupPending: status.groupPending,
    blockedSignals: status.blockedSignals,
    fdSize: status.fdSize,
    threads: status.threads,
    switches: status.switches,
  }
}

function ofFact(fact: PastedFact, status: Status) {
  const { row } = fact
  return {
    tid: fact.tid,
    tgid: fact.tgid ?? row?.tgid ?? null,
    comm: status.comm ?? fact.comm ?? commOf(row),
    state: status.state ?? stateOf(row) ?? (fact.isDefunct ? 'Z' : null),
    ppid: status.ppid ?? row?.ppid ?? null,
    pidNamespace: row?.pidNamespace ?? null,
    wchan: fact.wchan ?? row?.wchan ?? null,
    syscall: fact.syscall,
    marks: fact.marks,
  } as const
}

function stackOf(draft: Draft | null, file: string): Pick<Task, 'kthread' | 'stack' | 'stackFrom'> {
  if (draft === null) return { kthread: null, stack: null, stackFrom: null }
  const { kthread, stack, stackFrom } = toReport(draft, file)
  return { kthread, stack, stackFrom }
}

/** A task of which the text has its row of ps and nothing else. */
function fromRow(row: PsRow, file: string): Task {
  const fact = { ...newFact(row.tid ?? row.tgid, row.from.line), row }
  return { ...toTask(null, fact, file), origin: 'ps' }
}

function stateOf(row: PsRow | null): TaskState | null {
  return TASK_STATES.find((state) => state === row?.stat?.charAt(0)) ?? null
}

const COMM_CHARS = 15 // TASK_COMM_LEN without its end

/** The name of a task by its command: `[name] <defunct>`, else the file of the first word. */
function commOf(row: PsRow | null): string | null {
  const command = row?.command ?? null
  if (command === null) return null
  const inBrackets = /^\[(.*)\](?: <defunct>)?$/.exec(command)?.[1]
  if (inBrackets !== undefined) return inBrackets
  return (command.split(' ')[0]?.split('/').at(-1) ?? command).slice(0, COMM_CHARS)
}

// What no pasted text tells.
const NOTHING = {
  mountNamespace: null,
  startTicks: null,
  exitingFlag: null,
  cgroup: null,
  fds: [],
  unreadable: [],
  origin: 'pasted',
} as const
