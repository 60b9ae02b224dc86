// Fixed values of the model, from which the goldens of the pages are made.

import type { DiagnosedTask, Diagnosis } from '../../src/model/diagnosis.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { HostItem, Incident, IncidentItem, SnapshotItem } from '../../src/model/incident.ts'
import type { Wait } from '../../src/model/wait.ts'
import type { PageContext } from '../../src/web/layout.ts'

export const CONTEXT: PageContext = {
  now: '2026-11-23T12:00:00Z',
  assets: 'golden',
  origin: 'http://127.0.0.1:7070',
  who: null,
}

export const FLUSH: Wait = {
  class: 'fuse',
  function: 'fuse_flush',
  primitive: 'request_wait_answer',
  context: 'exit',
  blocked: true,
}

const REAP: Wait = {
  class: 'pidns',
  function: 'zap_pid_ns_processes',
  primitive: 'zap_pid_ns_processes',
  context: 'exit',
  blocked: true,
}

const LOCK: Wait = {
  class: 'inode-lock',
  function: 'path_openat',
  primitive: 'rwsem_down_write_slowpath',
  context: 'syscall',
  blocked: true,
}

export function frames(...symbols: readonly string[]): readonly Frame[] {
  return symbols.map((name) => {
    const [symbol = name, module = null] = name.split(' ')
    return { symbol, offset: 0x12e, size: 0x210, module, reliable: true }
  })
}

export function task(given: Partial<DiagnosedTask>): DiagnosedTask {
  return {
    tgid: 455,
    tid: 492,
    comm: 'ndrive',
    state: 'D',
    exiting: false,
    pendingSignals: [],
    nsPids: [],
    pidNamespace: null,
    stack: [],
    waitsOn: null,
    fingerprint: null,
    from: { file: 'proc/455/task/492/stack', line: 1 },
    ...given,
  }
}

const INIT = task({
  tgid: 433,
  tid: 433,
  comm: 'tini',
  state: 'S',
  exiting: true,
  pendingSignals: [9],
  nsPids: [433, 1],
  pidNamespace: '4026532281',
  waitsOn: REAP,
  fingerprint: '1:aa10ce5512d7b904',
  stack: frames(
    'zap_pid_ns_processes',
    'do_exit',
    'do_group_exit',
    'get_signal',
    'arch_do_signal_or_restart',
    'exit_to_user_mode_prepare',
    'syscall_exit_to_user_mode',
    'do_syscall_64',
    'entry_SYSCALL_64_after_hwframe',
  ),
  from: { file: 'proc/433/task/433/stack', line: 1 },
})

const FLUSHER = task({
  exiting: true,
  pendingSignals: [9],
  nsPids: [492, 31],
  pidNamespace: '4026532281',
  waitsOn: FLUSH,
  fingerprint: '1:9f86d081884c7d65',
  stack: frames(
    'request_wait_answer fuse',
    'fuse_simple_request fuse',
    'fuse_flush fuse',
    'filp_close',
    'put_files_struct',
    'do_exit',
    'do_group_exit',
    'get_signal',
    'arch_do_signal_or_restart',
    'exit_to_user_mode_prepare',
    'syscall_exit_to_user_mode',
    'do_syscall_64',
    'entry_SYSCALL_64_after_hwframe',
  ),
})

const QUEUED = Array.from({ length: 49 }, (_, index) =>
  task({
    tgid: 700 + index,
    tid: 700 + index,
    comm: index % 3 === 0 ? 'postgres' : 'backup-agent',
    waitsOn: LOCK,
    fingerprint: '1:77cc0a55d1e1f00d',
    stack: frames(
      'path_openat',
      'do_filp_open',
      'do_sys_openat2',
      '__x64_sys_openat',
      'do_syscall_64',
      'entry_SYSCALL_64_after_hwframe',
    ),
    from: { file: `proc/${700 + index}/task/${700 + index}/stack`, line: 1 },
  }),
)

export const TASKS: readonly DiagnosedTask[] = [INIT, FLUSHER, ...QUEUED]

