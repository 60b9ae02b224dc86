import type { Diagnosis } from '../../model/diagnosis.ts'
import type { Earlier, EarlierTask } from '../../model/earlier.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Stack } from '../../model/stack.ts'
import type { Task } from '../../model/task.ts'
import type { Progress } from './actor.ts'
import { YOUNG_SECONDS } from './progress.ts'
import { TICKS_PER_SECOND, WAITING } from './told.ts'

/** Two looks nearer than this are one look: no wait is long enough to be seen by both. */
const LOOKS_APART_SECONDS = 1

/** What ran within this time the kernel's own detector does not call hung either: its default timeout. */
const RECENT_SECONDS = 120

/** A host where more tasks wait is sick enough to be seen by these. */
const TASKS_MAX = 5_000

/** Says what became of a task since an earlier snapshot; null where that cannot tell. */
export type Compare = (task: Task) => Progress | null

/**
 * Compares tasks with an earlier snapshot of the same boot: a task is the same when tid and start
 * time are, and has stood still when its stack and both its switch counts are unchanged.
 *
 * Source: kernel/hung_task.c, check_hung_task().
 */
export function comparerOf(snapshot: Snapshot, earlier: Earlier | null): Compare {
  const apartSeconds = earlier === null ? null : secondsBetween(earlier, snapshot)
  if (earlier === null || apartSeconds === null || apartSeconds < LOOKS_APART_SECONDS) {
    return () => null
  }
  const before = new Map(earlier.tasks.map((task) => [task.tid, task]))
  return (task) => {
    const old = task.tid === null ? undefined : before.get(task.tid)
    const isSame = old !== undefined && old.startTicks === task.startTicks
    if (!isSame || task.switches === null || !mayWait(task)) return null
    // What stands elsewhere now says nothing of how long it will: yesterday's read is no news of today's exit.
    if (isElsewhere(old, task)) return null
    return hasRun(old, task) ? busy(apartSeconds) : standing(old, earlier, apartSeconds)
  }
}

/**
 * The same place with other counts: it came back to it, as an fsync loop does. After a long time
 * that says nothing, since it may have come back once, for ever.
 */
function busy(apartSeconds: number): Progress | null {
  if (apartSeconds > RECENT_SECONDS) return null
  return { kind: 'moving', why: `it ran within the last ${apartSeconds.toFixed(1)} s` }
}

/**
 * Real teardowns and flushes take seconds, and a task that had only just begun may be in one: of
 * those, standing still proves something only over more seconds than they take. Of a busy task
 * the counts grow, however short the time is, so the others need no such wait.
 */
function standing(old: EarlierTask, earlier: Earlier, apartSeconds: number): Progress | null {
  if (apartSeconds < YOUNG_SECONDS && wasYoung(old, earlier)) return null
  return {
    kind: 'unmoved',
    seconds: old.stoodSeconds + Math.floor(apartSeconds),
    since: old.since ?? earlier.collectedAt,
  }
}

function wasYoung({ startTicks }: EarlierTask, { uptimeSeconds }: Earlier): boolean {
  return uptimeSeconds !== null && uptimeSeconds - startTicks / TICKS_PER_SECOND < YOUNG_SECONDS
}

/**
 * Seconds from an earlier snapshot to a later one of the same boot; negative when it is not the
 * earlier one. By uptime where both tell it: clocks are set, and uploads say what they like.
 */
export function secondsBetween(
  earlier: Pick<Earlier, 'collectedAt' | 'uptimeSeconds'>,
  later: Pick<Snapshot, 'collectedAt' | 'uptimeSeconds'>,
): number | null {
  if (earlier.uptimeSeconds !== null && later.uptimeSeconds !== null) {
    return later.uptimeSeconds - earlier.uptimeSeconds
  }
  if (earlier.collectedAt === null || later.collectedAt === null) return null
  const apartMs = Date.parse(later.collectedAt) - Date.parse(earlier.collectedAt)
  return Number.isNaN(apartMs) ? null : apartMs / 1000
}

/** What the next snapshot of the same boot needs of this one. */
export function toEarlier(
  snapshot: Snapshot,
  { tasks }: Pick<Diagnosis, 'tasks'>,
  earlier: Earlier | null,
): Earlier {
  const waiting = new Set(
    tasks.flatMap(({ tid, exiting, waitsOn }) =>
      tid !== null && (exiting || waitsOn?.blocked === true) ? [tid] : [],
    ),
  )
  const compare = comparerOf(snapshot, earlier)
  const kept: EarlierTask[] = []
  if (waiting.size > 0) {
    for (const task of snapshot.tasks) {
      if (task.tid === null || !waiting.has(task.tid) || kept.length >= TASKS_MAX) continue
      kept.push(...toEarlierTask(task, compare(task)))
    }
  }
  const { collectedAt, uptimeSeconds } = snapshot
  return { collectedAt, uptimeSeconds, tasks: kept }
}

/** Without its start a task cannot be told from the next one of its tid, nor without counts whether it ran. */
function toEarlierTask(task: Task, progress: Progress | null): readonly EarlierTask[] {
  const { tid, startTicks, switches, stack } = task
  if (tid === null || startTicks === null || switches === null || !mayWait(task)) return []
  const stood = progress?.kind === 'unmoved' ? progress : null
  return [
    {
      tid,
      startTicks,
      switches,
      stack: textOf(stack),
      stoodSeconds: stood?.seconds ?? 0,
      since: stood?.since ?? null,
    },
  ]
}

/** What runs, is stopped or is dead proves nothing by standing still. */
function mayWait({ state }: Task): boolean {
  return state !== null && WAITING.has(state)
}

function hasRun(old: EarlierTask, { switches }: Task): boolean {
  return (
    old.switches.voluntary !== switches?.voluntary ||
    old.switches.nonvoluntary !== switches.nonvoluntary
  )
}

function isElsewhere(old: EarlierTask, { stack }: Task): boolean {
  const text = textOf(stack)
  return old.stack !== null && text !== null && old.stack !== text
}

function textOf(stack: Stack | null): string | null {
  return stack === null ? null : stack.names.join('\n')
}
