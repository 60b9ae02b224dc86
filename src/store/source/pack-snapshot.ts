import type { Report } from '../../model/report.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Stack } from '../../model/stack.ts'
import type { Task } from '../../model/task.ts'
import { packFrames } from '../packed-frames.ts'
import { ColumnWriter } from './columns.ts'
import { toTemplate } from './path-template.ts'

// A snapshot so that it can be diagnosed again without its archive: all that a diagnosis reads of
// it, in a fiftieth of the bytes that its files have. `read-snapshot.ts` is the other half: what
// one writes the other reads, column by column.

/** Raised when the columns change; a source of another format is made anew from the archive. */
export const SOURCE_FORMAT = 1

/** What stands beside the columns. */
export type SourceRest = {
  readonly rows: {
    readonly stacks: number
    readonly tasks: number
    readonly marks: number
    readonly ps: number
    readonly samples: number
    readonly reports: number
  }
  /** How many tasks show each stack of `snapshot.stacks`, and its number in the table. */
  readonly stacks: readonly (readonly [stack: number, tasks: number])[]
  readonly snapshot: Omit<Snapshot, 'tasks' | 'stacks' | 'ps' | 'samples' | 'reports'>
}

/** The packed form of a snapshot. */
export function packSnapshot(snapshot: Snapshot): Uint8Array {
  const { tasks, stacks, ps, samples, reports, ...rest } = snapshot
  const writer = new ColumnWriter()
  const table = tableOf(snapshot)
  const marks = tasks.flatMap((task) => task.marks.map((mark) => ({ task, mark })))
  writeStacks(writer, [...table.keys()])
  writeTasks(writer, tasks, table)
  writeMarks(writer, marks)
  writePs(writer, ps)
  writeSamples(writer, samples, table)
  writeReports(writer, reports, table)
  const packed: SourceRest = {
    rows: {
      stacks: table.size,
      tasks: tasks.length,
      marks: marks.length,
      ps: ps.length,
      samples: samples.length,
      reports: reports.length,
    },
    stacks: stacks.map(({ stack, tasks: count }) => [table.get(stack) ?? 0, count]),
    snapshot: rest,
  }
  return writer.finish(packed)
}

/** Each stack object once, by its number. */
type StackNumbers = ReadonlyMap<Stack, number>

function tableOf({ tasks, stacks, samples, reports }: Snapshot): StackNumbers {
  const table = new Map<Stack, number>()
  const add = (stack: Stack | null): void => {
    if (stack !== null && !table.has(stack)) table.set(stack, table.size)
  }
  for (const { stack } of stacks) add(stack)
  for (const { stack } of tasks) add(stack)
  for (const { stack } of samples) add(stack)
  for (const { stack } of reports) add(stack)
  return table
}

function writeStacks(writer: ColumnWriter, stacks: readonly Stack[]): void {
  writer.values(stacks.map(({ frames }) => packFrames(frames)))
  // Most were read from lines that the frames alone make again.
  writer.values(stacks.map((stack) => (isPlain(stack) ? null : [stack.text, stack.lineOffsets])))
}

function isPlain({ frames, text, lineOffsets }: Stack): boolean {
  return frames.every(
    (frame, index) => text[index] === plainLine(frame) && lineOffsets[index] === index,
  )
}

/** A frame as /proc prints it. */
export function plainLine({ symbol, offset, size, module }: Stack['frames'][number]): string {
  const place = `[<0>] ${symbol}+0x${offset?.toString(16)}/0x${size?.toString(16)}`
  return module === null ? place : `${place} [${module}]`
}

