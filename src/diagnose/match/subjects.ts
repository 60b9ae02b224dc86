import type { Subject, SubjectKind } from '../../model/diagnosis.ts'
import type { Actor } from '../situation/actor.ts'
import type { Situation } from '../situation/situation.ts'
import { fingerprintOf } from '../waits/fingerprint.ts'

const UNKNOWN = 'unknown'

/** What an incident is about, by the kind its signature names. Null: the bundle does not tell. */
const SUBJECTS: Readonly<
  Record<SubjectKind, (actor: Actor, situation: Situation) => string | null>
> = {
  'pid-namespace': (actor, { namespaces }) => namespaces.of(actor)?.id ?? null,
  'fuse-connection': (actor, { fuse }) => {
    const [first] = fuse.of(actor)
    return first === undefined ? UNKNOWN : String(first.minor)
  },
  mount: (actor, { nfs }) =>
    actor.wait?.class === 'nfs' ? (nfs.of(actor)?.name ?? UNKNOWN) : (actor.wait?.class ?? null),
  device: (actor, situation) => actor.reports[0]?.object ?? situation.devices.of(actor) ?? UNKNOWN,
  lock: ({ wait, task }) => {
    if (wait?.class !== 'mmap-lock') return wait?.function ?? null
    return task.tgid === null ? 'mmap_lock' : `mmap_lock of ${task.tgid}`
  },
  task: ({ task }) => (task.tid === null ? null : String(task.tid)),
  host: () => 'host',
  stack: (actor) => stackId(actor),
}

/** The subject of one anchor; its task, or else the shape of its stack, where nothing better is known. */
export function subjectOf(kind: SubjectKind, actor: Actor, situation: Situation): Subject {
  const id = SUBJECTS[kind](actor, situation)
  if (id !== null) return { kind, id }
  const { tid } = actor.task
  return tid === null ? { kind: 'stack', id: stackId(actor) } : { kind: 'task', id: String(tid) }
}

function stackId({ task, wait }: Actor): string {
  return task.stack === null ? UNKNOWN : fingerprintOf(task.stack, wait)
}
