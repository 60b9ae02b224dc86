import { type Graph, reachable } from '../graph/graph.ts'
import type { Actor } from '../situation/actor.ts'
import { blockedMeanwhile, leadingUp, sameTrouble } from '../situation/events.ts'
import { outwards } from '../situation/namespaces.ts'
import type { Situation } from '../situation/situation.ts'

/** Relations whose tasks may be anchors too. */
export const WITH_ANCHORS: ReadonlySet<string> = new Set(['at-server'])

/** How the tasks of one role are found from those of another. */
export type Relation = (
  actors: readonly Actor[],
  situation: Situation,
  graph: Graph,
) => readonly Actor[]

export const RELATIONS: Readonly<Record<string, Relation>> = {
  /** Inits of the pid namespaces they live in, innermost first. */
  'init-of': (actors, { namespaces }) =>
    actors.flatMap((actor) =>
      outwards(namespaces.of(actor)).flatMap(({ init }) => (init && init !== actor ? [init] : [])),
    ),
  /** A zapping init that a text shows beside them, where nothing tells whose init it is. */
  'init-beside': (actors, { notable }) =>
    actors.some(({ task }) => isFromText(task.origin))
      ? notable.filter(
          ({ task }) =>
            isFromText(task.origin) && task.stack?.names.includes('zap_pid_ns_processes') === true,
        )
      : [],
  /** Leaders of their thread groups, when they are another task. */
  'leader-of': (actors, { leaders }) =>
    actors.flatMap((actor) => {
      const leader = actor.task.tgid === null ? undefined : leaders.get(actor.task.tgid)
      return leader && leader !== actor ? [leader] : []
    }),
  /** The other tasks of their thread groups. */
  'group-of': (actors, { groups }) =>
    actors.flatMap(({ task: { tgid } }) => (tgid === null ? [] : (groups.get(tgid) ?? []))),
  /** Everyone left in the pid namespaces whose init they are, inner ones included. */
  'remains-of': (actors, situation, graph) => tasksIn(graph.out, actors, 'to', situation),
  /** Tasks of the daemons that may serve the FUSE connections they wait on. */
  'daemon-of': (actors, { fuse }) =>
    actors.flatMap((actor) =>
      fuse.of(actor).flatMap(({ daemons }) => daemons.flatMap((daemon) => daemon.actors)),
    ),
  /** Those of such daemons that could still answer: alive, if stopped or slow. */
  'answerer-of': (actors, { fuse }) =>
    actors.flatMap((actor) =>
      fuse
        .of(actor)
        .flatMap(({ daemons }) => daemons)
        .concat(fuse.connections.length === 0 ? fuse.daemons : [])
        .filter(({ state }) => state !== 'exiting')
        .flatMap((daemon) => daemon.actors),
    ),
  /** Tasks they wait for, over any number of steps. */
  'waits-for': (actors, situation, graph) => tasksIn(graph.out, actors, 'to', situation),
  /** Tasks that wait for them, over any number of steps. */
  'waited-for-by': (actors, situation, graph) => tasksIn(graph.into, actors, 'from', situation),
  /** Other tasks that wait for the same NFS server, its state manager among them. */
  'same-server': (actors, { notable, nfs }) => {
    const servers = new Set(actors.map((actor) => nfs.of(actor)?.name))
    return notable.filter(
      (other) => other.blocked && other.wait?.class === 'nfs' && servers.has(nfs.of(other)?.name),
    )
  },
  /** Every task that waits for the same NFS server, the anchors among them. */
  'at-server': (actors, situation, graph) => [
    ...actors,
    ...(RELATIONS['same-server']?.(actors, situation, graph) ?? []),
  ],
  /** Other events of the log about the same task or CPU, within minutes. */
  'same-trouble': (actors, { others }) => sameTrouble(actors, others),
  /** Events of the log in the minutes before. */
  'leading-up': (actors, { others }) => leadingUp(actors, others),
  /** Tasks reported hung, and free since, that began to be blocked while an event lasted. */
  'blocked-meanwhile': (actors, { others }) => blockedMeanwhile(actors, others),
  /** Any other task that is not plainly at rest. */
  any: (_actors, { notable }) => notable,
}

function isFromText(origin: string): boolean {
  return origin === 'pasted' || origin === 'log'
}

function tasksIn(
  edges: Graph['out'],
  actors: readonly Actor[],
  end: 'from' | 'to',
  { notable }: Situation,
): readonly Actor[] {
  const keys = reachable(
    edges,
    actors.map(({ key }) => key),
    end,
  )
  return notable.filter((actor) => keys.has(actor.key))
}