export const ITEM: IncidentItem = {
  id: '0193a1c2-8f3e-7c41-9d0a-5b6c7d8e9f00',
  url: '/incidents/0193a1c2-8f3e-7c41-9d0a-5b6c7d8e9f00',
  signature: 'fuse-flush-deadlock',
  signatureVersion: 1,
  verdict: 'confirmed',
  severity: 'critical',
  state: 'open',
  resolution: null,
  mutedUntil: null,
  title: 'FUSE flush deadlock in a dying pid namespace',
  summary:
    'ndrive (tid 492) is exiting and flushes a file of FUSE connection 48. Its pid namespace 4026532281 is being torn down: init tini (tid 433) has killed every task inside, the FUSE daemon among them, and waits until all are reaped. Nobody is left to answer the flush, and an exiting task takes no more signals: this does not end by itself.',
  subject: { kind: 'pid-namespace', id: '4026532281' },
  fingerprint: '1:9f86d081884c7d65',
  host: 'titus-agent-042',
  kernel: '6.1.0-56-amd64',
  labels: { region: 'eu-west-1', rack: 'r12' },
  class: 'fuse',
  taskCount: 51,
  firstSeen: '2026-11-23T09:12:00Z',
  lastSeen: '2026-11-23T11:52:00Z',
  since: '2026-11-23T09:02:11Z',
  snapshots: 3,
  links: [],
}

export const INCIDENT: Incident = {
  ...ITEM,
  tasks: [
    { role: 'reaper', ...part(INIT) },
    { role: 'culprit', ...part(FLUSHER) },
    ...QUEUED.map((queued) => ({ role: 'victim', ...part(queued) })),
  ],
  evidence: [
    {
      file: 'proc/455/task/492/stack',
      line: 3,
      text: '[<0>] fuse_flush+0x1a1/0x1e0 [fuse]',
      says: 'ndrive (tid 492) waits for the answer to a FUSE flush',
    },
    {
      file: 'proc/455/task/492/stack',
      line: 6,
      text: '[<0>] do_exit+0x39c/0xb90',
      says: 'it is exiting: no signal ends this wait',
    },
    {
      file: 'proc/455/task/492/status',
      line: 31,
      text: 'ShdPnd:\t0000000000000100',
      says: 'SIGKILL is pending for its thread group',
    },
    {
      file: 'proc/433/task/433/stack',
      line: 1,
      text: '[<0>] zap_pid_ns_processes+0x10d/0x1e0',
      says: 'init of the pid namespace waits until all inside are reaped',
    },
    {
      file: 'sys/fs/fuse/connections/48/waiting',
      line: 1,
      text: '1',
      says: 'one request of connection 48 has no answer',
    },
  ],
  missing: [
    'a second sample of the same tasks, some seconds later, would prove that none of them moves',
  ],
  graph: {
    nodes: [
      { id: 'task:433', kind: 'task', label: 'tini (tid 433)' },
      { id: 'task:455', kind: 'task', label: 'ndrive (tid 455)' },
      { id: 'task:492', kind: 'task', label: 'ndrive (tid 492)' },
      {
        id: 'fuse:48',
        kind: 'fuse-connection',
        label: 'FUSE connection 48 (/mnt/titus/efs-with-a-long-name)',
      },
      { id: 'daemon:48', kind: 'daemon', label: 'no task serves it' },
      ...QUEUED.map(({ tid, comm }) => ({
        id: `task:${tid}`,
        kind: 'task',
        label: `${comm} (tid ${tid})`,
      })),
    ],
    edges: [
      {
        from: 'task:433',
        to: 'task:455',
        kind: 'reaps',
        evidence: 'init is in zap_pid_ns_processes and waits until every task inside is reaped',
      },
      {
        from: 'task:455',
        to: 'task:492',
        kind: 'has-live-thread',
        evidence: 'a zombie leader cannot be reaped while a task of its thread group lives',
      },
      {
        from: 'task:492',
        to: 'fuse:48',
        kind: 'waits-for-answer',
        evidence: 'waits in fuse_flush for an answer over FUSE',
      },
      {
        from: 'fuse:48',
        to: 'daemon:48',
        kind: 'served-by',
        evidence: 'no task of the bundle has /dev/fuse open or reads requests from it',
      },
      {
        from: 'daemon:48',
        to: 'task:433',
        kind: 'lives-in',
        evidence: 'the daemon lived in the dying pid namespace',
      },
      ...QUEUED.map(({ tid }) => ({
        from: `task:${tid}`,
        to: 'task:492',
        kind: 'lock-owner-inferred',
        evidence: 'it waits inside a directory operation, which holds the lock of the directory',
      })),
    ],
    cycle: true,
  },
  advice: {
    kernel: {
      affected: true,
      why: 'The wait was made interruptible by 5a8bee63b10f in 6.3 and put back by 91ec6c85599b in 6.6, 6.5.3 and 6.4.16, because execve broke. From 6.15 on, fs.fuse.default_request_timeout bounds it.',
      fixedIn: null,
    },
    steps: [
      {
        text: 'Abort the FUSE connection: every request without an answer fails, the flush among them, and the namespace dies. Lost: what the mount has not written back yet.',
        command: 'echo 1 > /sys/fs/fuse/connections/48/abort',
      },
      {
        text: 'See that the namespace is gone.',
        command: 'lsns -t pid | grep 4026532281 || echo gone',
      },
      {
        text: 'Until the kernel bounds the wait, do not end a pid namespace while its FUSE mounts are in use: unmount first, then stop the daemon.',
        command: null,
      },
    ],
  },
  snapshot: '0193a1d0-0000-7000-8000-000000000003',
  links: [
    {
      id: '1',
      url: 'https://tickets.example.com/browse/OPS-4711',
      key: 'OPS-4711',
      title: null,
      from: 'incident',
      addedAt: '2026-11-23T11:06:00Z',
      addedBy: 'mara',
    },
    {
      id: '2',
      url: 'https://github.com/example/fuse-driver/issues/12',
      key: 'example/fuse-driver#12',
      title: 'Flush waits for ever when the daemon dies first',
      from: 'signature',
      addedAt: '2026-11-02T08:00:00Z',
      addedBy: 'anyone',
    },
  ],
  history: [
    {
      at: '2026-11-23T09:12:00Z',
      what: 'opened',
      who: 'hangar',
      snapshot: '0193a1d0-0000-7000-8000-000000000001',
      note: null,
    },
    {
      at: '2026-11-23T10:30:00Z',
      what: 'seen',
      who: 'hangar',
      snapshot: '0193a1d0-0000-7000-8000-000000000002',
      note: null,
    },
    {
      at: '2026-11-23T11:05:00Z',
      what: 'acknowledged',
      who: 'mara',
      snapshot: null,
      note: 'Drained the node, will abort the connection after the backup window.',
    },
    {
      at: '2026-11-23T11:52:00Z',
      what: 'reopened',
      who: 'hangar',
      snapshot: '0193a1d0-0000-7000-8000-000000000003',
      note: null,
    },
  ],
}

