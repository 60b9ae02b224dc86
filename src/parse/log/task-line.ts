import { TASK_STATES, type TaskState } from '../../model/task.ts'
import type { Facts } from './draft.ts'
import { type Groups, numberOf, type Scan, type Shape } from './shape.ts'

// PF_EXITING and PF_KTHREAD of include/linux/sched.h. Only `task_flags:` (since v6.14) holds them; the
// older `flags:` are those of thread_info, where bit 2 is a pending signal on x86 and says nothing of exits.
const PF_EXITING = 0x4
const PF_KTHREAD = 0x20_0000

/** The line that heads the dump of a task. Source: kernel/sched/core.c, sched_show_task(). */
export const TASK_LINE: readonly Shape[] = [
  {
    name: 'task, since v5.11',
    wraps: true,
    starts: ['task:'],
    example:
      'task:kworker/u8:3 state:D stack:13240 pid:4711 tgid:4711 ppid:2 task_flags:0x4208060 flags:0x00004000',
    shape:
      /^task:(?<comm>.*?) *state ?: ?(?<state>[A-Za-z?]) +(?:running task +)?stack ?: *-?\d+ +pid ?: *(?<tid>\d+)(?: +tgid ?: *(?<tgid>\d+))? +ppid ?: *(?<ppid>-?\d+)(?: +task_flags ?: ?0x(?<taskFlags>[\da-f]+))?(?: +flags ?: ?0x[\da-f]+)?/,
    lax: /^task:(?<comm>.*?) *state ?: ?(?<state>[A-Za-z?])(?: +(?:running task +)?stack ?: *-?\d+(?: +pid ?: *(?<tid>\d+))?(?: +tgid ?: *(?<tgid>\d+))?)?/,
    read: readTask,
  },
]

/** Before v5.11 nothing but its columns tells the line: they are looked for from its end. */
export const OLD_TASK_LINES: readonly { readonly example: string; readonly shape: RegExp }[] = [
  {
    example: 'rsync           D    0  2214   2190 0x00004002',
    shape:
      /^(?<comm>.+?) +(?<state>[RSDTtZXIWPKx]) *(?:running task|[\da-f]{8,16})? +?(?:\d+) +(?<tid>\d+) +(?<ppid>-?\d+) 0x[\da-f]{8,16}$/,
  },
  {
    example: 'worker.7        D13312  4711   4690 0x00000008',
    shape:
      /^(?<comm>.+?) +(?<state>[RSDTtZXIWPKx])\d+ +(?<tid>\d+) +(?<ppid>-?\d+) 0x[\da-f]{8,16}$/,
  },
  {
    example: 'pdflush         D ffffffff8168bd60     0   120      2',
    shape:
      /^(?<comm>.+?) +(?<state>[RSDTtZXIWPKx]) +(?:[\da-f]{8}|[\da-f]{16}) +\d+ +(?<tid>\d+) +(?<ppid>\d+)$/,
  },
  {
    example: 'kjournald     D ffff81003f0e5000     0   555      6           573   545 (L-TLB)',
    shape:
      /^(?<comm>.+?) +(?<state>[RSDTtZXIWPKx]) +(?:running|[\da-fA-F]{8,16}) +\d+ +(?<tid>\d+) +(?<ppid>\d+)(?: +\d+){0,3} \((?:NOTLB|L-TLB)\)$/,
  },
]

// The longest: a worker's name of 64 characters, an address of 16, three numbers, flags of 16.
const OLD_LINE_CHARS_MAX = 160
// What such a line ends with: flags, a parent's pid behind an address, what kernels of 2.6 thought of the TLB.
const OLD_LINE_END = / 0x[\da-f]{8,16}$| [\da-f]{8,16} +\d+ +\d+ +\d+$|TLB\)$/
// Kernels of telephones say when the task slept last.
const VENDOR_TAIL = / +last_sleep: .*$/

/** Reads the older line; false when it is none. */
export function readOldTaskLine(line: string, scan: Scan): boolean {
  if (line.length > OLD_LINE_CHARS_MAX) return false
  const whole = line.replace(VENDOR_TAIL, '')
  if (!OLD_LINE_END.test(whole.slice(-48))) return false
  for (const { shape } of OLD_TASK_LINES) {
    const groups = shape.exec(whole)?.groups
    if (groups) return readTask(groups, scan)
  }
  return false
}

function readTask(groups: Groups, scan: Scan): boolean {
  const facts = factsOf(groups)
  const draft = draftFor(facts, scan)
  if (draft) Object.assign(draft.facts, facts)
  else scan.begin({ kind: 'task', title: scan.text, ...facts })
  scan.aside = false
  return true
}

/** The report that this line continues: a hung task's own, or a stall that waits for its task. */
function draftFor({ tid }: Partial<Facts>, scan: Scan) {
  const { current, stall } = scan
  if (
    current?.facts.kind === 'hung-task' &&
    !current.hasFrames &&
    sameTid(current.facts.tid, tid)
  ) {
    return current
  }
  if (!stall || stall.hasFrames || scan.aside) return null
  scan.resume(stall)
  return stall
}

function sameTid(one: number | null, other: number | null | undefined): boolean {
  return one === null || one === other || other === null || other === undefined
}

function factsOf({ comm = '', state, tid, tgid, ppid, taskFlags }: Groups): Partial<Facts> {
  const flags = taskFlags === undefined ? null : Number.parseInt(taskFlags, 16)
  return {
    comm: comm.trim(),
    state: toState(state),
    ...(tid === undefined ? {} : { tid: Number(tid) }),
    tgid: numberOf(tgid),
    ppid: numberOf(ppid),
    exitingFlag: flags === null ? null : (flags & PF_EXITING) !== 0,
    kthread: flags === null ? null : (flags & PF_KTHREAD) !== 0,
  }
}

function toState(letter: string | undefined): TaskState | null {
  return TASK_STATES.find((state) => state === letter) ?? null
}
