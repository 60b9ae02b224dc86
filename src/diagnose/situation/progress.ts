import type { Report } from '../../model/report.ts'
import type { TaskSample } from '../../model/snapshot.ts'
import type { Stack } from '../../model/stack.ts'
import type { Task } from '../../model/task.ts'
import type { Progress } from './actor.ts'
import { TICKS_PER_SECOND } from './told.ts'

/** A task this young may just be slow: real teardowns and flushes take seconds. */
export const YOUNG_SECONDS = 10

/** All that may tell of one task's progress, beside its own files. */
export type Looks = {
  readonly reports: readonly Report[]
  /** Of the same bundle, some seconds later. */
  readonly samples: readonly TaskSample[]
  /** What an earlier snapshot says. */
  readonly compared: Progress | null
  readonly ages: Ages
}

/** What is known of a task's progress: proof that it stands first, of that the one with a date. */
export function progressOf(task: Task, looks: Looks): Progress | null {
  const { reports, samples, compared, ages } = looks
  const sampled = sampledProgress(task, samples)
  // It stood until this bundle was taken, and then went on.
  const stood = compared?.kind === 'unmoved' && sampled?.kind !== 'moving' ? compared : null
  return (
    stood ??
    reportedProgress(reports) ??
    sampled ??
    (compared?.kind === 'moving' ? compared : ages.progressOf(task))
  )
}

/** What the kernel's own detector says; null without a hung-task report. */
export function reportedProgress(reports: readonly Report[]): Progress | null {
  if (reports.length === 0) return null
  const hung = reports.filter(({ kind }) => kind === 'hung-task')
  if (hung.length === 0) return null
  const seconds = hung.flatMap((report) => report.seconds ?? [])
  return { kind: 'reported', seconds: seconds.length === 0 ? null : Math.max(...seconds) }
}

export function samplesByTid(
  samples: readonly TaskSample[],
): ReadonlyMap<number, readonly TaskSample[]> {
  const byTid = new Map<number, TaskSample[]>()
  for (const sample of samples) {
    const found = byTid.get(sample.tid)
    if (found) found.push(sample)
    else byTid.set(sample.tid, [sample])
  }
  return byTid
}

/** The kernel's own test of a hang: same stack, and not switched out in between. */
function sampledProgress(task: Task, samples: readonly TaskSample[]): Progress | null {
  if (samples.length === 0) return null
  const compared = samples.filter(({ switches }) => switches !== null)
  if (compared.length === 0 || task.switches === null) return null
  if (compared.some(({ startTicks }) => startTicks !== null && startTicks !== task.startTicks)) {
    return { kind: 'moving', why: 'another task had its tid in a later sample' }
  }
  const hasStood = compared.every(
    (sample) => sameSwitches(sample, task) && sameStack(sample.stack, task.stack),
  )
  return hasStood
    ? { kind: 'unmoved', seconds: null, since: null }
    : { kind: 'moving', why: 'it ran between two samples' }
}

function sameSwitches(sample: TaskSample, task: Task): boolean {
  return (
    sample.switches?.voluntary === task.switches?.voluntary &&
    sample.switches?.nonvoluntary === task.switches?.nonvoluntary
  )
}

function sameStack(one: Stack | null, other: Stack | null): boolean {
  if (one === null || other === null || one === other) return true
  return one.names.join('\n') === other.names.join('\n')
}

/** Tells tasks that have only just started, which cannot have hung for long. */
export class Ages {
  readonly #uptimeSeconds: number | null
  /** By start: a pool starts its threads all at once. */
  readonly #young = new Map<number, Progress>()

  constructor(uptimeSeconds: number | null) {
    this.#uptimeSeconds = uptimeSeconds
  }

  progressOf({ startTicks }: Task): Progress | null {
    if (startTicks === null || this.#uptimeSeconds === null) return null
    const ageSeconds = this.#uptimeSeconds - startTicks / TICKS_PER_SECOND
    if (ageSeconds < 0 || ageSeconds >= YOUNG_SECONDS) return null
    const known = this.#young.get(startTicks)
    if (known !== undefined) return known
    const why = `it started ${ageSeconds.toFixed(1)} s before the bundle was taken`
    const progress: Progress = { kind: 'moving', why }
    this.#young.set(startTicks, progress)
    return progress
  }
}
