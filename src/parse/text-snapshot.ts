import { Problem } from '../model/problem.ts'
import type { Given, Snapshot } from '../model/snapshot.ts'
import { stacksOf } from './assemble.ts'
import { instantOf } from './manifest.ts'
import { kernelOf } from './proc/version.ts'
import { parseText, type TextInput } from './text.ts'

/**
 * The snapshot that a text shows: pasted stacks, a kernel log, a goroutine dump, a listing.
 *
 * @throws {Problem} text-unreadable when nothing in it is anything that we read.
 */
export function snapshotOfText(text: string, given: Given): Snapshot {
  const { value, faults } = parseText(text, given.name)
  if (isNothing(value)) throw new Problem('text-unreadable', { chars: text.length })
  const { kernelRelease, tasks } = value
  return {
    sha256: null,
    source: 'text',
    host: {
      name: given.host ?? null,
      machineId: null,
      bootId: null,
      labels: given.labels ?? {},
    },
    kernel: kernelRelease === null ? { release: null, version: null } : kernelOf(kernelRelease),
    collectedAt: instantOf(given.collectedAt) ?? value.lastAt ?? instantOf(given.receivedAt),
    uptimeSeconds: value.lastUptimeSeconds,
    trigger: null,
    tasks,
    stacks: stacksOf(tasks),
    mounts: [],
    fuseConnections: [],
    rpcTasks: [],
    fileLocks: [],
    blockDevices: [],
    cgroups: [],
    ps: [],
    samples: [],
    reports: value.reports,
    goroutines: value.goroutines,
    unreadable: [],
    skipped: { unknown: 0, unsafe: 0, empty: 0 },
    faults,
    faultsDropped: 0,
  }
}

/** A log without a report is a healthy log: its time stamps show that it is one. */
function isNothing(value: TextInput): boolean {
  const { tasks, reports, goroutines, kernelRelease, lastUptimeSeconds, lastAt } = value
  if (value.isOtherKernelText) return false
  const found = tasks.length + reports.length + goroutines.length
  return found === 0 && kernelRelease === null && lastUptimeSeconds === null && lastAt === null
}
