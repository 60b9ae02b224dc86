import type { Place } from '../../model/parsed.ts'
import type { Report } from '../../model/report.ts'
import type { PsRow, Snapshot, TaskSample } from '../../model/snapshot.ts'
import { type Stack, stackOf } from '../../model/stack.ts'
import type { Mark, OpenFile, Task, TaskState } from '../../model/task.ts'
import { unpackFrames } from '../packed-frames.ts'
import { ColumnReader } from './columns.ts'
import { plainLine, type SourceRest } from './pack-snapshot.ts'
import { fromTemplate } from './path-template.ts'

/** The snapshot that was packed. */
export function readSnapshot(packed: Uint8Array): Snapshot {
  const reader = new ColumnReader(packed)
  const { rows, stacks, snapshot } = reader.rest<SourceRest>()
  const table = readStacks(reader, rows.stacks)
  const tasks = readTasks(reader, rows.tasks, table)
  const marked = withMarks(reader, rows.marks, tasks)
  return {
    ...snapshot,
    tasks: marked,
    stacks: stacks.map(([number, count]) => ({ stack: stackAt(table, number), tasks: count })),
    ps: readPs(reader, rows.ps),
    samples: readSamples(reader, rows.samples, table),
    reports: readReports(reader, rows.reports, table),
  }
}

type StackTable = readonly Stack[]

function readStacks(reader: ColumnReader, rows: number): StackTable {
  const frames = reader.values<string>(rows)
  const lines = reader.values<readonly [string[], number[]] | null>(rows)
  return frames.map((packed, row) => {
    const own = unpackFrames(packed)
    const [text, offsets] = lines[row] ?? [own.map(plainLine), own.map((_, index) => index)]
    return stackOf(own, text, offsets)
  })
}

function stackAt(table: StackTable, number: number): Stack {
  const stack = table[number]
  if (stack === undefined) throw new Error(`There is no stack ${number} in this source`)
  return stack
}

function stackOrNull(table: StackTable, number: number | null | undefined): Stack | null {
  return number === null || number === undefined ? null : stackAt(table, number)
}

/** A task whose marks are not read yet, with how many they are. */
type Bare = { readonly task: Task; readonly marks: number }

function readTasks(reader: ColumnReader, rows: number, table: StackTable): readonly Bare[] {
  const columns = taskColumns(reader, rows)
  return Array.from({ length: rows }, (_, row) => ({
    task: toTask(columns, row, table),
    marks: columns.marks[row] ?? 0,
  }))
}

type TaskColumns = ReturnType<typeof taskColumns>

// The order is that of writeTasks.
function taskColumns(reader: ColumnReader, rows: number) {
  const numbers = () => reader.numbers(rows)
  const values = <Value>() => reader.values<Value>(rows)
  return {
    tgid: numbers(),
    tid: numbers(),
    comm: values<string | null>(),
    state: values<TaskState | null>(),
    ppid: numbers(),
    tracerPid: numbers(),
    nsPids: values<readonly number[] | 0>(),
    pidNamespace: values<string | null>(),
    mountNamespace: values<string | null>(),
    taskPending: values<readonly number[]>(),
    groupPending: values<readonly number[]>(),
    blockedSignals: values<readonly number[]>(),
    fdSize: numbers(),
    threads: numbers(),
    voluntary: numbers(),
    nonvoluntary: numbers(),
    startTicks: numbers(),
    kthread: values<boolean | null>(),
    exitingFlag: values<boolean | null>(),
    stack: numbers(),
    stackFile: values<string | null>(),
    stackLine: numbers(),
    wchan: values<string | null>(),
    syscall: values<string | null>(),
    cgroup: values<string | null>(),
    fds: values<readonly OpenFile[]>(),
    unreadable: values<Task['unreadable']>(),
    file: values<string>(),
    line: numbers(),
    origin: values<Task['origin']>(),
    marks: numbers(),
  }
}

const NONE: readonly never[] = []

