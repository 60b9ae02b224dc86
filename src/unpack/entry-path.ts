import { type Entry, type FileKind, GROUP_FILES, TASK_FILES } from '../model/entry.ts'

/**
 * Decides whether a path in an archive is one of ours, and what it names. The only place that does.
 * A path decides which parser reads the bytes and is shown in evidence; it never reaches the disk.
 */
export class PathReader {
  /** Leading folder of the archive, with its slash; empty until a file of ours was found in one. */
  #folder = Buffer.alloc(0)
  /** One object for every path, since an archive has a hundred thousand. */
  readonly #entry: Writable<Entry> = { kind: 'comm', tgid: 0, tid: 0, round: 0, fd: 0, path: '' }

  #isSosreport = false
  /** n of `resample/<n>/`, which every path lies in; 0: in the bundle itself. */
  readonly #round: number

  constructor(round = 0) {
    this.#round = round
  }

  /** True when the paths are laid out as `sos report` lays them. */
  get isSosreport(): boolean {
    return this.#isSosreport || SOSREPORT.test(this.#folder.toString('latin1'))
  }

  /** What the path names, or null: no file that we read. The object is valid until the next call. */
  read(bytes: Buffer, start: number, end: number): Entry | null {
    const from = afterDot(bytes, start, end)
    const inside = from + this.#folder.length
    if (this.#folder.length > 0 && startsWith(bytes, from, end, this.#folder)) {
      return this.#readInside(bytes, inside, end)
    }
    return this.#readInside(bytes, from, end) ?? this.#readInFolder(bytes, from, end)
  }

  /**
   * The first leading folder that holds a file of ours is the archive's; others are foreign. Deeper
   * ones (`tmp/hang-1/proc/...`, what tar makes of an absolute path) must be shown by a task's file;
   * until then, files that tell themselves by their names are taken where they are.
   */
  #readInFolder(bytes: Buffer, start: number, end: number): Entry | null {
    if (this.#folder.length > 0 || isUnsafePath(bytes, start, end)) return null
    let slash = bytes.subarray(start, end).indexOf(SLASH)
    if (slash < 1) return null
    for (let depth = 1, inside = start; depth <= DEPTH_MAX && slash >= 0; depth += 1) {
      inside += slash + 1
      const entry = this.#readInside(bytes, inside, end)
      if (entry && this.#isTaken(entry, bytes.subarray(start, inside), depth)) return entry
      slash = bytes.subarray(inside, end).indexOf(SLASH)
    }
    return null
  }

  /** True for a file that is ours this deep; the folder of one that shows it is the archive's. */
  #isTaken(entry: Entry, folder: Buffer, depth: number): boolean {
    const isShown = depth === 1 || entry.tgid > 0 || entry.kind === 'proc-lines'
    if (isShown) this.#folder = Buffer.from(folder)
    return isShown || TELLING_NAME.test(entry.path)
  }

  #readInside(bytes: Buffer, start: number, end: number): Entry | null {
    if (startsWith(bytes, start, end, PROC)) {
      const first = bytes[start + PROC.length] ?? 0
      if (isDigit(first)) return this.#readProc(bytes, start + PROC.length, end, this.#round)
    }
    // What is read again are tasks: the host's own files are the bundle's.
    if (this.#round > 0) return null
    return isHostTop(bytes, start, end) ? this.#readHost(bytes, start, end) : null
  }

