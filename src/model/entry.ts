/** Files of one task: `proc/<tgid>/task/<tid>/<name>`, or `proc/<tgid>/<name>` for the leader. */
export const TASK_FILES = ['comm', 'status', 'stat', 'stack', 'wchan', 'syscall'] as const
export type TaskFile = (typeof TASK_FILES)[number]

/** Files of a whole thread group: `proc/<tgid>/<name>`; `fd` and `ns-*` are symbolic links. */
// biome-ignore format: one row
export const GROUP_FILES = [
  'cgroup', 'mountinfo', 'cmdline', 'fd', 'ns-pid', 'ns-mnt', 'fdlist', 'nslist',
] as const
export type GroupFile = (typeof GROUP_FILES)[number]

/** Files of the host. */
// biome-ignore format: grouped by where they come from
export const HOST_FILES = [
  'version', 'uptime', 'mounts', 'locks', 'proc-lines',
  'hostname', 'boot-id', 'machine-id', 'os-release', 'os-version', 'uname',
  'fuse-waiting', 'rpc-tasks', 'cgroup-events', 'cgroup-freeze', 'freezer-state',
  'block-inflight', 'block-dev', 'block-backing-file', 'block-pid',
  'ps', 'kernel-log', 'goroutines', 'fd-listing', 'manifest',
] as const
export type HostFile = (typeof HOST_FILES)[number]

/** What a file of a bundle is. Each kind that has a format is a row of `parse/index.ts`. */
export type FileKind = TaskFile | GroupFile | HostFile

/** A file of a bundle by what its path says; the walker of an archive uses one object again and again. */
export type Entry = {
  readonly kind: FileKind
  /** Thread group of a /proc file; 0 for a file of the host. */
  readonly tgid: number
  /** Task of a /proc file; 0 for a file of the whole group. */
  readonly tid: number
  /** n of `resample/<n>/`; 0 for the bundle's own files. */
  readonly round: number
  /** Number of an `fd/<n>`; 0 otherwise. */
  readonly fd: number
  /** Path in the bundle, without a leading folder; empty for task and group files, see `pathOf`. */
  readonly path: string
}

/** Who is handed the files of a bundle, in whatever order it has them. */
export type EntrySink = {
  /** One whole file; the bytes are the file's only until this returns. */
  readonly file: (entry: Entry, bytes: Buffer, start: number, end: number) => void
  /** One symbolic link with its target's text: data, never a path to follow. */
  readonly link: (entry: Entry, bytes: Buffer, start: number, end: number) => void
}

/** Path of an entry in its bundle, as evidence names it. */
export function pathOf(entry: Entry): string {
  if (entry.tgid === 0) return entry.path
  const round = entry.round > 0 ? `resample/${entry.round}/` : ''
  const task = entry.tid > 0 ? `task/${entry.tid}/` : ''
  return `${round}proc/${entry.tgid}/${task}${nameOf(entry)}`
}

function nameOf({ kind, fd }: Entry): string {
  if (kind === 'fd') return `fd/${fd}`
  return kind === 'ns-pid' ? 'ns/pid' : kind === 'ns-mnt' ? 'ns/mnt' : kind
}