function toTask(columns: TaskColumns, row: number, table: StackTable): Task {
  const cell = <Value, Otherwise>(column: readonly Value[], otherwise: Otherwise) =>
    column[row] ?? otherwise
  const ids = { tgid: cell(columns.tgid, null), tid: cell(columns.tid, null) }
  const voluntary = cell(columns.voluntary, null)
  const nsPids = cell(columns.nsPids, NONE)
  return {
    ...ids,
    comm: cell(columns.comm, null),
    state: cell(columns.state, null),
    ppid: cell(columns.ppid, null),
    tracerPid: cell(columns.tracerPid, null),
    nsPids: nsPids === 0 ? [ids.tid ?? 0] : nsPids,
    pidNamespace: cell(columns.pidNamespace, null),
    mountNamespace: cell(columns.mountNamespace, null),
    taskPending: cell(columns.taskPending, NONE),
    groupPending: cell(columns.groupPending, NONE),
    blockedSignals: cell(columns.blockedSignals, NONE),
    fdSize: cell(columns.fdSize, null),
    threads: cell(columns.threads, null),
    switches:
      voluntary === null ? null : { voluntary, nonvoluntary: cell(columns.nonvoluntary, 0) },
    startTicks: cell(columns.startTicks, null),
    kthread: cell(columns.kthread, null),
    exitingFlag: cell(columns.exitingFlag, null),
    stack: stackOrNull(table, columns.stack[row]),
    stackFrom: placeOf(columns.stackFile[row], columns.stackLine[row], ids),
    wchan: cell(columns.wchan, null),
    syscall: cell(columns.syscall, null),
    cgroup: cell(columns.cgroup, null),
    fds: cell(columns.fds, NONE),
    unreadable: cell(columns.unreadable, NONE),
    marks: NONE,
    from: placeOf(columns.file[row], columns.line[row], ids) ?? NOWHERE,
    origin: cell(columns.origin, 'proc'),
  }
}

const NOWHERE: Place = { file: '', line: 1 }

function placeOf(
  template: string | null | undefined,
  line: number | null | undefined,
  ids: Pick<Task, 'tgid' | 'tid'>,
): Place | null {
  if (template === null || template === undefined) return null
  return { file: fromTemplate(template, ids), line: line ?? 1 }
}

function withMarks(reader: ColumnReader, rows: number, bare: readonly Bare[]): readonly Task[] {
  const what = reader.values<Mark['what']>(rows)
  const files = reader.values<string>(rows)
  const lines = reader.numbers(rows)
  const texts = reader.values<string>(rows)
  let next = 0
  return bare.map(({ task, marks }) => {
    if (marks === 0) return task
    const first = next
    next += marks
    const own = what.slice(first, next).map((each, index): Mark => {
      const place = placeOf(files[first + index], lines[first + index], task) ?? NOWHERE
      return { what: each, ...place, text: texts[first + index] ?? '' }
    })
    return { ...task, marks: own }
  })
}

function readPs(reader: ColumnReader, rows: number): readonly PsRow[] {
  const tgid = reader.numbers(rows)
  const tid = reader.numbers(rows)
  const ppid = reader.numbers(rows)
  const stat = reader.values<string | null>(rows)
  const wchan = reader.values<string | null>(rows)
  const pidNamespace = reader.values<string | null>(rows)
  const elapsedSeconds = reader.numbers(rows)
  const command = reader.values<string | null>(rows)
  const file = reader.values<string>(rows)
  const line = reader.numbers(rows)
  return file.map((from, row) => {
    const cell = <Value, Otherwise>(column: readonly Value[], otherwise: Otherwise) =>
      column[row] ?? otherwise
    return {
      tgid: cell(tgid, 0),
      tid: cell(tid, null),
      ppid: cell(ppid, null),
      stat: cell(stat, null),
      wchan: cell(wchan, null),
      pidNamespace: cell(pidNamespace, null),
      elapsedSeconds: cell(elapsedSeconds, null),
      command: cell(command, null),
      from: { file: from, line: cell(line, 1) },
    }
  })
}

function readSamples(reader: ColumnReader, rows: number, table: StackTable): readonly TaskSample[] {
  const stacks = reader.numbers(rows)
  return reader
    .values<Omit<TaskSample, 'stack'>>(rows)
    .map((rest, row) => ({ ...rest, stack: stackOrNull(table, stacks[row]) }))
}

type ReportRest = Omit<Report, 'stack' | 'from' | 'stackFrom' | 'uptimeSeconds'>

function readReports(reader: ColumnReader, rows: number, table: StackTable): readonly Report[] {
  const stacks = reader.numbers(rows)
  const rests = reader.values<ReportRest>(rows)
  const uptime = reader.numbers(rows)
  const files = reader.values<string>(rows)
  const lines = reader.numbers(rows)
  const stackFiles = reader.values<string | null>(rows)
  const stackLines = reader.numbers(rows)
  return rests.map((rest, row) => {
    const stackFile = stackFiles[row] ?? null
    return {
      ...rest,
      uptimeSeconds: uptime[row] ?? null,
      from: { file: files[row] ?? '', line: lines[row] ?? 1 },
      stack: stackOrNull(table, stacks[row]),
      stackFrom: stackFile === null ? null : { file: stackFile, line: stackLines[row] ?? 1 },
    }
  })
}
