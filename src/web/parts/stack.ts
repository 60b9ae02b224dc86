import type { DiagnosedTask } from '../../model/diagnosis.ts'
import { type Frame, plainSymbol } from '../../model/frame.ts'
import type { Wait } from '../../model/wait.ts'
import { flag, type Html, html } from '../html.ts'
import { hostText, taskStateMark, waitMark } from './marks.ts'
import { clipped, grouped, plural } from './words.ts'

/** Functions that stand on every stack and tell nothing: folded away. `*` stands for any rest. */
// biome-ignore format: names in groups
const PLUMBING_NAMES = [
  'schedule*', '__schedule*', 'io_schedule*', 'context_switch', 'preempt_*', 'prepare_to_wait*', 'finish_wait',
  'entry_*', 'do_syscall_*', 'x64_sys_call', '__x64_*', '__ia32_*', '__arm64_*', '__s390x_*', '__se_*', '__do_sys*',
  'syscall_*', 'invoke_syscall', 'el0*', 'system_call*', 'asm_*', 'ret_from_*', 'ret_fast_syscall', 'do_sys_open*',
  'exit_to_user_mode*', 'irqentry_*', 'do_signal', 'arch_do_signal*', 'get_signal', 'do_group_exit',
  'vfs_read', 'vfs_write', 'vfs_open', 'ksys_*', 'do_filp_open', 'kthread', 'worker_thread', 'dump_stack*', 'warn_*',
]
const PLUMBING = new RegExp(`^(?:${PLUMBING_NAMES.join('|').replaceAll('*', '\\w*')})$`)

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
  return html`<div class="stack" tabindex="0" role="group" aria-label="Stack, innermost frame first">${runsOf(said).map(frameRun)}</div>`
}

/** So much plumbing in a row is folded. */
const FOLDED_MIN = 3

function frameRun(run: readonly Said[]): Html {
  const list = html`<ol>${run.map(frameLine)}</ol>`
  if (!run[0]?.isPlain || run.length < FOLDED_MIN) return list
  const names = run.map(({ frame }) => frame.symbol).join(', ')
  return html`
<details class="plumbing">
<summary>${plural(run.length, 'frame')} of plumbing: ${clipped(names, 60)}</summary>
${list}
</details>`
}

function say(frame: Frame, wait: Wait | null): Said {
  const symbol = plainSymbol(frame.symbol)
  const says = symbol === wait?.function ? waitSays(wait) : contextSays(symbol)
  return { frame, says, isPlain: says === null && PLUMBING.test(symbol) }
}

function waitSays(wait: Wait): string {
  return wait.class === 'unknown' ? 'waits here' : `waits here (${wait.class})`
}

function contextSays(symbol: string): string | null {
  return Object.hasOwn(CONTEXT_SAYS, symbol) ? (CONTEXT_SAYS[symbol] ?? null) : null
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
  const kind = says === null ? (isPlain ? 'plain' : 'frame') : 'telling'
  const doubt = frame.reliable
    ? null
    : html`<span title="perhaps left from an earlier call">? </span>`
  const symbol = html`<span class="symbol">${clipped(frame.symbol, 200)}</span>`
  return html`
<li class="${kind}${frame.reliable ? '' : ' unreliable'}">
<code>${doubt}${symbol}${offsetOf(frame)}${moduleOf(frame)}</code>
${says === null ? null : html`<span class="says">${says}</span>`}</li>`
}

function moduleOf({ module }: Frame): Html | null {
  return module === null ? null : html` <span class="module">[${clipped(module, 60)}]</span>`
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
  const others = tasks.slice(1)
  return html`
<details class="stack-card" data-row${flag('open', isOpen)}>
<summary>${whoStands(first, others.length)}${waitMark(first.waitsOn)}</summary>
${stackView(first.stack, first.waitsOn)}
<p class="stack-facts">${factsOf(first).map((fact) => html`<span>${fact}</span>`)}</p>
${others.length === 0 ? null : html`<p class="quiet">The same stack: ${namesOf(others)}</p>`}
</details>`
}

function whoStands(first: DiagnosedTask, others: number): Html {
  const name = html`${hostText(first.comm, 'a task')} <span class="quiet">${idsOf(first)}</span>`
  const more = others === 0 ? null : html` <span class="tag">and ${grouped(others)} more</span>`
  return html`<span class="who-stands">${taskStateMark(first.state)} ${name}${more}</span>`
}

const NAMES_MAX = 12

function namesOf(tasks: readonly DiagnosedTask[]): Html {
  const names = tasks
    .slice(0, NAMES_MAX)
    .map((task, index) => html`${index > 0 ? ', ' : null}${nameOf(task)}`)
  const left = tasks.length - NAMES_MAX
  return html`${names}${left > 0 ? ` and ${grouped(left)} more` : null}`
}

function nameOf(task: DiagnosedTask): Html {
  return html`${hostText(task.comm, 'a task')} ${idsOf(task)}`
}

/** `tid 492 of 455`, as far as known. */
function idsOf({ tid, tgid }: { tid: number | null; tgid: number | null }): string {
  if (tid === null) return tgid === null ? '' : `tgid ${tgid}`
  return tgid === null || tgid === tid ? `tid ${tid}` : `tid ${tid} of ${tgid}`
}

/** What is known of a task beside its stack, in the order it tells. */
function factsOf(task: DiagnosedTask): readonly string[] {
  const { exiting, pendingSignals, nsPids, pidNamespace, blockedSeconds, event, from } = task
  return [
    exiting && 'exiting',
    pendingSignals.length > 0 && `pending signals ${pendingSignals.join(', ')}`,
    nsPids.length > 1 && `NSpid ${nsPids.join(' ')}`,
    pidNamespace !== null && `pid namespace ${pidNamespace}`,
    blockedSeconds !== undefined && `blocked ${blockedSeconds} s by the log`,
    event !== undefined && `event ${event}`,
    `from ${from.file}:${from.line}`,
  ].filter((fact) => fact !== false)
}
