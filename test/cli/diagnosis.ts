import type { DiagnosedIncident, DiagnosedTask, Diagnosis } from '../../src/model/diagnosis.ts'

/** A task that waits in a FUSE flush on its way out. */
export function taskOf(given: Partial<DiagnosedTask> = {}): DiagnosedTask {
  const frame = { offset: 0x10, size: 0x100, module: null, reliable: true }
  return {
    tgid: 483,
    tid: 492,
    comm: 'ndrive',
    state: 'D',
    exiting: true,
    pendingSignals: [9],
    nsPids: [],
    pidNamespace: null,
    stack: [
      { ...frame, symbol: 'request_wait_answer', module: 'fuse' },
      { ...frame, symbol: 'fuse_flush', module: 'fuse' },
      { ...frame, symbol: 'filp_close' },
      { ...frame, symbol: 'do_exit' },
      { ...frame, symbol: 'exit_to_user_mode_prepare' },
      { ...frame, symbol: 'syscall_exit_to_user_mode' },
      { ...frame, symbol: 'do_syscall_64' },
      { ...frame, symbol: 'entry_SYSCALL_64_after_hwframe' },
    ],
    waitsOn: {
      class: 'fuse',
      function: 'fuse_flush',
      primitive: 'request_wait_answer',
      context: 'exit',
      blocked: true,
    },
    fingerprint: '1:aaaa',
    from: { file: 'proc/483/task/492/stack', line: 1 },
    ...given,
  }
}

export function incidentOf(given: Partial<DiagnosedIncident> = {}): DiagnosedIncident {
  const { tgid, tid, comm, state, waitsOn } = taskOf()
  return {
    signature: 'fuse-flush-deadlock',
    signatureVersion: 1,
    verdict: 'confirmed',
    severity: 'critical',
    title: 'FUSE flush deadlock',
    summary: 'ndrive (tid 492) waits for an answer that nobody is left to give.',
    subject: { kind: 'pid-namespace', id: '4026532201' },
    fingerprint: '1:aaaa',
    since: null,
    tasks: [{ role: 'flusher', tgid, tid, comm, state, waitsOn }],
    evidence: [
      {
        file: 'proc/483/task/492/stack',
        line: 2,
        text: '[<0>] fuse_flush+0x10/0x100 [fuse]',
        says: 'it waits for the answer to a flush',
      },
    ],
    missing: ['the stack of init'],
    graph: { nodes: [], edges: [], cycle: false },
    advice: {
      kernel: { affected: true, why: '6.1 waits for the answer.', fixedIn: null },
      steps: [
        { text: 'Abort the connection.', command: 'echo 1 > /sys/fs/fuse/connections/48/abort' },
      ],
    },
    ...given,
  }
}

export function diagnosisOf(given: Partial<Diagnosis> = {}): Diagnosis {
  return {
    snapshot: {
      sha256: null,
      source: 'bundle',
      host: { name: 'node-001', machineId: null, bootId: null, labels: {} },
      kernel: { release: '6.1.0-56-amd64', version: '6.1.192' },
      collectedAt: null,
      uptimeSeconds: 90_061,
      counts: { threadGroups: 76, tasks: 180, blocked: 1, zombies: 1, distinctStacks: 40 },
      skipped: { unknown: 0, unsafe: 0, empty: 0 },
      unreadable: [],
    },
    incidents: [incidentOf()],
    tasks: [taskOf()],
    faults: [],
    ...given,
  }
}
