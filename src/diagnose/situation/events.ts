import type { Report } from '../../model/report.ts'
import type { Actor } from './actor.ts'

/** Reports of one trouble follow each other at most this far apart: the slowest is the third stall. */
const NEAR_SECONDS = 300

/** How long a lockup has lasted when it is reported without saying so: the longest usual time-out. */
const UNSAID_SECONDS = 60

/** Other events of the log about the same task or the same CPU, within minutes. */
export function sameTrouble(actors: readonly Actor[], others: readonly Actor[]): readonly Actor[] {
  return others.filter(
    (other) =>
      other.kind === 'event' &&
      actors.some((actor) => pairs(actor, other).some(([one, two]) => isSameTrouble(one, two))),
  )
}

/** Events of the log in the minutes before, whoever they are about. */
export function leadingUp(actors: readonly Actor[], others: readonly Actor[]): readonly Actor[] {
  return others.filter(
    (other) =>
      other.kind === 'event' &&
      actors.some((actor) => pairs(actor, other).some(([one, two]) => isBefore(two, one))),
  )
}

/** Hung-task reports that are history too, of tasks that began to be blocked while an event lasted. */
export function blockedMeanwhile(
  actors: readonly Actor[],
  others: readonly Actor[],
): readonly Actor[] {
  return others.filter(
    (other) =>
      other.kind === 'history' &&
      actors.some((actor) => pairs(actor, other).some(([one, two]) => beganDuring(two, one))),
  )
}

function pairs(one: Actor, other: Actor): readonly (readonly [Report, Report])[] {
  return one.reports.flatMap((report) =>
    other.reports.map((another): readonly [Report, Report] => [report, another]),
  )
}

function isSameTrouble(one: Report, other: Report): boolean {
  const apart = secondsFrom(one, other)
  if (apart !== null && Math.abs(apart) > NEAR_SECONDS) return false
  if (one.tid !== null && one.tid !== 0 && other.tid !== null && other.tid !== 0) {
    return one.tid === other.tid && one.comm === other.comm
  }
  return cpusOf(one).some((cpu) => cpusOf(other).includes(cpu))
}

/** An RCU stall lists the CPUs that it waits for. */
function cpusOf({ cpu, object, kind }: Report): readonly string[] {
  const listed = kind === 'rcu-stall' && object !== null ? object.split(',') : []
  return cpu === null || listed.length > 0 ? listed : [String(cpu)]
}

function isBefore(one: Report, other: Report): boolean {
  const apart = secondsFrom(one, other)
  return apart !== null && apart >= 0 && apart <= NEAR_SECONDS
}

function beganDuring(hung: Report, event: Report): boolean {
  const apart = secondsFrom(event, hung)
  if (apart === null || hung.seconds === null) return false
  const began = apart - hung.seconds
  return began >= -(event.seconds ?? UNSAID_SECONDS) && began <= 0
}

/** Seconds from one report to another of the same log; null where the log has no clock. */
function secondsFrom(one: Report, other: Report): number | null {
  if (one.uptimeSeconds !== null && other.uptimeSeconds !== null) {
    return other.uptimeSeconds - one.uptimeSeconds
  }
  if (one.at === null || other.at === null) return null
  const apartMs = Date.parse(other.at) - Date.parse(one.at)
  return Number.isNaN(apartMs) ? null : apartMs / 1000
}
