import type { Parsed } from '../../model/parsed.ts'
import type { Report } from '../../model/report.ts'
import { cleanText } from './clean-text.ts'
import { eventAt } from './cut-heads.ts'
import { type Draft, newDraft, toReport } from './draft.ts'
import type { Holder, LogScan } from './log-scan.ts'
import { readLog } from './read-log.ts'

/** A kernel log, read. */
export type KernelLog = {
  /** In the order of the log. */
  readonly reports: readonly Report[]
  /** By `Linux version`, else by the last report that names one; null when nothing does. */
  readonly kernelRelease: string | null
  /** RFC 3339 UTC; null when the log does not tell. */
  readonly bootedAt: string | null
  /** Uptime at the last line that has a time stamp. */
  readonly lastUptimeSeconds: number | null
  /** RFC 3339 UTC, of the last line that has a date, or by boot and uptime. */
  readonly lastAt: string | null
}

/**
 * Reads a kernel log, whoever printed or copied it: every report once, and every dump of a task.
 *
 *     [12345.678901] INFO: task ndrive:3713 blocked for more than 120 seconds.
 *
 * An empty text is a log without reports. Lines that are nothing we know are no faults.
 * Sources: kernel/printk/printk.c, and those named at each shape.
 */
export function parseKernelLog(text: string, file: string): Parsed<KernelLog> {
  const scan = readLog(cleanText(text), file, null)
  const drafts = joinedDrafts(scan)
  return {
    value: toKernelLog(
      scan,
      drafts.map((draft) => toReport(draft, file)),
    ),
    faults: scan.faults,
  }
}

/** The log of reports that were read from it. */
export function toKernelLog(scan: LogScan, reports: readonly Report[]): KernelLog {
  const { last, clock } = scan
  const kernelRelease =
    clock.kernelRelease ??
    reports.findLast((report) => report.kernelRelease !== null)?.kernelRelease
  const bootedAt = clock.bootedAt ?? bootOf(last.at, last.uptimeSeconds)
  return {
    reports,
    kernelRelease: kernelRelease ?? null,
    bootedAt,
    lastUptimeSeconds: last.uptimeSeconds,
    lastAt: last.at ?? later(bootedAt, last.uptimeSeconds),
  }
}

function bootOf(at: string | null, uptimeSeconds: number | null): string | null {
  return at === null || uptimeSeconds === null ? null : later(at, -uptimeSeconds)
}

function later(at: string | null, seconds: number | null): string | null {
  if (at === null || seconds === null) return null
  const date = new Date(Date.parse(at) + seconds * 1000)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** The drafts with what other lines tell of their tasks: held locks and owners of locks. */
export function joinedDrafts(scan: LogScan): readonly Draft[] {
  const drafts = scan.drafts.filter(isWorthKeeping)
  for (const draft of drafts) nameEvent(draft)
  if (scan.owners.length === 0 && scan.holders.length === 0) return drafts
  const byTid = Map.groupBy(drafts, ({ facts }) => facts.tid)
  for (const { tid, line, owner } of scan.owners) {
    const draft = lastAbove(byTid.get(tid), line)
    if (draft) draft.facts.owner = owner
  }
  const added = scan.holders.flatMap((holder) => joinHolder(holder, byTid.get(holder.tid)))
  return added.length === 0 ? drafts : [...drafts, ...added].sort((a, b) => a.line - b.line)
}

/** Gives the locks to the task's last report; to a new one where the log has none of it. */
function joinHolder(holder: Holder, known: readonly Draft[] | undefined): readonly Draft[] {
  const { tid, comm, line, prefix } = holder
  const locks = [...holder.locks.values()]
  const draft = lastAbove(known, line)
  if (draft) draft.facts.locks = locks
  if (draft || locks.length === 0) return NO_DRAFTS
  const facts = { kind: 'task', title: `${comm}/${tid}`, comm, tid, locks } as const
  return [newDraft(facts, { line, prefix, bare: false })]
}

const NO_DRAFTS: readonly Draft[] = []

// A task that is reported again and again has few reports above a line that are not the last.
function lastAbove(drafts: readonly Draft[] | undefined, line: number): Draft | undefined {
  return drafts?.findLast((draft) => draft.line < line)
}

// `task:` lines head dumps of whatever a task does; what has no such line may be an event whose head was cut off.
function nameEvent({ facts, step, rip }: Draft): void {
  if (facts.kind === 'task' && facts.state === null && step)
    facts.kind = eventAt(step, rip !== null) ?? 'task'
}

/** A dump of a task that shows nothing of it is none: `NMI backtrace` cut off after its first line. */
function isWorthKeeping({ facts, hasFrames, isDoubtful }: Draft): boolean {
  if (isDoubtful && !hasFrames && facts.cpu === null) return false
  return facts.kind !== 'task' || hasFrames || (facts.tid !== null && facts.state !== null)
}
