import type { Evidence } from '../model/diagnosis.ts'
import type { Place } from '../model/parsed.ts'
import type { Report } from '../model/report.ts'
import type { Role } from '../model/signature.ts'
import type { Stack } from '../model/stack.ts'
import { type Actor, nameOf } from './actor.ts'
import { connectionsOf } from './facts.ts'
import type { Cause } from './group.ts'
import type { Asked } from './match.ts'

/** Tasks of one role that are shown line by line; the others are named in the list of tasks. */
const TASKS_MAX = 3

/** The very lines of the input that prove a cause, role by role, then what lies around it. */
export function evidenceOf(cause: Cause, asked: Asked): readonly Evidence[] {
  const found: Evidence[] = []
  for (const role of cause.match.signature.roles) {
    const actors = cause.match.roles.get(role.name) ?? []
    for (const actor of actors.slice(0, TASKS_MAX)) found.push(...taskEvidence(actor, role))
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
    ...actor.task.marks.flatMap((mark) => {
      const says = MARK_SAYS[mark.what]
      return says === undefined ? [] : [{ file: mark.file, line: mark.line, text: mark.text, says }]
    }),
    ...actor.reports.slice(0, 1).map((report) => reportEvidence(report, actor)),
    ...ownerEvidence(actor),
  ]
}

const MARK_SAYS: Readonly<Record<string, string>> = {
  sigPnd: 'signals pending for this task: 0x100 is SIGKILL, sent and not yet taken',
  shdPnd: 'signals pending for the thread group: 0x100 is SIGKILL, sent and not yet taken',
  state: 'its state',
  fdSize: 'its file table is already gone: exit_files has run',
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
  const says =
    report.kind === 'hung-task'
      ? `the kernel itself reports ${nameOf(actor)} as hung`
      : 'the kernel reports it'
  return { file: report.from.file, line: report.from.line, text: report.title, says }
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
        says: `FUSE connection ${minor} has ${waiting} requests without an answer`,
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