  /** `<tgid>/...` behind `proc/`. */
  #readProc(bytes: Buffer, start: number, end: number, round: number): Entry | null {
    const entry = this.#entry
    const tgidEnd = digitsEnd(bytes, start, end)
    entry.tgid = numberIn(bytes, start, tgidEnd)
    if (entry.tgid === 0 || bytes[tgidEnd] !== SLASH) return null
    entry.round = round
    entry.tid = 0
    entry.path = ''
    const name = tgidEnd + 1
    if (!startsWith(bytes, name, end, TASK)) return this.#readGroupFile(bytes, name, end)
    const tidStart = name + TASK.length
    const tidEnd = digitsEnd(bytes, tidStart, end)
    entry.tid = numberIn(bytes, tidStart, tidEnd)
    if (entry.tid === 0 || bytes[tidEnd] !== SLASH) return null
    return this.#named(TASK_NAMES, bytes, tidEnd + 1, end)
  }

  #readGroupFile(bytes: Buffer, start: number, end: number): Entry | null {
    if (!startsWith(bytes, start, end, FD)) return this.#named(GROUP_NAMES, bytes, start, end)
    const numberEnd = digitsEnd(bytes, start + FD.length, end)
    if (numberEnd !== end || end === start + FD.length) return null
    this.#entry.kind = 'fd'
    this.#entry.fd = numberIn(bytes, start + FD.length, end)
    return this.#entry
  }

  #named(names: Names, bytes: Buffer, start: number, end: number): Entry | null {
    const name = names.get(nameKey(bytes, start, end))
    if (!name || end - start !== name.bytes.length) return null
    if (!startsWith(bytes, start, end, name.bytes)) return null
    this.#entry.kind = name.kind
    return this.#entry
  }

  #readHost(bytes: Buffer, start: number, end: number): Entry | null {
    const path = bytes.toString('utf8', start, end)
    const resample = RESAMPLE.exec(path)
    if (resample) {
      const round = Number(resample[1])
      return this.#readProc(bytes, start + resample[0].length, end, round)
    }
    const row = HOST_PATHS.find(({ shape }) => shape.test(path))
    if (!row) return null
    if (path.startsWith('sos_commands/')) this.#isSosreport = true
    const entry = this.#entry
    entry.kind = row.kind
    entry.path = path
    entry.tgid = 0
    entry.tid = 0
    entry.round = Number(RESAMPLE_LINES.exec(path)?.[1] ?? 0)
    return entry
  }
}

/** Of a host file deep in an archive: `ps` or `hostname` alone may be anything there. */
const TELLING_NAME = /^(?:proc|sys)\/|\.(?:txt|json|log)$/
const SOSREPORT = /(?:^|\/)sosreport-/
/** Folders above the bundle's own; people pack `home/joe/tickets/4711/web-7/proc`, not deeper. */
const DEPTH_MAX = 8

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] }
type Names = ReadonlyMap<number, { readonly kind: FileKind; readonly bytes: Buffer }>

const SLASH = 0x2f
const DOT = 0x2e
const PROC = Buffer.from('proc/')
const TASK = Buffer.from('task/')
const FD = Buffer.from('fd/')
const RESAMPLE = /^resample\/(\d{1,4})\/proc\/(?=\d)/
const RESAMPLE_LINES = /^resample\/(\d{1,4})\/proc\.lines$/

const GROUP_NAME_OF: Readonly<Partial<Record<FileKind, string>>> = {
  'ns-pid': 'ns/pid',
  'ns-mnt': 'ns/mnt',
}
const TASK_NAMES = namesOf(TASK_FILES)
const GROUP_NAMES = namesOf([...TASK_FILES, ...GROUP_FILES.filter((kind) => kind !== 'fd')])

