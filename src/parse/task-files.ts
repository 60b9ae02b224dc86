import { type Entry, type FileKind, pathOf, type TaskFile } from '../model/entry.ts'
import { type Fault, FOUND_CHARS_MAX } from '../model/parsed.ts'
import type { Stack } from '../model/stack.ts'
import { ByteTable } from './byte-table.ts'
import { BYTE, faultAt } from './bytes.ts'
import type { Faults } from './faults.ts'
import { parseSyscall, parseWchan } from './proc/one-line.ts'
import { parseStack, type StackFile } from './proc/stack.ts'
import { type Stat, statIn } from './proc/stat.ts'
import { type Status, StatusReader } from './proc/status.ts'

/** What the files of one task say, until all are there; null: no such file, or not readable. */
export type TaskDraft = {
  readonly tgid: number
  readonly tid: number
  comm: string | null
  status: Status | null
  stat: Stat | null
  stack: Stack | null
  /** Line of the stack's first frame. */
  stackLine: number
  wchan: string | null
  syscall: string | null
  /** `FILE` bits of the files met: in the task's own folder, and eight bits higher in the group's. */
  seen: number
  /** The next draft with this tid, in another thread group: only a made-up bundle has one. */
  next: TaskDraft | null
}

/** Bits of `TaskDraft.seen`. */
const BIT_OF: Readonly<Partial<Record<FileKind, number>>> = {
  comm: 1,
  status: 2,
  stat: 4,
  stack: 8,
  wchan: 16,
  syscall: 32,
}
/** From a task's own files to those of its group, which stand for the leader. */
const GROUP_SHIFT = 8

/** True when the bundle has this file of the task. */
export function hasFile(draft: TaskDraft, kind: TaskFile): boolean {
  const bit = BIT_OF[kind] ?? 0
  return (draft.seen & (bit | (bit << GROUP_SHIFT))) !== 0
}

/** Path of the file that the task's `kind` was read from. */
export function pathOfFile(draft: TaskDraft, kind: TaskFile): string {
  const isOwn = (draft.seen & (BIT_OF[kind] ?? 0)) !== 0
  const { tgid, tid } = draft
  return isOwn || tid !== tgid ? `proc/${tgid}/task/${tid}/${kind}` : `proc/${tgid}/${kind}`
}

const TABLE_BYTES = 16 * 1024 * 1024

/** A stack file's bytes, read: with the places that are no frames, to be located in each file. */
type StackRead = StackFile & { readonly faults: readonly Fault[] }

/**
 * Reads the six files that every task has, hundreds of thousands in a large bundle. What many
 * tasks have in common (names, stacks, wait channels, masks) is found by its bytes and shared.
 */
export class TaskFiles {
  readonly #faults: Faults
  readonly #drafts = new Map<number, TaskDraft>()
  /** The files of a task mostly follow each other. */
  #last: TaskDraft = newDraft(0, 0)
  readonly #comms = new ByteTable(TABLE_BYTES, commIn)
  readonly #wchans = new ByteTable(TABLE_BYTES, wchanIn)
  readonly #stacks: ByteTable<StackRead> = new ByteTable(TABLE_BYTES, stackIn)
  readonly #statuses = new StatusReader(this.#comms)

  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** Every draft, by thread group and task. */
  drafts(): readonly TaskDraft[] {
    const drafts: TaskDraft[] = []
    for (const first of this.#drafts.values()) {
      for (let draft: TaskDraft | null = first; draft; draft = draft.next) drafts.push(draft)
    }
    return drafts.sort((one, other) => one.tgid - other.tgid || one.tid - other.tid)
  }

  /** The draft of this task, made where there is none. */
  draftOf(tgid: number, tid: number): TaskDraft {
    if (this.#last.tid === tid && this.#last.tgid === tgid) return this.#last
    const first = this.#drafts.get(tid) ?? null
    let draft = first
    while (draft !== null && draft.tgid !== tgid) draft = draft.next
    if (draft === null) {
      draft = newDraft(tgid, tid)
      draft.next = first
      this.#drafts.set(tid, draft)
    }
    this.#last = draft
    return draft
  }

  /** Reads one file. The group's own file yields to that of the leader's task folder. */
  read(entry: Entry, bytes: Buffer, start: number, end: number): void {
    const isGroups = entry.tid === 0
    const draft = this.draftOf(entry.tgid, isGroups ? entry.tgid : entry.tid)
    const bit = BIT_OF[entry.kind] ?? 0
    const isKnown = (draft.seen & bit) !== 0
    draft.seen |= isGroups ? bit << GROUP_SHIFT : bit
    if (isGroups && isKnown) return
    switch (entry.kind) {
      case 'comm':
        draft.comm = this.#comms.get(bytes, start, end)
        break
      case 'status':
        draft.status = this.#readStatus(entry, bytes, start, end)
        break
      case 'stat':
        draft.stat = this.#readStat(entry, bytes, start, end)
        break
      case 'stack':
        this.#readStack(entry, draft, bytes.subarray(start, end))
        break
      case 'wchan':
        draft.wchan = this.#wchans.get(bytes, start, end)
        break
      default:
        draft.syscall = parseSyscall(textIn(bytes, start, end), '').value
    }
  }

  /** The stack in a file of a resample; the same object as elsewhere for the same bytes. */
  stackIn(bytes: Buffer, start: number, end: number): Stack {
    return this.#stacks.get(bytes, start, end).stack
  }

  statusIn(bytes: Buffer, start: number, end: number): Status {
    return this.#statuses.read(bytes, start, end, () => {})
  }

  #readStatus(entry: Entry, bytes: Buffer, start: number, end: number): Status {
    return this.#statuses.read(bytes, start, end, (line, expected, found) => {
      this.#faults.add(faultAt(pathOf(entry), line, expected, found))
    })
  }

  #readStat(entry: Entry, bytes: Buffer, start: number, end: number): Stat | null {
    const stat = statIn(bytes, start, end)
    if (stat === null && end > start) {
      const found = bytes.toString('utf8', start, Math.min(end, start + FOUND_CHARS_MAX))
      this.#faults.add(faultAt(pathOf(entry), 1, 'pid (comm) state ppid ...', found))
    }
    return stat
  }

  #readStack(entry: Entry, draft: TaskDraft, bytes: Buffer): void {
    const read = this.#stacks.get(bytes, 0, bytes.length)
    draft.stack = read.stack
    draft.stackLine = read.line
    for (const fault of read.faults) this.#faults.add({ ...fault, file: pathOf(entry) })
  }
}

function newDraft(tgid: number, tid: number): TaskDraft {
  return {
    tgid,
    tid,
    comm: null,
    status: null,
    stat: null,
    stack: null,
    stackLine: 1,
    wchan: null,
    syscall: null,
    seen: 0,
    next: null,
  }
}

function textIn(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end)
}

function commIn(bytes: Buffer, start: number, end: number): string {
  const hasNewline = end > start && bytes[end - 1] === BYTE.newline
  return textIn(bytes, start, hasNewline ? end - 1 : end)
}

function wchanIn(bytes: Buffer, start: number, end: number): string | null {
  return parseWchan(textIn(bytes, start, end), '').value
}

function stackIn(bytes: Buffer, start: number, end: number): StackRead {
  const { value, faults } = parseStack(textIn(bytes, start, end), '')
  return { ...value, faults }
}
