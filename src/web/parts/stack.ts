import type { DiagnosedTask } from '../../model/diagnosis.ts'
import { type Frame, plainSymbol } from '../../model/frame.ts'
import type { Wait } from '../../model/wait.ts'
import { flag, type Html, html } from '../html.ts'
import { hostText, taskStateMark, waitMark } from './marks.ts'
import { clipped, grouped, plural } from './words.ts'

/** Functions that stand on every stack and tell nothing: folded away. */
const PLUMBING =
  /^(?:_*schedule\w*|io_schedule\w*|entry_\w+|do_syscall_\w+|x64_sys_call|_*(?:x64|ia32|arm64|s390x|se|do_sys|do_compat)_\w+|syscall_\w+|invoke_syscall|el0\w*|ret_from_\w+|ret_fast_syscall|kthread|worker_thread|system_call\w*|asm_\w+|exit_to_user_mode\w*|irqentry_\w+|do_signal|arch_do_signal\w*|get_signal|do_group_exit|vfs_(?:read|write|open)|ksys_\w+|do_sys_open\w*|do_filp_open|context_switch|preempt_\w+|_*prepare_to_wait\w*|finish_wait|warn_slowpath\w*|dump_stack\w*)$/

/** Functions that say on whose behalf the task waits, and so whether a signal can end it. */
const CONTEXT_SAYS: Readonly<Record<string, string>> = {
  do_exit: 'the task is exiting: no signal ends this wait',
  zap_pid_ns_processes: 'init of a dying pid namespace waits for all inside it',
  do_close_on_exec: 'closes files on exec',
  task_work_run: 'work left for the way out of the kernel',
  do_coredump: 'writes a core dump',
  fuse_dev_do_read: 'a FUSE daemon waits for requests',
}

type Said = { readonly frame: Frame; readonly says: string | null; readonly isPlain: boolean }

/** A stack with its telling frames marked and the plumbing folded, innermost frame first. */
export function stackView(stack: readonly Frame[], wait: Wait | null): Html {
  if (stack.length === 0)
    return html`<p class="empty">No frames: the task runs, or is a zombie.</p>`
  const said = stack.map((frame) => say(frame, wait))
  return html`<div class="stack">${runsOf(said).map((run) =>
    run[0]?.isPlain && run.length > 2
      ? html`<details class="plumbing"><summary>${plural(run.length, 'frame')} of plumbing: ${clipped(run.map(({ frame }) => frame.symbol).join(', '), 60)}</summary><ol>${run.map(frameLine)}</ol></details>`
      : html`<ol>${run.map(frameLine)}</ol>`,
  )}</div>`
}

function say(frame: Frame, wait: Wait | null): Said {
  const symbol = plainSymbol(frame.symbol)
  const says =
    wait !== null && symbol === wait.function
      ? `waits here${wait.class === 'unknown' ? '' : ` (${wait.class})`}`
      : Object.hasOwn(CONTEXT_SAYS, symbol)
        ? (CONTEXT_SAYS[symbol] ?? null)
        : null
  return { frame, says, isPlain: says === null && PLUMBING.test(symbol) }
}

/** Neighbours of one sort together, in their order. */
function runsOf(said: readonly Said[]): readonly (readonly Said[])[] {
  const runs: Said[][] = []
  for (const item of said) {
    const last = runs.at(-1)
    if (last?.[0]?.isPlain === item.isPlain) last.push(item)
    else runs.push([item])
  }
  return runs
}

function frameLine({ frame, says, isPlain }: Said): Html {
  const classes = `${says !== null ? 'telling' : isPlain ? 'plain' : 'frame'}${frame.reliable ? '' : ' unreliable'}`
  return html`<li class="${classes}"><code>${frame.reliable ? null : '? '}<span class="symbol">${clipped(frame.symbol, 200)}</span>${offsetOf(frame)}${frame.module === null ? null : html` <span class="module">[${clipped(frame.module, 60)}]</span>`}</code>${says === null ? null : html`<span class="says">${says}</span>`}</li>`
}

function offsetOf({ offset, size }: Frame): Html | null {
  if (offset === null) return null
  const of = size === null ? '' : `/0x${size.toString(16)}`
  return html`<span class="offset">+0x${offset.toString(16)}${of}</span>`
}

/** Tasks that stand in the same stack, as one. */
export type StackGroup = {
  readonly tasks: readonly DiagnosedTask[]
  readonly isOpen: boolean
}

/** Same stack, same wait: one group; in the order the tasks come. */
export function groupByStack(
  tasks: readonly DiagnosedTask[],
): readonly (readonly DiagnosedTask[])[] {
  const groups = new Map<string, DiagnosedTask[]>()
  for (const task of tasks) {
    const shape = task.stack.map(({ symbol, offset }) => `${symbol}+${offset}`).join(' ')
    const key = `${shape} ${task.waitsOn?.function ?? ''}`
    const group = groups.get(key)
    if (group) group.push(task)
    else groups.set(key, [task])
  }
  return [...groups.values()]
}

/** One stack with who stands in it. */
export function stackCard({ tasks, isOpen }: StackGroup): Html | null {
  const [first] = tasks
  if (!first) return null
  const others = tasks.length - 1
  return html`<details class="stack-card" data-row${flag('open', isOpen)}><summary><span class="who-stands">${taskStateMark(first.state)} ${hostText(first.comm, 'a task')} <span class="quiet">${idsOf(first)}</span>${others > 0 ? html` <span class="tag">and ${grouped(others)} more</span>` : null}</span>${waitMark(first.waitsOn)}</summary>${stackView(first.stack, first.waitsOn)}<p class="stack-facts">${factsOf(first)}</p>${others > 0 ? html`<p class="quiet">The same stack: ${namesOf(tasks.slice(1))}</p>` : null}</details>`
}

const NAMES_MAX = 12

function namesOf(tasks: readonly DiagnosedTask[]): Html {
  const shown = tasks
    .slice(0, NAMES_MAX)
    .map(
      (task, index) =>
        html`${index > 0 ? ', ' : null}${hostText(task.comm, 'a task')} ${idsOf(task)}`,
    )
  const left = tasks.length - NAMES_MAX
  return html`${shown}${left > 0 ? ` and ${grouped(left)} more` : null}`
}

/** `tid 492 of 455`, as far as known. */
export function idsOf({ tid, tgid }: { tid: number | null; tgid: number | null }): string {
  if (tid === null) return tgid === null ? '' : `tgid ${tgid}`
  return tgid === null || tgid === tid ? `tid ${tid}` : `tid ${tid} of ${tgid}`
}

function factsOf(task: DiagnosedTask): Html {
  const facts: (Html | string)[] = []
  if (task.exiting) facts.push('exiting')
  if (task.pendingSignals.length > 0)
    facts.push(`pending signals ${task.pendingSignals.join(', ')}`)
  if (task.nsPids.length > 1) facts.push(`NSpid ${task.nsPids.join(' ')}`)
  if (task.pidNamespace !== null) facts.push(`pid namespace ${task.pidNamespace}`)
  if (task.blockedSeconds !== undefined) facts.push(`blocked ${task.blockedSeconds} s by the log`)
  if (task.event !== undefined) facts.push(`event ${task.event}`)
  facts.push(`from ${task.from.file}:${task.from.line}`)
  return html`${facts.map((fact) => html`<span>${fact}</span>`)}`
}
