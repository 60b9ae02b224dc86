import type { DiagnosedIncident, DiagnosedTask } from '../../model/diagnosis.ts'
import { type Frame, plainSymbol } from '../../model/frame.ts'
import type { Block, Tone } from './document.ts'
import { idOf } from './tasks.ts'
import { counted } from './words.ts'

/** Distinct stacks shown for one incident; those of the first roles, which tell the most. */
const STACKS_MAX = 4

/** Frames in a row that say nothing are folded into one line from this many on. */
const FOLD_LEAST = 2

/** How a task leaves user space, wherever it goes: true of every stack, telling of none. */
const ENTRY =
  /^(?:do_syscall_64|entry_|ret_from_|el0|invoke_syscall|x64_sys_call|asm_|exc_page_fault|kthread$|system_call|sysenter|do_el0|__do_sys_|__se_sys_|exit_to_user_mode|syscall_exit|arch_do_signal|swapper|do_fast_syscall|do_int80)/

/** The stacks of an incident's tasks, each distinct one once. */
export function stackBlocks(
  incident: DiagnosedIncident,
  tasks: readonly DiagnosedTask[],
): readonly Block[] {
  const byId = new Map(tasks.map((task) => [idOf(task), task]))
  const parts = incident.tasks
    .map((part) => byId.get(idOf(part)))
    .filter((task) => task !== undefined)
    .filter(({ stack }) => stack.length > 0)
  const groups = [...Map.groupBy(new Set(parts), shapeOf).values()]
  const quoted = incident.evidence.map(({ text }) => text)
  const shown = groups.slice(0, STACKS_MAX).map((group) => stackBlock(group, quoted))
  const more = groups.length - STACKS_MAX
  const rest: readonly Block[] =
    more > 0 ? [{ kind: 'paragraph', text: `and ${counted(more, 'more distinct stack')}` }] : []
  return [...shown.filter((block) => block !== null), ...rest]
}

function shapeOf({ stack }: DiagnosedTask): string {
  return stack.map(({ symbol }) => plainSymbol(symbol)).join(' ')
}

function stackBlock(group: readonly DiagnosedTask[], quoted: readonly string[]): Block | null {
  const [first] = group
  if (!first) return null
  const name = `${first.comm ?? 'a task'} (${idOf(first)})`
  const of = group.length === 1 ? name : `${name} and ${group.length - 1} more`
  return {
    kind: 'stack',
    of,
    lines: foldQuiet(first.stack.map((frame) => lineOf(frame, first, quoted))),
  }
}

type Line = { readonly text: string; readonly tone: Tone }

function lineOf(frame: Frame, task: DiagnosedTask, quoted: readonly string[]): Line {
  const text = frameText(frame)
  const plain = plainSymbol(frame.symbol)
  const isNamed = plain === task.waitsOn?.function
  if (isNamed || quoted.some((line) => line.includes(`${frame.symbol}+`))) {
    return { text, tone: 'telling' }
  }
  return { text, tone: ENTRY.test(plain) || !frame.reliable ? 'quiet' : 'plain' }
}

function frameText({ symbol, offset, size, module, reliable }: Frame): string {
  const at = offset === null ? '' : `+0x${offset.toString(16)}`
  const of = size === null ? '' : `/0x${size.toString(16)}`
  return `${reliable ? '' : '? '}${symbol}${at}${of}${module === null ? '' : ` [${module}]`}`
}

function foldQuiet(lines: readonly Line[]): readonly Line[] {
  const folded: Line[] = []
  let run: Line[] = []
  const flush = () => {
    if (run.length < FOLD_LEAST) folded.push(...run)
    else folded.push({ text: `... ${run.length} frames of kernel entry`, tone: 'quiet' })
    run = []
  }
  for (const line of lines) {
    if (line.tone === 'quiet') run.push(line)
    else {
      flush()
      folded.push(line)
    }
  }
  flush()
  return folded
}
