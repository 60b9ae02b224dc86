import { hash } from 'node:crypto'
import { toEarlier } from '../diagnose/situation/earlier.ts'
import { fingerprintOf } from '../diagnose/waits/fingerprint.ts'
import { waitOf } from '../diagnose/waits/waits.ts'
import type { DiagnosedIncident, Diagnosis, IncidentTask } from '../model/diagnosis.ts'
import type { Earlier } from '../model/earlier.ts'
import { plainSymbol } from '../model/frame.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Stack } from '../model/stack.ts'
import type { Task } from '../model/task.ts'
import type { FoundIncident, FoundSnapshot, FoundStack, Looked, Proof } from '../store/found.ts'
import { pack } from '../store/packed.ts'
import { packFrames } from '../store/packed-frames.ts'
import { StartTable } from './starts.ts'

/** Distinct stacks kept of one snapshot: a host has some hundred, a hostile bundle what it likes. */
const STACKS_MAX = 2_000
/** Tasks of one packed row: a page of them is read without the others. */
const CHUNK_TASKS = 250
const TIDS_MAX = 64
const WORDS_CHARS_MAX = 8_000
const LABELS_MAX = 32
const LABEL_CHARS_MAX = 256

/** What the store keeps of a snapshot and its diagnosis, with all that takes time done. */
export function extract(
  snapshot: Snapshot,
  diagnosis: Diagnosis,
  earlier: Earlier | null = null,
  catalogue: string | undefined = undefined,
): FoundSnapshot {
  const table = stackTable(snapshot, diagnosis)
  const starts = new StartTable(snapshot)
  const seen = new Map<string, number>()
  const looked = lookedOf(snapshot)
  const incidents = diagnosis.incidents.map((incident) => {
    const { signature, subject } = incident
    const identity = `${signature} ${subject.kind}:${subject.id}`
    const times = seen.get(identity) ?? 0
    seen.set(identity, times + 1)
    const unique = times === 0 ? identity : `${identity} #${times + 1}`
    const found = toFound(incident, table, looked.taskCount)
    return { ...found, identity: unique, starts: starts.startsOf(incident) }
  })
  return {
    host: { ...diagnosis.snapshot.host, labels: boundedLabels(diagnosis.snapshot.host.labels) },
    kernel: diagnosis.snapshot.kernel,
    collectedAt: diagnosis.snapshot.collectedAt,
    counts: diagnosis.snapshot.counts,
    looked,
    look: lookOf(snapshot, diagnosis, earlier),
    body: pack({ ...diagnosis, tasks: [] }),
    taskTotal: diagnosis.tasks.length,
    taskChunks: chunksOf(diagnosis.tasks).map(({ first, items }) => ({ first, body: pack(items) })),
    stacks: table.stacks,
    snapshotStacks: table.rows,
    incidents,
    ...(catalogue === undefined ? {} : { catalogue }),
  }
}

/** Each distinct stack once, with how many tasks stand in it by state. */
class StackTable {
  readonly stacks: FoundStack[] = []
  /** Indexes of the stacks that a task of this tid shows, in /proc or in a report. */
  readonly ofTid = new Map<number, number[]>()
  readonly #indexes = new Map<Stack, number>()
  readonly #byHash = new Map<string, number>()
  readonly #tasks = new Map<string, number>()

  /** Notes that a task, or a report of one, shows a stack; answers its index, null beyond the bound. */
  note(stack: Stack | null, tid: number | null, hint: Hint): number | null {
    if (stack === null || stack.frames.length === 0) return null
    const index = this.#indexes.get(stack) ?? this.#add(stack, hint)
    if (index !== null && tid !== null) {
      const others = this.ofTid.get(tid)
      if (others) others.push(index)
      else this.ofTid.set(tid, [index])
    }
    return index
  }

  count(index: number, state: string): void {
    const key = `${index} ${state}`
    this.#tasks.set(key, (this.#tasks.get(key) ?? 0) + 1)
  }

  get rows(): FoundSnapshot['snapshotStacks'] {
    return [...this.#tasks].map(([key, tasks]) => {
      const [index, state = ''] = key.split(' ')
      return { stack: Number(index), state, tasks }
    })
  }

  #add(stack: Stack, hint: Hint): number | null {
    const stackHash = hashOf(stack)
    const equal = this.#byHash.get(stackHash)
    if (equal === undefined && this.stacks.length >= STACKS_MAX) return null
    const index = equal ?? this.stacks.push(toFoundStack(stack, stackHash, hint)) - 1
    this.#byHash.set(stackHash, index)
    this.#indexes.set(stack, index)
    return index
  }
}

function stackTable(snapshot: Snapshot, diagnosis: Diagnosis): StackTable {
  const table = new StackTable()
  for (const task of tellingFirst(snapshot, diagnosis)) {
    const index = table.note(task.stack, task.tid, task)
    if (index !== null) table.count(index, task.state ?? '?')
  }
  for (const report of snapshot.reports) {
    table.note(report.stack, report.tid, { ...report, wchan: null })
  }
  return table
}

type Hint = Pick<Task, 'state' | 'kthread' | 'comm' | 'wchan'>