/** Files of the host: the first row whose shape fits decides. */
const HOST_PATHS: readonly { readonly shape: RegExp; readonly kind: FileKind }[] = [
  { shape: /^manifest\.json$/, kind: 'manifest' },
  { shape: /^proc\.lines$/, kind: 'proc-lines' },
  { shape: RESAMPLE_LINES, kind: 'proc-lines' },
  { shape: /^proc\/version$/, kind: 'version' },
  { shape: /^proc\/uptime$/, kind: 'uptime' },
  { shape: /^proc\/mounts$/, kind: 'mounts' },
  { shape: /^proc\/locks$/, kind: 'locks' },
  { shape: /^(?:proc\/sys\/kernel\/hostname|(?:etc\/)?hostname(?:\.txt)?)$/, kind: 'hostname' },
  { shape: /^sos_commands\/(?:host|general)\/hostname(?:_-f)?$/, kind: 'hostname' },
  { shape: /^proc\/sys\/kernel\/random\/boot_id$/, kind: 'boot-id' },
  { shape: /^proc\/sys\/kernel\/osrelease$/, kind: 'os-version' },
  { shape: /^(?:var\/lib\/dbus|etc)\/machine-id$/, kind: 'machine-id' },
  { shape: /^(?:etc|usr\/lib)\/os-release$/, kind: 'os-release' },
  { shape: /^(?:sos_commands\/kernel\/)?uname(?:_-a|\.txt)?$/, kind: 'uname' },
  { shape: /^sys\/fs\/fuse\/connections\/\d{1,9}\/waiting$/, kind: 'fuse-waiting' },
  { shape: /^sys\/kernel\/debug\/sunrpc\/rpc_clnt\/[^/]+\/tasks$/, kind: 'rpc-tasks' },
  { shape: /^sys\/fs\/cgroup\/(?:.*\/)?cgroup\.events$/, kind: 'cgroup-events' },
  { shape: /^sys\/fs\/cgroup\/(?:.*\/)?cgroup\.freeze$/, kind: 'cgroup-freeze' },
  { shape: /^sys\/fs\/cgroup\/(?:.*\/)?freezer\.state$/, kind: 'freezer-state' },
  { shape: /^sys\/(?:devices\/.*\/)?block\/[^/]+\/inflight$/, kind: 'block-inflight' },
  { shape: /^sys\/(?:devices\/.*\/)?block\/[^/]+\/dev$/, kind: 'block-dev' },
  { shape: /^sys\/(?:devices\/.*\/)?block\/[^/]+\/pid$/, kind: 'block-pid' },
  {
    shape: /^sys\/(?:devices\/.*\/)?block\/[^/]+\/loop\/backing_file$/,
    kind: 'block-backing-file',
  },
  { shape: /^(?:sos_commands\/process\/)?ps(?:[-_.][^/]*)?$/, kind: 'ps' },
  { shape: /^goroutines\/[^/]+$/, kind: 'goroutines' },
  {
    shape: /^(?:dmesg|vmcore-dmesg|sysrq|kern|kernel|serial-console)(?:\.txt|\.log)?$/,
    kind: 'kernel-log',
  },
  { shape: /^journal-kernel(?:\.txt|\.log)?$/, kind: 'kernel-log' },
  { shape: /^var\/log\/(?:messages|dmesg|kern\.log|syslog)$/, kind: 'kernel-log' },
  { shape: /^var\/crash\/[^/]+\/(?:vmcore-)?dmesg(?:\.txt)?(?:\.\d+)?$/, kind: 'kernel-log' },
  { shape: /^sos_commands\/kernel\/dmesg(?:_-T)?$/, kind: 'kernel-log' },
  { shape: /^sos_commands\/logs\/journalctl[^/]*$/, kind: 'kernel-log' },
  { shape: /^(?:fuse-fds|dev-fuse-holders)\.txt$/, kind: 'fd-listing' },
]

/**
 * First letters of the rows above. A sosreport has tens of thousands of files that are none of
 * ours: most are told by one byte, before a string is made of the path.
 */
const HOST_TOPS = new Set(Buffer.from('mpesrugdvkjhf'))

function isHostTop(bytes: Buffer, start: number, end: number): boolean {
  return start < end && HOST_TOPS.has(bytes[start] ?? 0)
}

/** True for absolute paths and for paths that climb: nobody honest writes them into a bundle. */
export function isUnsafePath(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] === SLASH) return true
  for (let at = start; at < end; at += 1) {
    if (bytes[at] !== DOT || bytes[at + 1] !== DOT) continue
    const begins = at === start || bytes[at - 1] === SLASH
    if (begins && (at + 2 === end || bytes[at + 2] === SLASH)) return true
  }
  return false
}

/** `./proc/1/stat` is `proc/1/stat`. */
function afterDot(bytes: Buffer, start: number, end: number): number {
  let from = start
  while (from + 1 < end && bytes[from] === DOT && bytes[from + 1] === SLASH) from += 2
  return from
}

function startsWith(bytes: Buffer, start: number, end: number, wanted: Buffer): boolean {
  if (end - start < wanted.length) return false
  for (let at = 0; at < wanted.length; at += 1) {
    if (bytes[start + at] !== wanted[at]) return false
  }
  return true
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function digitsEnd(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && isDigit(bytes[at] ?? 0)) at += 1
  return at
}

/** The number these digits print; 0 for none, a leading zero, or more than the kernel gives a pid. */
function numberIn(bytes: Buffer, start: number, end: number): number {
  if (end - start > PID_DIGITS_MAX || bytes[start] === 0x30) return 0
  let value = 0
  for (let at = start; at < end; at += 1) value = value * 10 + (bytes[at] ?? 0) - 0x30
  return value
}

const PID_DIGITS_MAX = 7 // PID_MAX_LIMIT is 4,194,304

function namesOf(kinds: readonly FileKind[]): Names {
  const names = kinds.map((kind) => ({ kind, bytes: Buffer.from(GROUP_NAME_OF[kind] ?? kind) }))
  return new Map(names.map((name) => [nameKey(name.bytes, 0, name.bytes.length), name]))
}

/** Tells the names apart: by their first and fourth letter, and how long they are. */
function nameKey(bytes: Buffer, start: number, end: number): number {
  return ((end - start) << 16) | ((bytes[start] ?? 0) << 8) | (bytes[start + 3] ?? 0)
}
