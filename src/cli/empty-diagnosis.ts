import type { Diagnosis } from '../model/diagnosis.ts'

/** The diagnosis of a text in which nothing is anything that Hangar reads: no task, one fault. */
export function emptyDiagnosis(name: string): Diagnosis {
  return {
    snapshot: {
      sha256: null,
      source: 'text',
      host: { name: null, machineId: null, bootId: null, labels: {} },
      kernel: { release: null, version: null },
      collectedAt: null,
      uptimeSeconds: null,
      counts: { threadGroups: 0, tasks: 0, blocked: 0, zombies: 0, distinctStacks: 0 },
      skipped: { unknown: 0, unsafe: 0, empty: 0 },
      unreadable: [],
    },
    incidents: [],
    tasks: [],
    faults: [
      { file: name, line: 1, expected: 'a stack, a kernel log, a goroutine dump', found: 'none' },
    ],
  }
}
