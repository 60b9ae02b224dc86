import type { Entry, EntrySink, FileKind } from '../model/entry.ts'
import type { Goroutine } from '../model/goroutine.ts'
import type { Parsed } from '../model/parsed.ts'
import type {
  FileLock,
  FuseConnection,
  Given,
  Mount,
  PsRow,
  RpcTask,
  Skipped,
  Snapshot,
} from '../model/snapshot.ts'
import type { Stack } from '../model/stack.ts'
import type { Task } from '../model/task.ts'
import { Cgroups } from './cgroups.ts'
import { Devices } from './devices.ts'
import { Faults } from './faults.ts'
import { parseFuseWaiting } from './fuse-connections.ts'
import { parseGoroutines } from './goroutines.ts'
import { Groups } from './groups.ts'
import { HostFacts } from './host-facts.ts'
import { parseLocks } from './locks.ts'
import { Logs } from './logs.ts'
import { parseMounts } from './proc/mountinfo.ts'
import { parsePs } from './ps.ts'
import { parseRpcTasks } from './rpc-tasks.ts'
import { Samples } from './samples.ts'
import { TaskFiles } from './task-files.ts'
import { tasksOf } from './tasks.ts'
import { toldTasks, Unreadable } from './unreadable.ts'

/** What is known of a bundle besides its files. */
export type Seen = {
  readonly source: Snapshot['source']
  readonly sha256: string | null
  readonly skipped: Skipped
}

/** Takes the files of a bundle in any order, and joins them into a snapshot. */
export type Assembler = EntrySink & { readonly finish: (seen: Seen) => Snapshot }

export function createAssembler(given: Given): Assembler {
  return new Assembly(given)
}

class Assembly implements Assembler {
  readonly given: Given
  readonly faults = new Faults()
  readonly files = new TaskFiles(this.faults)
  readonly groups = new Groups(this.faults)
  readonly samples = new Samples(this.files)
  readonly host = new HostFacts(this.faults)
  readonly logs = new Logs(this.faults)
  readonly devices = new Devices()
  readonly cgroups = new Cgroups()
  readonly mounts: Mount[] = []
  readonly fuseConnections: FuseConnection[] = []
  readonly rpcTasks: RpcTask[] = []
  readonly fileLocks: FileLock[] = []
  readonly ps: PsRow[] = []
  readonly goroutines: Goroutine[] = []

  constructor(given: Given) {
    this.given = given
  }

  file(entry: Entry, bytes: Buffer, start: number, end: number): void {
    if (entry.round > 0) this.samples.read(entry, bytes, start, end)
    else if (entry.tgid === 0) {
      HOST_READERS[entry.kind]?.(this, entry, bytes.toString('utf8', start, end))
    } else if (entry.kind === 'cgroup') this.groups.readCgroup(entry, bytes, start, end)
    else if (entry.kind === 'mountinfo') this.groups.readMountinfo(entry, bytes, start, end)
    else if (entry.kind === 'fdlist' || entry.kind === 'nslist') {
      this.groups.readListing(entry, bytes, start, end)
    } else if (entry.kind !== 'cmdline') this.files.read(entry, bytes, start, end)
  }

  link(entry: Entry, bytes: Buffer, start: number, end: number): void {
    if (entry.round === 0) this.groups.readLink(entry, bytes, start, end)
  }

  /** The value of a parser whose faults are kept. */
  taken<Value>(parsed: Parsed<Value>): Value {
    this.faults.addAll(parsed.faults)
    return parsed.value
  }

