import type { Goroutine } from './goroutine.ts'
import type { Fault, Place } from './parsed.ts'
import type { Report } from './report.ts'
import type { Stack } from './stack.ts'
import type { Switches, Task, TaskState } from './task.ts'

/** What the upload or the command line says of a bundle, stronger than what the bundle says. */
export type Given = {
  /** Name of the archive or text, e.g. `seqB1-deadlock.tar.gz`; decides the host's name last of all. */
  readonly name: string
  readonly host?: string
  /** RFC 3339. */
  readonly collectedAt?: string
  readonly labels?: Readonly<Record<string, string>>
  /** When the bytes arrived, RFC 3339: the last resort for `collectedAt`; null offline. */
  readonly receivedAt?: string
  /** What its sender is limited to: a host that is known without these labels is not the sender's to tell of. */
  readonly limitedTo?: Readonly<Record<string, string>>
}

export type Host = {
  readonly name: string | null
  readonly machineId: string | null
  readonly bootId: string | null
  readonly labels: Readonly<Record<string, string>>
}

export type Kernel = {
  /** `uname -r`, e.g. `6.1.0-56-amd64`; null when unknown. */
  readonly release: string | null
  /** Upstream version it is made of, e.g. `6.1.192`: distributions tell it in the version line. */
  readonly version: string | null
}

/** One row of mountinfo, or of /proc/mounts (then without ids). Source: fs/proc_namespace.c, show_mountinfo(). */
export type Mount = {
  readonly mountId: number | null
  /** `major:minor`, e.g. `0:48`; the minor of a FUSE mount is its connection's number. */
  readonly device: string | null
  readonly mountPoint: string
  /** File system type, e.g. `fuse.sshfs`, `nfs4`, `overlay`. */
  readonly type: string
  readonly source: string
  /** Per-superblock options, e.g. `rw,vers=4.2,addr=10.0.0.1`. */
  readonly options: string
  /** Thread group whose mountinfo shows it; null for /proc/mounts. */
  readonly seenBy: number | null
  readonly from: Place
}

/** /sys/fs/fuse/connections/<minor>. Source: fs/fuse/control.c. */
export type FuseConnection = {
  readonly minor: number
  /** Requests not yet answered; null when the file was not in the bundle. */
  readonly waiting: number | null
  readonly from: Place
}

/** One row of sunrpc's rpc_clnt/<n>/tasks. Source: net/sunrpc/debugfs.c, tasks_show(). */
export type RpcTask = {
  /** Folder of the client, e.g. `5`. */
  readonly client: string
  readonly program: string
  readonly procedure: string
  /** The queue it sleeps on, e.g. `xprt_pending`, `delayq`. */
  readonly queue: string
  readonly from: Place
  readonly text: string
}

/** One row of /proc/locks. Source: fs/locks.c, lock_get_status(). */
export type FileLock = {
  readonly id: number
  /** True for a waiter (`->`): it waits for the holder with the same id. */
  readonly waiting: boolean
  readonly kind: string
  readonly mode: string
  /** -1 for open-file-description locks. */
  readonly tgid: number
  /** `major:minor:inode`, as printed. */
  readonly file: string
  readonly from: Place
  readonly text: string
}

/** /sys/block/<name>. */
export type BlockDevice = {
  readonly name: string
  /** `major:minor`. */
  readonly device: string | null
  /** Reads and writes handed to the driver and not yet ended. */
  readonly inflight: { readonly reads: number; readonly writes: number } | null
  /** File behind a loop device. */
  readonly backingFile: string | null
  /** Thread group that serves an nbd device. */
  readonly pid: number | null
  readonly from: Place
}

/** cgroup.events or cgroup.freeze of one cgroup. */
export type Cgroup = {
  /** Path below /sys/fs/cgroup, with a leading slash. */
  readonly path: string
  readonly frozen: boolean | null
  readonly from: Place
}

/** One row of a ps listing, joined by its header's column names. */
export type PsRow = {
  readonly tgid: number
  /** LWP, SPID or TID column; null without. */
  readonly tid: number | null
  readonly ppid: number | null
  /** STAT or S column, e.g. `Ssl`. */
  readonly stat: string | null
  readonly wchan: string | null
  /** PIDNS column: inode as text. */
  readonly pidNamespace: string | null
  /** Seconds since start (ELAPSED, ETIME, ETIMES). */
  readonly elapsedSeconds: number | null
  readonly command: string | null
  readonly from: Place
}

/** One suspicious task read again some seconds later (`resample/<n>/proc/...`). */
export type TaskSample = {
  /** n of the folder, from 1. */
  readonly round: number
  readonly tgid: number
  readonly tid: number
  readonly state: TaskState | null
  readonly stack: Stack | null
  readonly switches: Switches | null
  readonly startTicks: number | null
  readonly from: Place
}

/** What reading an archive met and did not take; all zero for a folder written by hand. */
export type Skipped = {
  /** Files of no kind we know. */
  readonly unknown: number
  /** `../` and absolute paths, hard links, devices, FIFOs. */
  readonly unsafe: number
  /** proc files of zero bytes, of kinds that are never empty. */
  readonly empty: number
}

/** A bundle, parsed: everything later stages may know of it. */
export type Snapshot = {
  /** Of the uploaded bytes, hex; null for text and folders. */
  readonly sha256: string | null
  readonly source: 'bundle' | 'sosreport' | 'folder' | 'text'
  readonly host: Host
  readonly kernel: Kernel
  /** RFC 3339 UTC; null when nothing tells. */
  readonly collectedAt: string | null
  /** Seconds since boot when it was collected; null when unknown. */
  readonly uptimeSeconds: number | null
  /** What started the collector, as the manifest says. */
  readonly trigger: string | null
  /** Every task of /proc, by tgid and tid; then those known from pasted stacks. */
  readonly tasks: readonly Task[]
  /** Distinct stacks of `tasks`, with how many tasks show each. */
  readonly stacks: readonly { readonly stack: Stack; readonly tasks: number }[]
  readonly mounts: readonly Mount[]
  readonly fuseConnections: readonly FuseConnection[]
  readonly rpcTasks: readonly RpcTask[]
  readonly fileLocks: readonly FileLock[]
  readonly blockDevices: readonly BlockDevice[]
  readonly cgroups: readonly Cgroup[]
  /** Rows of ps listings, all of them. */
  readonly ps: readonly PsRow[]
  readonly samples: readonly TaskSample[]
  /** Of all kernel logs of the bundle, each report once, in the order of the log. */
  readonly reports: readonly Report[]
  readonly goroutines: readonly Goroutine[]
  /** Files the collector could not read; a task named here is never called healthy. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[]
  readonly skipped: Skipped
  readonly faults: readonly Fault[]
  /** Faults beyond `FAULTS_MAX`, counted only. */
  readonly faultsDropped: number
}
