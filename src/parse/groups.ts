import type { Entry } from '../model/entry.ts'
import type { Mount } from '../model/snapshot.ts'
import type { OpenFile } from '../model/task.ts'
import { ByteTable } from './byte-table.ts'
import type { Faults } from './faults.ts'
import { parseListing } from './listing.ts'
import { parseMountinfo } from './proc/mountinfo.ts'
import { parseCgroup } from './proc/one-line.ts'

/** What the files of one thread group say of all its tasks. */
export type Group = {
  cgroup: string | null
  pidNamespace: string | null
  mountNamespace: string | null
  /** Files that may decide a diagnosis; those of no such mount are dropped at the end. */
  files: OpenFile[]
}

const TABLE_BYTES = 16 * 1024 * 1024
/** A daemon with ten thousand files on one FUSE mount says no more by the last of them. */
const FILES_MAX = 64
/** Rows of all mountinfo files; a host of many containers shows some ten thousand. */
const MOUNTS_MAX = 100_000

/** Reads the files that a whole thread group has. */
export class Groups {
  readonly #faults: Faults
  readonly #groups = new Map<number, Group>()
  readonly #cgroups = new ByteTable(TABLE_BYTES, cgroupIn)
  readonly #inodes = new ByteTable(TABLE_BYTES, inodeIn)
  /** Groups of one mount namespace show the same bytes: read once. */
  readonly #mountinfos = new ByteTable<{ isNew: boolean }>(TABLE_BYTES, () => ({ isNew: true }))
  readonly mounts: Mount[] = []

  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** What is known of this thread group; null for nothing. */
  find(tgid: number): Group | null {
    return this.#groups.get(tgid) ?? null
  }

  readCgroup(entry: Entry, bytes: Buffer, start: number, end: number): void {
    this.#groupOf(entry.tgid).cgroup = this.#cgroups.get(bytes, start, end)
  }

  readMountinfo(entry: Entry, bytes: Buffer, start: number, end: number): void {
    const read = this.#mountinfos.get(bytes, start, end)
    if (!read.isNew || this.mounts.length >= MOUNTS_MAX) return
    read.isNew = false
    const file = `proc/${entry.tgid}/mountinfo`
    const { value, faults } = parseMountinfo(textIn(bytes, start, end), file, entry.tgid)
    for (const mount of value) this.mounts.push(mount)
    this.#faults.addAll(faults)
  }

  /** Links of `ns/` and `fd/`. */
  readLink(entry: Entry, bytes: Buffer, start: number, end: number): void {
    const group = this.#groupOf(entry.tgid)
    if (entry.kind === 'ns-pid') group.pidNamespace = this.#inodes.get(bytes, start, end)
    else if (entry.kind === 'ns-mnt') group.mountNamespace = this.#inodes.get(bytes, start, end)
    else if (mayDecide(bytes, start, end)) {
      addFile(group, { fd: entry.fd, target: textIn(bytes, start, end) })
    }
  }

  /** A listing of links: of one group (`fdlist`, `nslist`), or of several under headings. */
  readListing(entry: Entry, bytes: Buffer, start: number, end: number): void {
    for (const { tgid, name, target } of parseListing(textIn(bytes, start, end)).value) {
      const owner = entry.tgid > 0 ? entry.tgid : (tgid ?? 0)
      if (owner > 0) this.#addListed(owner, name, Buffer.from(target))
    }
  }

  #addListed(tgid: number, name: string, target: Buffer): void {
    const kind = name === 'pid' ? 'ns-pid' : name === 'mnt' ? 'ns-mnt' : 'fd'
    if (kind === 'fd' && !/^\d{1,9}$/.test(name)) return
    const fd = kind === 'fd' ? Number(name) : 0
    this.readLink({ kind, tgid, tid: 0, round: 0, fd, path: '' }, target, 0, target.length)
  }

  #groupOf(tgid: number): Group {
    const known = this.#groups.get(tgid)
    if (known) return known
    const group = { cgroup: null, pidNamespace: null, mountNamespace: null, files: [] }
    this.#groups.set(tgid, group)
    return group
  }
}

/** A listing and the links themselves may both be in a bundle. */
function addFile(group: Group, file: OpenFile): void {
  if (group.files.some(({ fd }) => fd === file.fd)) return
  if (group.files.length < FILES_MAX || file.target === '/dev/fuse') group.files.push(file)
}

const SLASH = 0x2f
const UNDECIDING = ['/dev/', '/proc/', '/sys/', '/memfd:', '/run/', '/anon_hugepage', '/dmabuf:']
const DECIDING = ['/dev/fuse', '/dev/loop', '/dev/nbd', '/dev/dm-', '/dev/mapper/']

/** Sockets, pipes and most devices cannot be what a task hangs in by a file system. */
function mayDecide(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== SLASH) return false
  const target = bytes.toString('latin1', start, Math.min(end, start + 24))
  if (DECIDING.some((prefix) => target.startsWith(prefix))) return true
  return !UNDECIDING.some((prefix) => target.startsWith(prefix))
}

/** Types of file systems that answer from somewhere else. */
const REMOTE = /^(?:fuse|nfs|cifs|smb|ceph|9p|afs|lustre|gluster|overlay|orangefs)/

/** Keeps, of each group's files, those that lie on a mount which something else must serve. */
export function decidingFiles(files: readonly OpenFile[], points: readonly string[]): OpenFile[] {
  return files.filter(
    ({ target }) =>
      target.startsWith('/dev/') ||
      points.some((point) => target === point || target.startsWith(`${point}/`)),
  )
}

/** Mount points of file systems that something else serves, the root's left out. */
export function remotePoints(mounts: readonly Mount[]): string[] {
  const points = new Set<string>()
  for (const { type, mountPoint } of mounts) {
    if (REMOTE.test(type) && mountPoint !== '/') points.add(mountPoint)
  }
  return [...points]
}

function textIn(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end)
}

function cgroupIn(bytes: Buffer, start: number, end: number): string | null {
  return parseCgroup(textIn(bytes, start, end), '').value
}

/** `pid:[4026531836]` */
function inodeIn(bytes: Buffer, start: number, end: number): string | null {
  return (
    /:\[(\d{1,20})\]/.exec(bytes.toString('latin1', start, Math.min(end, start + 64)))?.[1] ?? null
  )
}