function part({ tgid, tid, comm, state, waitsOn }: DiagnosedTask) {
  return { tgid, tid, comm, state, waitsOn }
}

export function item(index: number, given: Partial<IncidentItem>): IncidentItem {
  const id = `0193a1c2-8f3e-7c41-9d0a-${String(index).padStart(12, '0')}`
  return { ...ITEM, id, url: `/incidents/${id}`, ...given }
}

export const ITEMS: readonly IncidentItem[] = [
  ITEM,
  item(2, {
    signature: 'nfs-server-unresponsive',
    title: 'NFS server does not answer',
    verdict: 'likely',
    severity: 'high',
    state: 'acknowledged',
    class: 'nfs',
    host: 'db-replica-7',
    kernel: '5.15.0-119-generic',
    subject: { kind: 'mount', id: '10.0.4.9:/export' },
    summary:
      '14 tasks wait in rpc_wait_bit_killable for 10.0.4.9. Killing them ends their waits; the server or the way to it has to be looked at.',
    taskCount: 14,
    lastSeen: '2026-11-23T11:20:00Z',
    since: null,
  }),
  item(3, {
    signature: 'jbd2-stall',
    title: 'Journal commit does not end',
    verdict: 'possible',
    severity: 'medium',
    class: 'ext4',
    host: 'build-19',
    kernel: '6.12.48+deb13-amd64',
    subject: { kind: 'device', id: 'dm-3' },
    summary:
      'jbd2/dm-3-8 (tid 812) waits for blocks it has written to dm-3; 6 tasks queue behind the transaction.',
    taskCount: 7,
    lastSeen: '2026-11-23T04:20:00Z',
  }),
  item(4, {
    signature: 'soft-lockup',
    title: 'A CPU was stuck in the kernel',
    verdict: 'confirmed',
    severity: 'low',
    class: null,
    host: 'vm-edge-3',
    kernel: null,
    subject: { kind: 'host', id: 'CPU#2' },
    summary: 'The watchdog reported CPU#2 stuck for 26 s in smp_call_function_many_cond.',
    taskCount: 1,
    lastSeen: '2026-11-22T22:00:00Z',
  }),
  item(5, {
    signature: 'hung-task',
    title: 'A task was reported hung and is gone',
    verdict: 'confirmed',
    severity: 'info',
    state: 'resolved',
    resolution: 'rebooted',
    class: 'block-io',
    host: null,
    subject: { kind: 'task', id: '4711' },
    taskCount: 1,
    lastSeen: '2026-11-20T12:00:00Z',
  }),
]

