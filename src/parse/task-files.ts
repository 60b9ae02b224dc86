import { type Entry, pathOf } from '../model/entry.ts'
import { type Fault, FOUND_CHARS_MAX } from '../model/parsed.ts'
import type { Stack } from '../model/stack.ts'
import { ByteTable } from './byte-table.ts'
import { BYTE, faultAt } from './bytes.ts'
import type { Faults } from './faults.ts'
import { parseWchan, syscallIn } from './proc/one-line.ts'
import { parseStack, type StackFile } from './proc/stack.ts'
import { openIn, readStat, STAT_EXPECTED } from './proc/stat.ts'
import { NO_STATUS, type StatusFields, StatusReader } from './proc/status.ts'
import { isResting } from './rest.ts'
import { bitOf, GROUP_SHIFT, newTask, type TaskDraft, TaskTable } from './task-table.ts'

const TABLE_BYTES = 16 * 1024 * 1024

/** A stack file's bytes, read: with the places that are no frames, to be located in each file. */
type StackRead = StackFile & { readonly faults: readonly Fault[]; readonly isResting: boolean }

const NO_ENTRY: Entry = { kind: 'status', tgid: 0, tid: 0, round: 0, fd: 0, path: '' }

/**
 * Reads the six files that every task has, hundreds of thousands in a large bundle. What many
 * tasks have in common (names, stacks, wait channels, masks) is found by its bytes and shared.
 */
export class TaskFiles {
  readonly table = new TaskTable()
  readonly #faults: Faults
  readonly #comms = new ByteTable(TABLE_BYTES, textIn)
  readonly #wchans = new ByteTable(TABLE_BYTES, wchanIn)
  readonly #stacks: ByteTable<StackRead> = new ByteTable(TABLE_BYTES, stackIn)
  readonly statuses = new StatusReader(this.#comms, (line, expected, found) => {
    this.#faults.add(faultAt(pathOf(this.#entry), line, expected, found))
  })
  /** The file in hand. */
  #entry = NO_ENTRY

  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** Reads one file. The group's own file yields to that of the leader's task folder. */
  read(entry: Entry, bytes: Buffer, start: number, end: number): void {
    const { table } = this
    const isGroups = entry.tid === 0
    const index = table.indexOf(entry.tgid, isGroups ? entry.tgid : entry.tid)
    const bit = bitOf(entry.kind)
    const seen = table.seen[index] ?? 0
    table.seen[index] = seen | (isGroups ? bit << GROUP_SHIFT : bit)
    if (isGroups && (seen & bit) !== 0) return
    this.#entry = entry
    switch (entry.kind) {
      case 'comm':
        this.#draft(index).comm = this.#comms.get(bytes, start, commEnd(bytes, start, end))
        break
      case 'status':
        this.#readStatus(index, bytes, start, end)
        break
      case 'stat':
        this.#readStat(index, bytes, start, end)
        break
      case 'stack':
        this.#readStack(index, bytes, start, end)
        break
      case 'wchan':
        this.#draft(index).wchan = this.#wchans.get(bytes, start, end)
        break
      default:
        this.#draft(index).syscall = syscallIn(bytes, start, end)
    }
  }

  /** The stack in a file of a resample; the same object as elsewhere for the same bytes. */
  stackIn(bytes: Buffer, start: number, end: number): Stack {
    return this.#stacks.get(bytes, start, end).stack
  }

  /** Reads the status of a resample. */
  statusIn(entry: Entry, bytes: Buffer, start: number, end: number): StatusFields {
    this.#entry = entry
    const fields = { ...NO_STATUS }
    this.statuses.read(bytes, start, end, fields)
    return fields
  }

  #readStatus(index: number, bytes: Buffer, start: number, end: number): void {
    const draft = this.#draft(index)
    this.table.statusLines[index] = this.statuses.read(bytes, start, end, draft)
    // The name in status is escaped: the comm file is better, whichever comes first.
    if (!this.table.hasFile(index, 'comm')) draft.comm = this.statuses.comm ?? draft.comm
  }

  #readStat(index: number, bytes: Buffer, start: number, end: number): void {
    const draft = this.#draft(index)
    const close = readStat(bytes, start, end, draft)
    if (close > 0) draft.comm ??= this.#comms.get(bytes, openIn(bytes, start, end) + 1, close)
    else if (end > start) {
      const found = textIn(bytes, start, Math.min(end, start + FOUND_CHARS_MAX))
      this.#faults.add(faultAt(pathOf(this.#entry), 1, STAT_EXPECTED, found))
    }
  }

  #readStack(index: number, bytes: Buffer, start: number, end: number): void {
    const read = this.#stacks.get(bytes, start, end)
    this.#draft(index).stack = read.stack
    this.table.stackLines[index] = read.line
    this.table.restful[index] = read.isResting
    for (const fault of read.faults) this.#faults.add({ ...fault, file: pathOf(this.#entry) })
  }

  #draft(index: number): TaskDraft {
    return this.table.tasks[index] ?? NO_TASK
  }
}

/** Takes what is read of an index that the table does not have: none is ever asked for. */
const NO_TASK = newTask(0, 0)

function textIn(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end)
}

function commEnd(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === BYTE.newline ? end - 1 : end
}

function wchanIn(bytes: Buffer, start: number, end: number): string | null {
  return parseWchan(textIn(bytes, start, end), '').value
}

function stackIn(bytes: Buffer, start: number, end: number): StackRead {
  const { value, faults } = parseStack(textIn(bytes, start, end), '')
  return { ...value, faults, isResting: isResting(value.stack) }
}
