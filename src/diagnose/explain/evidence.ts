import type { Evidence } from '../../model/diagnosis.ts'
import type { Place } from '../../model/parsed.ts'
import type { Report } from '../../model/report.ts'
import type { Role } from '../../model/signature.ts'
import type { Stack } from '../../model/stack.ts'
import type { Mark, TaskState } from '../../model/task.ts'
import { connectionsOf } from '../match/facts.ts'
import type { Cause } from '../match/group.ts'
import type { Asked } from '../match/match.ts'
import { type Actor, nameOf } from '../situation/actor.ts'

/** Tasks of one role that are shown line by line; the others are named in the list of tasks. */
const TASKS_MAX = 3

/** Of roles that only corroborate. */
const OTHERS_MAX = 2

/** The very lines of the input that prove a cause, role by role, then what lies around it. */
export function evidenceOf(cause: Cause, asked: Asked): readonly Evidence[] {
  const found: Evidence[] = []
  for (const role of cause.match.signature.roles) {
    const actors = cause.match.roles.get(role.name) ?? []
    const most = found.length === 0 ? TASKS_MAX : OTHERS_MAX
    for (const actor of actors.slice(0, most)) found.push(...taskEvidence(actor, role))
  }
  for (const actor of cause.victims.slice(0, TASKS_MAX))
    found.push(...stackEvidence(actor, [], null))
  found.push(...surroundings(asked))
  return dedupe(found)
}

function taskEvidence(actor: Actor, role: Role): readonly Evidence[] {
  const wanted = [...(role.where.frames ?? []), ...(role.where.anyFrame ?? [])]
  return [
    ...stackEvidence(actor, wanted, role.says),
    ...standingEvidence(actor),
    ...markEvidence(actor),
    ...actor.reports.slice(0, 1).map((report) => reportEvidence(report, actor)),
    ...ownerEvidence(actor),
  ]
}

/** That an earlier snapshot shows it where it is, quoted by the innermost line of its stack. */
function standingEvidence({ task, progress }: Actor): readonly Evidence[] {
  const { stack, stackFrom } = task
  const [text] = stack?.text ?? []
  if (progress?.kind !== 'unmoved' || progress.since === null) return []
  if (text === undefined || stackFrom === null) return []
  const says = `unchanged since the snapshot of ${progress.since}: the same stack and the same switch counts, so it has not run`
  return [{ ...stackFrom, text, says }]
}

/** Lines of status that prove something; all others are left out. */
function markEvidence(actor: Actor): readonly Evidence[] {
  const { task } = actor
  const says: { readonly [What in Mark['what']]?: string | null } = {
    sigPnd: pendingSays(task.taskPending, 'the task'),
    shdPnd: pendingSays(task.groupPending, 'its thread group'),
    state: STATE_SAYS[task.state ?? 'S'] ?? null,
    fdSize:
      task.fdSize === 0 && actor.exiting ? 'its file table is gone: exit_files has run' : null,
  }
  return task.marks.flatMap(({ what, file, line, text }) => {
    const words = says[what] ?? null
    return words === null ? [] : [{ file, line, text, says: words }]
  })
}

const STATE_SAYS: { readonly [State in TaskState]?: string } = {
  D: 'it sleeps uninterruptibly',
  T: 'it is stopped',
  t: 'it is held by a tracer',
  Z: 'it is a zombie: it has exited, and is not reaped',
}

function pendingSays(pending: readonly number[], whose: string): string | null {
  if (pending.length === 0) return null
  if (pending.includes(9)) return `a SIGKILL is pending for ${whose}: sent, and not taken`
  return `signals pending for ${whose}: ${pending.join(', ')}`
}

/** The frame that says what is waited for, and the one that says the task is on its way out. */
function stackEvidence(
  actor: Actor,
  wanted: readonly string[],
  says: string | null,
): readonly Evidence[] {
  const { stack, stackFrom } = actor.task
  if (stack === null || stackFrom === null) return []
  const telling = wanted.filter((name) => stack.names.includes(name))
  const [first = actor.wait?.function] = telling
  if (first === undefined) return []
  const words =
    says ?? (actor.wait?.blocked ? `${nameOf(actor)} waits here` : `${nameOf(actor)} stands here`)
  const found = [frameEvidence(stack, stackFrom, first, words)]
  if (actor.exiting && first !== 'do_exit') {
    found.push(
      frameEvidence(
        stack,
        stackFrom,
        'do_exit',
        `${nameOf(actor)} is exiting: no signal ends this wait`,
      ),
    )
  }
  return found.flatMap((each) => each ?? [])
}

function frameEvidence(stack: Stack, from: Place, name: string, says: string): Evidence | null {
  const index = stack.frames.findIndex(
    ({ symbol }) => symbol === name || symbol.startsWith(`${name}.`),
  )
  const text = stack.text[index]
  if (text === undefined) return null
  return { file: from.file, line: from.line + (stack.lineOffsets[index] ?? 0), text, says }
}

function reportEvidence(report: Report, actor: Actor): Evidence {
  const { from, title, kind } = report
  return { file: from.file, line: from.line, text: title, says: reportSays(kind, actor) }
}

/** A dump that somebody asked for claims nothing of the task; a report of the kernel does. */
function reportSays(kind: Report['kind'], actor: Actor): string {
  if (kind === 'hung-task') return `the kernel itself reports ${nameOf(actor)} as hung`
  return kind === 'task' ? `${nameOf(actor)}, dumped into the kernel log` : 'the kernel reports it'
}

function ownerEvidence({ reports }: Actor): readonly Evidence[] {
  return reports.flatMap(({ owner }) =>
    owner === null
      ? []
      : [
          {
            ...owner.place,
            text: owner.text,
            says: `the kernel names ${owner.comm} (tid ${owner.tid}) as likely owner of the lock`,
          },
        ],
  )
}

/** Lines that belong to no task: requests waiting on a connection, RPC queues, goroutines. */
function surroundings(asked: Asked): readonly Evidence[] {
  const { situation, draft } = asked
  const found: Evidence[] = []
  for (const { sys, waiting, mounts, minor } of connectionsOf(asked).slice(0, TASKS_MAX)) {
    if (sys !== null && waiting !== null && waiting > 0) {
      found.push({
        ...sys.from,
        text: String(waiting),
        says: `requests without an answer on FUSE connection ${minor}`,
      })
    }
    const mount = mounts[0]
    if (mount)
      found.push({
        ...mount.from,
        text: `${mount.device} ${mount.mountPoint} ${mount.type} ${mount.source}`,
        says: `where connection ${minor} is mounted`,
      })
  }
  if (draft.anchors.some(({ wait }) => wait?.class === 'nfs')) {
    for (const { from, text } of situation.snapshot.rpcTasks.slice(0, TASKS_MAX)) {
      found.push({ ...from, text, says: 'a request to the NFS server that waits for an answer' })
    }
  }
  return found
}

/** Two roles of one task must not quote the same line twice. */
function dedupe(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>()
  return evidence.filter(({ file, line, says }) => {
    const key = `${file}:${line}:${says}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