export const SNAPSHOT: SnapshotItem = {
  id: '0193a1d0-0000-7000-8000-000000000003',
  url: '/snapshots/0193a1d0-0000-7000-8000-000000000003',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  status: 'done',
  problem: null,
  name: 'titus-agent-042.tar.gz',
  sizeBytes: 61_340,
  host: 'titus-agent-042',
  kernel: '6.1.0-56-amd64',
  labels: { region: 'eu-west-1' },
  collectedAt: '2026-11-23T11:52:00Z',
  receivedAt: '2026-11-23T11:52:07Z',
  counts: { threadGroups: 312, tasks: 2904, blocked: 51, zombies: 2, distinctStacks: 118 },
  incidents: [ITEM.id],
}

export const SNAPSHOTS: readonly SnapshotItem[] = [
  SNAPSHOT,
  {
    ...SNAPSHOT,
    id: 's2',
    url: '/snapshots/s2',
    status: 'failed',
    problem: {
      type: '/problems/archive-truncated',
      title: 'The archive ends before its end marker',
      facts: { entry: 'proc/12/stack' },
    },
    name: 'db-replica-7.tar.gz',
    host: null,
    kernel: null,
    labels: {},
    counts: null,
    incidents: [],
    collectedAt: null,
    receivedAt: '2026-11-23T11:40:00Z',
  },
  {
    ...SNAPSHOT,
    id: 's3',
    url: '/snapshots/s3',
    status: 'queued',
    name: 'build-19.tar.zst',
    host: 'build-19',
    counts: null,
    incidents: [],
    collectedAt: null,
    receivedAt: '2026-11-23T11:59:40Z',
    sizeBytes: 9_120_000,
  },
]

export const HOSTS: readonly HostItem[] = [
  {
    name: 'titus-agent-042',
    machineId: '8c3f0a',
    kernel: '6.1.0-56-amd64',
    labels: { region: 'eu-west-1', rack: 'r12' },
    firstSeen: '2026-10-01T08:00:00Z',
    lastSeen: '2026-11-23T11:52:00Z',
    snapshots: 3,
    openIncidents: 1,
    incidents: 4,
  },
  {
    name: 'db-replica-7',
    machineId: null,
    kernel: '5.15.0-119-generic',
    labels: {},
    firstSeen: '2026-11-20T08:00:00Z',
    lastSeen: '2026-11-23T11:20:00Z',
    snapshots: 12,
    openIncidents: 1,
    incidents: 1,
  },
  {
    name: 'web-1',
    machineId: null,
    kernel: null,
    labels: {},
    firstSeen: '2026-11-20T08:00:00Z',
    lastSeen: '2026-11-20T08:00:00Z',
    snapshots: 1,
    openIncidents: 0,
    incidents: 0,
  },
]

export const DIAGNOSIS: Diagnosis = {
  snapshot: {
    sha256: SNAPSHOT.sha256,
    source: 'bundle',
    host: { name: 'titus-agent-042', machineId: '8c3f0a', bootId: 'b0', labels: {} },
    kernel: { release: '6.1.0-56-amd64', version: '6.1.192' },
    collectedAt: '2026-11-23T11:52:00Z',
    uptimeSeconds: 86_400,
    counts: { threadGroups: 312, tasks: 2904, blocked: 51, zombies: 2, distinctStacks: 118 },
    skipped: { unknown: 3, unsafe: 1, empty: 0 },
    unreadable: [{ path: 'proc/13/stack', why: 'blocked for 2 s' }],
  },
  incidents: [
    {
      ...INCIDENT,
      nearMisses: [
        {
          signature: 'nfs-flush-deadlock',
          held: 3,
          failed: ["class: ['nfs']", 'frames: [nfs_file_flush]'],
        },
      ],
    },
  ],
  tasks: TASKS,
  faults: [{ file: 'proc/9/stack', line: 2, expected: 'symbol+offset/size', found: '[<0>] torn' }],
}
