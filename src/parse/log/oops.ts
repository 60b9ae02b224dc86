import type { Event } from '../../model/report.ts'
import { type Groups, numberOf, type Scan, type Shape } from './shape.ts'

const begins =
  (kind: Event) =>
  (_groups: Groups, scan: Scan): boolean => {
    scan.begin({ kind, title: scan.text })
    return true
  }

/** The second line of an event that has its report already; else the first. */
const continues =
  (kind: Event) =>
  (_groups: Groups, scan: Scan): boolean => {
    const { current } = scan
    if (
      current &&
      current.facts.kind !== 'task' &&
      current.facts.kind !== 'hung-task' &&
      !current.hasFrames
    )
      return true
    scan.begin({ kind, title: scan.text })
    return true
  }

/** Faults of the kernel itself, by the line that names them. Sources: arch/<arch>/kernel/traps.c, mm/fault.c, kernel/panic.c. */
export const OOPS: readonly Shape[] = [
  {
    name: 'panic',
    starts: ['Kernel panic'],
    example: 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000007',
    shape: /^Kernel panic ?(?:- ?not syncing|: (?:Fatal|Attempted|Aiee|VFS|No init|Oops|Out of))/i,
    read(_groups, scan) {
      // `Fatal exception`: the task whose oops stands above took the kernel down.
      const last = /fatal exception|machine halted/i.test(scan.text)
        ? scan.drafts.at(-1)?.facts
        : undefined
      const who = last ? { comm: last.comm, tid: last.tid, cpu: last.cpu } : {}
      scan.begin({ kind: 'panic', title: scan.text, ...who })
      return true
    },
  },
  {
    name: 'KASAN',
    starts: ['BUG: KASAN', 'BUG: KFENCE', 'BUG: KMSAN'],
    example: 'BUG: KASAN: use-after-free in fuse_flush+0x1a1/0x1e0',
    shape: /^BUG: (?:KASAN|KFENCE|KMSAN)/,
    read: begins('kasan'),
  },
  {
    name: 'task of a KASAN report',
    starts: ['Read ', 'Write ', 'Free '],
    example: 'Read of size 8 at addr ffff88801c2e1a40 by task syz-executor.0/5584',
    shape: /^(?:Read|Write|Free) of .* by task (?<comm>.*)\/(?<tid>\d+)/,
    read({ comm = '', tid }, { current }) {
      if (current?.facts.kind === 'kasan') Object.assign(current.facts, { comm, tid: Number(tid) })
      return true
    },
  },
  {
    name: 'stacks that a report cites',
    // biome-ignore format: one row
    starts: ['Allocated by', 'Freed by', 'The buggy address', 'The existing dependency', 'the existing dependency', 'Last potentially', 'Second to last', 'Uninit was', 'Local variable', 'value changed', 'unreferenced object', 'write to 0x', 'read to 0x', 'Last Breaking-Event'],
    example: 'Allocated by task 5584:',
    shape: /^/,
    read(_groups, scan) {
      scan.mute()
      return true
    },
  },
  {
    name: 'page fault of the kernel',
    starts: [
      'BUG: unable',
      'BUG: Unable',
      'BUG: kernel NULL',
      'BUG: Kernel NULL',
      'BUG: stack guard',
      'BUG: IRQ stack',
      'BUG: TASK stack',
    ],
    example: 'BUG: kernel NULL pointer dereference, address: 0000000000000008',
    shape: /^BUG: /,
    read: begins('oops'),
  },
  {
    name: 'page fault of the kernel, other architectures',
    starts: ['Unable to handle kernel', 'CPU ', 'Kernel attempted to', 'Fixing recursive fault'],
    example: 'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008',
    shape:
      /^(?:CPU \d+ )?(?:Unable to handle kernel|Kernel attempted to (?:read|write|execute)|Fixing recursive fault)/,
    read: continues('oops'),
  },
  {
    name: 'BUG()',
    starts: [
      'kernel BUG at',
      'Kernel BUG at',
      'Kernel bug detected',
      'BUG: scheduling',
      'BUG: sleeping',
    ],
    example: 'kernel BUG at fs/fuse/inode.c:147!',
    shape:
      /^(?:[Kk]ernel (?:BUG|bug)|BUG: (?:scheduling while atomic: (?<comm>.*)\/(?<tid>\d+)\/(?:0x)?[\da-f]+)?)/,
    read({ comm, tid }, scan) {
      scan.begin({ kind: 'bug', title: scan.text, comm: comm ?? null, tid: numberOf(tid) })
      return true
    },
  },
  {
    name: 'task of a BUG',
    starts: ['in_atomic()'],
    example: 'in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 123, name: mount',
    shape: /pid: (?<tid>\d+), name: (?<comm>.*)$/,
    read({ comm = '', tid }, { current }) {
      if (current) Object.assign(current.facts, { comm, tid: Number(tid) })
      return true
    },
  },
  {
    name: 'any other BUG',
    starts: ['BUG: ', 'BUG at '],
    example: 'BUG: Bad page state in process mount  pfn:1c2e1',
    shape:
      /^BUG:? (?!at )(?:(?<known>Bad (?:page|rss)|workqueue lockup|spinlock|rwlock|using |MAX_|KCSAN|memory leak|non-zero|Dentry |looking up|atomic |recent printk)|.)(?:.* in process (?<comm>.*?)(?= +(?:pfn|pte):))?/,
    read({ known, comm }, scan) {
      const draft = scan.begin({ kind: 'bug', title: scan.text, comm: comm ?? null })
      // People write so too: without a time stamp of the kernel, only a trace proves that it was no one else.
      draft.isDoubtful = known === undefined && scan.uptimeSeconds === null
      return true
    },
  },
  {
    name: 'general protection fault',
    starts: ['general protection fault', 'Oops: general protection fault'],
    example:
      'general protection fault, probably for non-canonical address 0xdffffc0000000001: 0000 [#1] SMP',
    shape: /^(?:Oops: )?general protection fault[:,].*(?:[\da-f]{4}|\[#\d+\]|address)/,
    read: continues('gpf'),
  },
  {
    name: 'double fault',
    starts: [
      'PANIC: double fault',
      'double fault:',
      'Oops: double fault',
      'traps: PANIC: double fault',
    ],
    example: 'PANIC: double fault, error_code: 0x9',
    shape: /double fault(?:, error_code|: [\da-f]{4}\b)/,
    read: begins('oops'),
  },
  {
    name: 'numbered oops',
    // biome-ignore format: one row
    starts: ['Oops', 'Internal error', 'divide error', 'invalid opcode', 'stack segment', 'int3', 'alignment check', 'invalid TSS', 'segment not present', 'bounds', 'overflow', 'coprocessor', 'simd exception', 'control protection', 'Machine check', 'illegal operation', 'monitor event', 'addressing exception', 'specification exception', 'protection exception', 'Unhandled', 'Exception', 'kernel tried', 'SError', 'Bad mode', 'trap invalid opcode', 'traps: ', 'Kernel stack overflow', 'Insufficient stack'],
    example: 'divide error: 0000 [#2] PREEMPT SMP NOPTI',
    shape:
      /\[#\d+\]|^Oops: [\da-f]{4}\b|^Bad mode in|^SError Interrupt|^Kernel stack overflow|^Insufficient stack/,
    read: continues('oops'),
  },
  {
    name: 'warning',
    starts: ['WARNING: '],
    example: 'WARNING: CPU: 1 PID: 812 at kernel/softirq.c:138 __local_bh_enable+0x1e/0x40',
    shape:
      /^WARNING: (?:CPU: (?<cpu>\d+) PID: (?<tid>\d+) )?at |^WARNING: \S+:\d+ at .*, CPU#(?<lateCpu>\d+): (?<comm>.*)\/(?<lateTid>\d+)$/,
    read({ cpu, tid, lateCpu, comm, lateTid }, scan) {
      scan.begin({
        kind: 'warning',
        title: scan.text,
        cpu: numberOf(cpu ?? lateCpu),
        tid: numberOf(tid ?? lateTid),
        comm: comm ?? null,
      })
      return true
    },
  },
  {
    name: 'UBSAN',
    starts: ['UBSAN: '],
    example: 'UBSAN: shift-out-of-bounds in fs/ext4/super.c:812:5',
    shape: /^UBSAN: /,
    read: begins('warning'),
  },
  {
    name: 'end',
    starts: ['---[ end'],
    example: '---[ end trace 0000000000000000 ]---',
    shape: /^---\[ end/,
    read(_groups, scan) {
      scan.end()
      return true
    },
  },
]
