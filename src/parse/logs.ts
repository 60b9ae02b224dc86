import type { Report } from '../model/report.ts'
import type { Faults } from './faults.ts'
import { type KernelLog, parseKernelLog } from './log/kernel-log.ts'

/** The kernel logs of a bundle: mostly the same lines, printed, saved and copied in several ways. */
export class Logs {
  readonly #faults: Faults
  readonly #logs: { readonly file: string; readonly log: KernelLog }[] = []

  constructor(faults: Faults) {
    this.#faults = faults
  }

  read(path: string, text: string): void {
    if (text.trim() === '') return
    const { value, faults } = parseKernelLog(text, path)
    this.#faults.addAll(faults)
    this.#logs.push({ file: path, log: value })
  }

  /** In the order they are asked in. */
  all(): readonly KernelLog[] {
    const ranked = this.#logs.toSorted((one, other) => compareFiles(one.file, other.file))
    return ranked.map(({ log }) => log)
  }

  reports(): readonly Report[] {
    return mergedReports(this.all().map(({ reports }) => reports))
  }
}

/** What is asked first: the ring buffer as dmesg prints it, since all others are copies of it. */
const RANKS: readonly RegExp[] = [
  /^dmesg/,
  /dmesg/,
  /^sysrq/,
  /^serial-console/,
  /^journal|journalctl/,
]

function compareFiles(one: string, other: string): number {
  return rankOf(one) - rankOf(other) || (one < other ? -1 : 1)
}

function rankOf(file: string): number {
  const rank = RANKS.findIndex((shape) => shape.test(file))
  return rank < 0 ? RANKS.length : rank
}

/**
 * Every report of all logs once. Two logs tell of the same event when kind, task and second of
 * uptime are the same; where one log has no uptimes, its reports of one kind and task are taken
 * as the other's in their order, so that only a surplus is new.
 */
export function mergedReports(logs: readonly (readonly Report[])[]): readonly Report[] {
  const merged: Report[] = []
  for (const reports of logs) {
    const known = knownOf(merged)
    for (const report of reports) {
      const same = known.get(keyOf(report))
      const at = same === undefined ? -1 : same.findIndex((other) => isSame(report, other))
      if (at < 0) merged.push(report)
      else same?.splice(at, 1)
    }
  }
  return merged
}

function knownOf(reports: readonly Report[]): Map<string, Report[]> {
  const known = new Map<string, Report[]>()
  for (const report of reports) {
    const same = known.get(keyOf(report))
    if (same) same.push(report)
    else known.set(keyOf(report), [report])
  }
  return known
}

function keyOf({ kind, tid, comm, cpu, object }: Report): string {
  return JSON.stringify([kind, tid, comm, tid === null ? cpu : null, object])
}

// Copies of a line may be stamped where they were read, a moment later.
const SAME_SECONDS = 1

function isSame(one: Report, other: Report): boolean {
  if (one.uptimeSeconds === null || other.uptimeSeconds === null) return true
  return Math.abs(one.uptimeSeconds - other.uptimeSeconds) <= SAME_SECONDS
}
