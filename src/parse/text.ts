import type { Goroutine } from '../model/goroutine.ts'
import type { Parsed } from '../model/parsed.ts'
import type { Report } from '../model/report.ts'
import type { Task } from '../model/task.ts'
import { parseGoroutines } from './goroutines.ts'
import { cleanText } from './log/clean-text.ts'
import { type Draft, toReport } from './log/draft.ts'
import { joinedDrafts, type KernelLog, toKernelLog } from './log/kernel-log.ts'
import { readLog } from './log/read-log.ts'
import { hasNamesAbove } from './text/labels.ts'
import { PastedFacts } from './text/pasted-facts.ts'
import { toTasks } from './text/pasted-tasks.ts'

/** What a pasted text holds. */
export type TextInput = KernelLog & {
  /** Tasks known from stacks of /proc and what stands beside them; dumps with a head are reports. */
  readonly tasks: readonly Task[]
  readonly reports: readonly Report[]
  readonly goroutines: readonly Goroutine[]
  /** True for a kernel's text that shows no task by its nature: then nothing found is a result. */
  readonly isOtherKernelText: boolean
}

/**
 * Reads a text that someone pasted: stacks of /proc with or without shell prompts, kernel logs,
 * sysrq dumps, backtraces of crash and drgn, goroutine dumps, rows of ps, in any mixture.
 *
 *     # cat /proc/492/stack
 *     [<0>] request_wait_answer+0x1bb/0x2a0 [fuse]
 *
 * A text that holds none of these has no tasks, no reports and no goroutines.
 */
export function parseText(text: string, file: string): Parsed<TextInput> {
  const clean = cleanText(text)
  const facts = new PastedFacts(file, hasNamesAbove(clean))
  const scan = readLog(clean, file, (line, reading) => facts.read(line, reading))
  facts.finish()
  const drafts = joinedDrafts(scan)
  const reports = drafts.filter((draft) => !isPasted(draft)).map((draft) => toReport(draft, file))
  const goroutines = clean.includes('goroutine ') ? parseGoroutines(clean, file) : NO_GOROUTINES
  return {
    value: {
      ...toKernelLog(scan, reports),
      tasks: toTasks(drafts.filter(isPasted), facts, file),
      goroutines: goroutines.value,
      isOtherKernelText: TRACER_TABLE.test(clean),
    },
    faults: [...scan.faults, ...goroutines.faults],
  }
}

/** The table of ftrace's stack tracer: how deep a stack once was, and no task that stands in it. */
const TRACER_TABLE = /^[> \t]*\d{1,3}\) +\d{1,6} +\d{1,6} +[\w.]+\+0x[\da-f]+\/0x[\da-f]+/m

// A stack without any head; one that shows an event's own functions is a report whose head was cut off.
function isPasted({ bare, facts }: Draft): boolean {
  return bare && facts.kind === 'task'
}

const NO_GOROUTINES: Parsed<readonly Goroutine[]> = { value: [], faults: [] }