/** Tasks of incidents and other notable ones first, so that a bound leaves out what is at rest. */
function tellingFirst(snapshot: Snapshot, diagnosis: Diagnosis): readonly Task[] {
  if (snapshot.stacks.length <= STACKS_MAX) return snapshot.tasks
  const telling = new Set(
    [...diagnosis.incidents.flatMap(({ tasks }) => tasks), ...diagnosis.tasks].map(
      ({ tid }) => tid,
    ),
  )
  return [
    ...snapshot.tasks.filter(({ tid }) => telling.has(tid)),
    ...snapshot.tasks.filter(({ tid }) => !telling.has(tid)),
  ]
}

function hashOf(stack: Stack): string {
  const printed = stack.frames.map(
    ({ symbol, offset, size, module, reliable }) =>
      `${reliable ? '' : '? '}${symbol}+${offset}/${size} ${module ?? ''}`,
  )
  return hash('sha256', printed.join('\n'), 'base64url').slice(0, 22)
}

function toFoundStack(stack: Stack, stackHash: string, hint: Hint): FoundStack {
  const wait = waitOf(stack, hint)
  return {
    hash: stackHash,
    fingerprint: fingerprintOf(stack, wait),
    wait,
    frames: packFrames(stack.frames),
    names: [...new Set(stack.frames.map(({ symbol }) => plainSymbol(symbol)))],
  }
}

function toFound(
  incident: DiagnosedIncident,
  table: StackTable,
  taskCount: number,
): Omit<FoundIncident, 'identity' | 'starts'> {
  const { tasks, evidence, missing, graph, advice, ...item } = incident
  const tids = [...new Set(tasks.flatMap(({ tid }) => tid ?? []))]
  const stacks = [...new Set(tids.flatMap((tid) => table.ofTid.get(tid) ?? []))]
  const names = stacks.flatMap((index) => table.stacks[index]?.names ?? [])
  const comms = tasks.flatMap(({ comm }) => comm ?? [])
  return {
    ...item,
    class: culpritOf(tasks)?.waitsOn?.class ?? null,
    taskCount: tasks.length,
    proof: proofOf(incident, tids, taskCount),
    stacks,
    words: [...new Set([item.title, ...comms, ...names])].join(' ').slice(0, WORDS_CHARS_MAX),
    body: pack({ tasks, evidence, missing, graph, advice }),
  }
}

/** The task whose wait says what the incident is about: a culprit, else the first that waits. */
function culpritOf(tasks: readonly IncidentTask[]): IncidentTask | undefined {
  const waiting = tasks.filter(({ waitsOn }) => waitsOn !== null)
  return waiting.find(({ role }) => role === 'culprit' || role === 'flusher') ?? waiting[0]
}

const LOG_FILE = /(?:^|\/)(?:dmesg|vmcore-dmesg|sysrq|kern\.log|messages|journalctl|syslog)[^/]*$/

function proofOf(
  { evidence }: DiagnosedIncident,
  tids: readonly number[],
  taskCount: number,
): Proof {
  const isLog = ({ file }: { file: string }): boolean => LOG_FILE.test(file)
  const isGoroutine = ({ file }: { file: string }): boolean => file.includes('goroutines/')
  const log = evidence.some(isLog)
  const goroutines = evidence.some(isGoroutine)
  const tasks = evidence.some((line) => !isLog(line) && !isGoroutine(line))
  return { tasks, log, goroutines, tids: tids.slice(0, TIDS_MAX), taskCount }
}

function lookedOf(snapshot: Snapshot): Looked {
  const tasks = snapshot.tasks.filter(({ origin }) => origin === 'proc')
  const unreadable = new Set<number>()
  for (const { tid, unreadable: files } of snapshot.tasks) {
    if (tid !== null && files.length > 0) unreadable.add(tid)
  }
  for (const { path } of snapshot.unreadable) {
    const [, tgid, tid] = /proc\/(\d+)\/(?:task\/(\d+)\/)?/.exec(path) ?? []
    if (tgid) unreadable.add(Number(tid ?? tgid))
  }
  return {
    tasks: tasks.some(({ stack }) => stack !== null && stack.frames.length > 0),
    log: snapshot.reports.length > 0,
    goroutines: snapshot.goroutines.length > 0,
    taskCount: tasks.length,
    unreadable: [...unreadable].slice(0, STACKS_MAX),
  }
}

/** A snapshot of a log alone must not stand between two that show their tasks. */
function lookOf(
  snapshot: Snapshot,
  diagnosis: Diagnosis,
  earlier: Earlier | null,
): Uint8Array | null {
  const canCompare =
    snapshot.host.bootId !== null && snapshot.tasks.some(({ origin }) => origin === 'proc')
  return canCompare ? pack(toEarlier(snapshot, diagnosis, earlier)) : null
}

function chunksOf<Item>(
  items: readonly Item[],
): readonly { readonly first: number; readonly items: readonly Item[] }[] {
  const chunks: { first: number; items: readonly Item[] }[] = []
  for (let first = 0; first < items.length; first += CHUNK_TASKS) {
    chunks.push({ first, items: items.slice(first, first + CHUNK_TASKS) })
  }
  return chunks
}

/** Labels become rows of counts, so their number and length are bounded. */
function boundedLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels)
      .slice(0, LABELS_MAX)
      .map(([label, value]) => [label.slice(0, LABEL_CHARS_MAX), value.slice(0, LABEL_CHARS_MAX)]),
  )
}