  finish({ source, sha256, skipped }: Seen): Snapshot {
    const { given, host } = this
    const logs = this.logs.all()
    const tasks = this.#tasks()
    return {
      sha256,
      source,
      host: host.host(given),
      kernel: host.kernel(logs),
      collectedAt: host.collectedAt(given, logs),
      uptimeSeconds: host.uptimeSeconds(logs),
      trigger: host.trigger,
      tasks,
      stacks: stacksOf(tasks),
      mounts: [...this.groups.mounts, ...this.mounts],
      fuseConnections: this.fuseConnections.sort((one, other) => one.minor - other.minor),
      rpcTasks: this.rpcTasks,
      fileLocks: this.fileLocks,
      blockDevices: this.devices.list(),
      cgroups: this.cgroups.list(),
      ps: this.ps,
      samples: this.samples.list(),
      reports: this.logs.reports(),
      goroutines: this.goroutines,
      unreadable: host.unreadable,
      skipped,
      faults: this.faults.list,
      faultsDropped: this.faults.dropped,
    }
  }

  #tasks(): Task[] {
    const { files, groups, ps } = this
    const told = this.host.unreadable
    for (const { tgid, tid } of toldTasks(told)) files.table.indexOf(tgid, tid)
    const mounts = [...groups.mounts, ...this.mounts]
    return tasksOf({ files, groups, mounts, ps, unreadable: new Unreadable(files.table, told) })
  }
}

type ReadHost = (assembly: Assembly, entry: Entry, text: string) => void

const readWord: ReadHost = ({ host }, entry, text) => host.readWord(entry.kind, entry.path, text)
const readEvents: ReadHost = ({ cgroups }, { path }, text) => cgroups.readEvents(path, text)

/** How each file of the host is read. */
const HOST_READERS: Readonly<Partial<Record<FileKind, ReadHost>>> = {
  manifest: ({ host }, { path }, text) => host.readManifest(path, text),
  version: ({ host }, { path }, text) => host.readVersion(path, text),
  uname: ({ host }, { path }, text) => host.readUname(path, text),
  uptime: ({ host }, { path }, text) => host.readUptime(path, text),
  hostname: readWord,
  'boot-id': readWord,
  'machine-id': readWord,
  'os-version': readWord,
  mounts: (assembly, { path }, text) => {
    assembly.mounts.push(...assembly.taken(parseMounts(text, path)))
  },
  locks: (assembly, { path }, text) => {
    assembly.fileLocks.push(...assembly.taken(parseLocks(text, path)))
  },
  'rpc-tasks': (assembly, { path }, text) => {
    assembly.rpcTasks.push(...assembly.taken(parseRpcTasks(text, path)))
  },
  'fuse-waiting': (assembly, { path }, text) => {
    assembly.fuseConnections.push(assembly.taken(parseFuseWaiting(text, path)))
  },
  'block-inflight': ({ devices }, { path }, text) => devices.readInflight(path, text),
  'block-dev': ({ devices }, { path }, text) => devices.readNumber(path, text),
  'block-backing-file': ({ devices }, { path }, text) => devices.readBackingFile(path, text),
  'block-pid': ({ devices }, { path }, text) => devices.readPid(path, text),
  'cgroup-events': readEvents,
  'freezer-state': readEvents,
  'cgroup-freeze': ({ cgroups }, { path }, text) => cgroups.readFreeze(path, text),
  ps: (assembly, { path }, text) => {
    for (const row of assembly.taken(parsePs(text, path))) assembly.ps.push(row)
  },
  'kernel-log': ({ logs }, { path }, text) => logs.read(path, text),
  goroutines: (assembly, { path }, text) => {
    for (const one of assembly.taken(parseGoroutines(text, path))) assembly.goroutines.push(one)
  },
  'fd-listing': ({ groups }, entry, text) => {
    const bytes = Buffer.from(text)
    groups.readListing(entry, bytes, 0, bytes.length)
  },
}

/** The distinct stacks, in the order their first task comes. */
export function stacksOf(tasks: readonly Task[]): Snapshot['stacks'] {
  const counts = new Map<Stack, number>()
  for (const { stack } of tasks) {
    if (stack !== null && stack.frames.length > 0) counts.set(stack, (counts.get(stack) ?? 0) + 1)
  }
  return [...counts].map(([stack, count]) => ({ stack, tasks: count }))
}