function writeTasks(writer: ColumnWriter, tasks: readonly Task[], table: StackNumbers): void {
  const numbers = (of: (task: Task) => number | null) => writer.numbers(tasks.map(of))
  const values = (of: (task: Task) => unknown) => writer.values(tasks.map(of))
  numbers(({ tgid }) => tgid)
  numbers(({ tid }) => tid)
  values(({ comm }) => comm)
  values(({ state }) => state)
  numbers(({ ppid }) => ppid)
  numbers(({ tracerPid }) => tracerPid)
  // A task outside every container has its tid alone.
  values(({ nsPids, tid }) => (nsPids.length === 1 && nsPids[0] === tid ? 0 : nsPids))
  values(({ pidNamespace }) => pidNamespace)
  values(({ mountNamespace }) => mountNamespace)
  values(({ taskPending }) => taskPending)
  values(({ groupPending }) => groupPending)
  values(({ blockedSignals }) => blockedSignals)
  numbers(({ fdSize }) => fdSize)
  numbers(({ threads }) => threads)
  numbers(({ switches }) => switches?.voluntary ?? null)
  numbers(({ switches }) => switches?.nonvoluntary ?? null)
  numbers(({ startTicks }) => startTicks)
  values(({ kthread }) => kthread)
  values(({ exitingFlag }) => exitingFlag)
  numbers(({ stack }) => numberOf(stack, table))
  values((task) => task.stackFrom && toTemplate(task.stackFrom.file, task))
  numbers(({ stackFrom }) => stackFrom?.line ?? null)
  values(({ wchan }) => wchan)
  values(({ syscall }) => syscall)
  values(({ cgroup }) => cgroup)
  values(({ fds }) => fds)
  values(({ unreadable }) => unreadable)
  values((task) => toTemplate(task.from.file, task))
  numbers(({ from }) => from.line)
  values(({ origin }) => origin)
  numbers(({ marks }) => marks.length)
}

function numberOf(stack: Stack | null, table: StackNumbers): number | null {
  return stack === null ? null : (table.get(stack) ?? null)
}

type MarkOfTask = { readonly task: Task; readonly mark: Task['marks'][number] }

function writeMarks(writer: ColumnWriter, marks: readonly MarkOfTask[]): void {
  writer.values(marks.map(({ mark }) => mark.what))
  writer.values(marks.map(({ mark, task }) => toTemplate(mark.file, task)))
  writer.numbers(marks.map(({ mark }) => mark.line))
  writer.values(marks.map(({ mark }) => mark.text))
}

function writePs(writer: ColumnWriter, ps: Snapshot['ps']): void {
  writer.numbers(ps.map(({ tgid }) => tgid))
  writer.numbers(ps.map(({ tid }) => tid))
  writer.numbers(ps.map(({ ppid }) => ppid))
  writer.values(ps.map(({ stat }) => stat))
  writer.values(ps.map(({ wchan }) => wchan))
  writer.values(ps.map(({ pidNamespace }) => pidNamespace))
  writer.numbers(ps.map(({ elapsedSeconds }) => elapsedSeconds))
  writer.values(ps.map(({ command }) => command))
  writer.values(ps.map(({ from }) => from.file))
  writer.numbers(ps.map(({ from }) => from.line))
}

function writeSamples(
  writer: ColumnWriter,
  samples: Snapshot['samples'],
  table: StackNumbers,
): void {
  writer.numbers(samples.map(({ stack }) => numberOf(stack, table)))
  writer.values(samples.map(({ stack: _stack, ...rest }) => rest))
}

function writeReports(writer: ColumnWriter, reports: readonly Report[], table: StackNumbers): void {
  const rests = reports.map(({ stack: _stack, from, stackFrom, uptimeSeconds, ...rest }) => ({
    from,
    stackFrom,
    uptimeSeconds,
    rest,
  }))
  writer.numbers(reports.map(({ stack }) => numberOf(stack, table)))
  writer.values(rests.map(({ rest }) => rest))
  writer.numbers(rests.map(({ uptimeSeconds }) => uptimeSeconds))
  writer.values(rests.map(({ from }) => from.file))
  writer.numbers(rests.map(({ from }) => from.line))
  writer.values(rests.map(({ stackFrom }) => stackFrom?.file ?? null))
  writer.numbers(rests.map(({ stackFrom }) => stackFrom?.line ?? null))
}
