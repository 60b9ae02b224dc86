import { type Actor, isProvenStuck } from '../situation/actor.ts'
import type { PidNamespace } from '../situation/namespaces.ts'
import { hasLiveThreads, type Situation } from '../situation/situation.ts'
import type { EdgeRule } from './graph.ts'

/** Ways in which one task waits for another as such: to reap it, to trace it, to be let go by it. */
export const TASK_EDGES: readonly EdgeRule[] = [
  {
    name: 'reaps',
    draw(situation, draw) {
      for (const namespace of situation.namespaces.all) {
        if (!namespace.isDying || namespace.init === null) continue
        for (const remaining of remainsOf(namespace, situation)) {
          draw({
            from: namespace.init,
            to: remaining,
            kind: 'reaps',
            evidence: 'init is in zap_pid_ns_processes and waits until every task inside is reaped',
          })
        }
      }
    },
  },
  {
    name: 'leader-waits-for-threads',
    draw(situation, draw) {
      for (const leader of situation.notable) {
        const { tgid } = leader.task
        if (tgid === null || !hasLiveThreads(leader, situation.groups)) continue
        for (const thread of situation.groups.get(tgid) ?? []) {
          if (thread === leader || thread.task.state === 'Z') continue
          draw({
            from: leader,
            to: thread,
            kind: 'has-live-thread',
            evidence: 'a zombie leader cannot be reaped while a task of its thread group lives',
          })
        }
      }
    },
  },
  {
    name: 'traced-by',
    draw({ notable, leaders, byTid }, draw) {
      for (const actor of notable) {
        const { tracerPid, stack } = actor.task
        if (tracerPid === null || tracerPid === 0) continue
        if (!stack?.names.some((name) => name === 'ptrace_stop' || name === 'ptrace_notify'))
          continue
        const tracer = byTid.get(tracerPid) ?? leaders.get(tracerPid)
        if (!tracer) continue
        draw({
          from: actor,
          to: tracer,
          kind: 'traced-by',
          evidence: `TracerPid is ${tracerPid}, and the task stays in ptrace_stop until its tracer lets it go`,
        })
      }
    },
  },
  {
    name: 'vfork',
    draw({ notable, children }, draw) {
      for (const parent of notable) {
        if (parent.wait?.class !== 'vfork' || parent.task.tgid === null) continue
        for (const child of children.get(parent.task.tgid) ?? []) {
          if (!child.blocked) continue
          draw({
            from: parent,
            to: child,
            kind: 'vfork-child',
            evidence: 'a vfork parent sleeps until its child has called exec or exit',
          })
        }
      }
    },
  },
  {
    name: 'waits-for-child',
    draw({ notable, leaders }, draw) {
      for (const child of notable) {
        const { ppid, tid, tgid } = child.task
        if (!child.blocked || ppid === null || tid !== tgid) continue
        const parent = leaders.get(ppid)
        if (parent?.wait?.class !== 'wait-child') continue
        const evidence = 'it waits until a child of it ends, and this child is blocked'
        draw({ from: parent, to: child, kind: 'waits-for-child', evidence })
      }
    },
  },
  {
    name: 'container-call',
    draw({ others, namespaces }, draw) {
      const inits = namespaces.all.flatMap(({ isDying, init }) => (isDying && init ? [init] : []))
      const [init, second] = inits
      // With two dying containers nothing tells which one a call is about.
      if (init === undefined || second !== undefined) return
      for (const goroutine of others) {
        if (goroutine.kind !== 'goroutine' || !isProvenStuck(goroutine)) continue
        if (!goroutine.task.stack?.names.some((name) => CONTAINER_CALL.test(name))) continue
        const evidence =
          'it waits for a container call, and this is the only container that cannot end'
        draw({ from: goroutine, to: init, kind: 'container-call', evidence })
      }
    },
  },
]

/** Methods of Docker's and containerd's clients and daemons that act on a container or its task. */
const CONTAINER_CALL = /\)\.(?:Container\w+|container\w+|Kill|Delete|Stop|Wait|killWithSignal)$/

/** What init still has to reap: leaders of its own namespace, and inits of those within. */
function remainsOf(namespace: PidNamespace, { namespaces, groups }: Situation): readonly Actor[] {
  const inner = namespaces.all.flatMap((each) =>
    each.parent === namespace && each.init !== null ? [each.init] : [],
  )
  const own = namespace.members.filter((actor) => {
    if (actor.task.state === 'Z') return hasLiveThreads(actor, groups)
    return isLeaderOrOrphan(actor, groups)
  })
  return [...inner, ...own]
}

/** Threads are reached through their leader; without it in the bundle they stand for themselves. */
function isLeaderOrOrphan({ task }: Actor, groups: ReadonlyMap<number, readonly Actor[]>): boolean {
  if (task.tgid === null || task.tgid === task.tid) return true
  const leader = (groups.get(task.tgid) ?? []).find(({ task: { tid } }) => tid === task.tgid)
  return leader === undefined || leader.task.state !== 'Z'
}
