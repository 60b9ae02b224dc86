import type { Draft, Facts } from './draft.ts'
import { type Groups, numberOf, type Scan, type Shape } from './shape.ts'

/** Lines that say which task a CPU ran. Source: lib/dump_stack.c, dump_stack_print_info(). */
export const CPU_LINE: readonly Shape[] = [
  {
    name: 'CPU and task',
    wraps: true,
    starts: ['CPU: '],
    example:
      'CPU: 4 UID: 0 PID: 859559 Comm: umount Tainted: G    B D   6.18.0-rc4 #6 PREEMPT(lazy)',
    shape:
      /^CPU: (?<cpu>\d+) (?:UID: \d+ )?PID: (?<tid>\d+) (?:UID: \d+ )?Comm: (?<comm>.*?)(?: Kdump: loaded)? (?:Not tainted|Tainted: [A-Z -]*?(?:\[[^\]]*\])?) *\(?(?<release>\d+\.\d+\S*)/,
    lax: /^CPU: (?<cpu>\d+)(?: UID: \d+)? PID: (?<tid>\d+)(?: UID: \d+)? Comm: (?<comm>.*?)(?: Kdump: loaded)?(?: Not tainted| Tainted:|$)/,
    read: readCpu,
  },
  {
    name: 'CPU alone, arm32 before v3.10',
    starts: ['CPU: '],
    example: 'CPU: 0    Not tainted  (3.5.0-rc5+ #80)',
    shape: /^CPU: (?<cpu>\d+) +(?:Not tainted|Tainted: [A-Z -]*?) *\((?<release>\d+\.\d+[^\s)]*)/,
    read({ cpu, release = '' }, { current }) {
      if (current) {
        current.facts.cpu ??= Number(cpu)
        current.facts.kernelRelease ??= release
      }
      return true
    },
  },
  {
    name: 'task, before v3.10',
    wraps: true,
    starts: ['Pid: '],
    example: 'Pid: 1234, comm: flush-253:0 Not tainted 2.6.32-71.el6.x86_64 #1',
    shape:
      /^Pid: (?<tid>\d+), comm: +(?<comm>.*) (?:Not tainted|Tainted: [A-Z -]*?) *\(?(?<release>\d+\.\d+[^\s)]*)/,
    lax: /^Pid: (?<tid>\d+), comm: +(?<comm>.*?)(?: Not tainted| Tainted:|$)/,
    read: readCpu,
  },
  {
    name: 'task of an oops',
    starts: ['Process '],
    example: 'Process mount (pid: 812, stack limit = 0xc7a0a268)',
    shape: /^Process (?<comm>.*) \(pid: (?<tid>\d+)[,)]/,
    read({ comm = '', tid }, { current }) {
      if (current) {
        current.facts.comm ??= comm
        current.facts.tid ??= Number(tid)
      }
      return true
    },
  },
  {
    name: 'NMI backtrace',
    starts: ['NMI backtrace for cpu '],
    example: 'NMI backtrace for cpu 0',
    shape: /^NMI backtrace for cpu (?<cpu>\d+)(?<rest>.*)/,
    read: readNmi,
  },
  {
    name: 'workqueue',
    starts: ['Workqueue'],
    example: 'Workqueue: writeback wb_workfn (flush-253:0)',
    shape: /^Workqueue ?:/,
    read(_groups, { current }) {
      if (current) current.facts.kthread ??= true
      return true
    },
  },
  {
    name: 'release beside the taint flags',
    starts: ['Not tainted ', 'Tainted: '],
    example: 'Tainted: G           OE      6.13.0-g2bcb9cf535b8-dirty #149',
    shape: /^(?:Not tainted|Tainted: [A-Z -]*?) *(?<release>\d+\.\d+\S*)/,
    read({ release = '' }, { current }) {
      if (current) current.facts.kernelRelease ??= release
      return true
    },
  },
]

function readCpu({ cpu, tid, comm = '', release }: Groups, scan: Scan): boolean {
  const facts = {
    cpu: numberOf(cpu),
    tid: numberOf(tid),
    comm: comm.trim(),
    kernelRelease: release ?? null,
  }
  if (isOtherCpu(facts, scan)) return true
  const draft = draftFor(facts, scan)
  if (draft) fill(draft.facts, facts)
  else scan.begin({ kind: 'task', title: scan.text, ...facts })
  scan.aside = false
  return true
}

// The CPU that found another one locked up says who it is; the locked one follows by NMI.
function isOtherCpu({ cpu }: Partial<Facts>, { current }: Scan): boolean {
  if (current?.facts.kind !== 'hard-lockup' || current.hasFrames) return false
  return current.facts.cpu !== null && cpu !== null && current.facts.cpu !== cpu
}

function draftFor({ tid }: Partial<Facts>, scan: Scan): Draft | null {
  const { current, stall } = scan
  if (stall && !stall.hasFrames && !scan.aside) {
    scan.resume(stall)
    return stall
  }
  if (!current || current.hasFrames || current.facts.kind === 'hung-task') return null
  return current.facts.tid === null || current.facts.tid === tid ? current : null
}

function fill(facts: Facts, more: Partial<Facts>): void {
  facts.cpu ??= more.cpu ?? null
  facts.tid ??= more.tid ?? null
  facts.comm ??= more.comm ?? null
  facts.kernelRelease ??= more.kernelRelease ?? null
}

function readNmi({ cpu, rest = '' }: Groups, scan: Scan): boolean {
  if (rest.includes('skipped')) return true
  const { current, stall } = scan
  if (stall && !stall.hasFrames && !scan.aside) {
    scan.resume(stall)
    stall.facts.cpu ??= Number(cpu)
    return true
  }
  const isLockup = current?.facts.kind === 'hard-lockup' || current?.facts.kind === 'soft-lockup'
  if (isLockup && !current.hasFrames) return true
  scan.begin({ kind: 'task', title: scan.text, cpu: Number(cpu) })
  return true
}
