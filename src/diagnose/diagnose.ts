import type {
  Counts,
  DiagnosedIncident,
  DiagnosedTask,
  Diagnosis,
  NearMiss,
} from '../model/diagnosis.ts'
import { SEVERITIES, VERDICTS } from '../model/diagnosis.ts'
import type { Earlier } from '../model/earlier.ts'
import type { Catalogue } from '../model/signature.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { explain } from './explain/explain.ts'
import { nearMissesOf } from './explain/near-misses.ts'
import { graphOf } from './graph/graph.ts'
import { causesOf } from './match/group.ts'
import { findMatches } from './match/search.ts'
import type { Actor } from './situation/actor.ts'
import { hasLiveThreads, type Situation, situationOf } from './situation/situation.ts'
import { fingerprintOf } from './waits/fingerprint.ts'

/** What the diagnosis lists, and what it may compare with. */
export type DiagnoseOptions = {
  /** Every task, not only those that are not plainly at rest. */
  readonly allTasks?: boolean
  /** The snapshot of the same boot before it, to see what has not moved since. */
  readonly earlier?: Earlier | null
}

/**
 * What is wrong on a host: the one function that the service, the command line, `POST /analyze`
 * and every re-reading of history call. Pure; never throws on any snapshot.
 */
export function diagnose(
  snapshot: Snapshot,
  catalogue: Catalogue,
  options: DiagnoseOptions = {},
): Diagnosis {
  const situation = situationOf(snapshot, options.earlier)
  const graph = graphOf(situation)
  const matches = findMatches(catalogue, situation, graph)
  const incidents = causesOf(matches, situation, graph)
    .map((cause) => explain(cause, situation, graph, catalogue))
    .sort(worstFirst)
  const isText = snapshot.source === 'text'
  const listed =
    options.allTasks || isText
      ? [...situation.actors, ...situation.others]
      : situation.notable.filter((actor) => isShown(actor, situation))
  return {
    snapshot: {
      sha256: snapshot.sha256,
      source: snapshot.source,
      host: snapshot.host,
      kernel: snapshot.kernel,
      collectedAt: snapshot.collectedAt,
      uptimeSeconds: snapshot.uptimeSeconds,
      counts: countsOf(situation),
      skipped: snapshot.skipped,
      unreadable: snapshot.unreadable,
    },
    incidents,
    tasks: listed.filter(({ kind }) => kind !== 'goroutine').map(toDiagnosedTask),
    faults: snapshot.faults,
  }
}

/** Why one task is what it is: the signatures it takes part in, and those that came closest. */
export type Why = {
  readonly task: DiagnosedTask
  /** Signatures of the incidents that name it. */
  readonly incidents: readonly string[]
  readonly nearMisses: readonly NearMiss[]
}

/** The same question asked about one task. Null when the input does not show it. */
export function explainTask(
  snapshot: Snapshot,
  catalogue: Catalogue,
  tid: number,
  options: DiagnoseOptions = {},
): Why | null {
  const situation = situationOf(snapshot, options.earlier)
  const actor = situation.byTid.get(tid)
  if (!actor) return null
  const graph = graphOf(situation)
  const named = diagnose(snapshot, catalogue, options).incidents.filter(({ tasks }) =>
    tasks.some((task) => task.tid === tid),
  )
  return {
    task: toDiagnosedTask(actor),
    incidents: named.map(({ signature }) => signature),
    nearMisses: nearMissesOf(actor, catalogue, situation, graph),
  }
}

function worstFirst(one: DiagnosedIncident, other: DiagnosedIncident): number {
  return (
    SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
    VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict) ||
    other.tasks.length - one.tasks.length
  )
}

/** Blocked, exiting, a zombie leader with live threads, or in a log report. */
function isShown(actor: Actor, { groups }: Situation): boolean {
  return actor.blocked || actor.exiting || actor.reports.length > 0 || hasLiveThreads(actor, groups)
}

function countsOf({ actors, groups, snapshot }: Situation): Counts {
  const tasks = actors.filter(({ task }) => task.origin !== 'log')
  return {
    threadGroups: groups.size,
    tasks: tasks.length,
    blocked: actors.filter(({ blocked }) => blocked).length,
    zombies: tasks.filter(({ task }) => task.state === 'Z').length,
    distinctStacks: snapshot.stacks.length,
  }
}

function toDiagnosedTask(actor: Actor): DiagnosedTask {
  const { task, wait, exiting, reports } = actor
  const event = reports.find(({ kind }) => kind !== 'task')?.kind
  const seconds = reports.flatMap((report) => report.seconds ?? [])
  return {
    tgid: task.tgid,
    tid: task.tid,
    comm: task.comm,
    state: task.state,
    exiting,
    pendingSignals: pendingOf(actor),
    nsPids: task.nsPids,
    pidNamespace: task.pidNamespace,
    stack: task.stack?.frames ?? [],
    waitsOn: wait,
    ...(event !== undefined && event !== 'task' ? { event } : {}),
    fingerprint:
      task.stack && task.stack.frames.length > 0 ? fingerprintOf(task.stack, wait) : null,
    ...(seconds.length > 0 ? { blockedSeconds: Math.max(...seconds) } : {}),
    from: task.from,
  }
}

function pendingOf({ task }: Actor): readonly number[] {
  if (task.taskPending.length === 0) return task.groupPending
  return [...new Set([...task.taskPending, ...task.groupPending])].sort((a, b) => a - b)
}
