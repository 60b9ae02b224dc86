import type { Shape } from './shape.ts'

const FRAME = String.raw`(?<frame>[A-Za-z_.$][\w.$@]*\+0x[\da-f]+(?:/0x[\da-f]+)?(?: \[[^\]]*\]?)?)`

/** Where the program counter stood: the innermost frame of what was interrupted. */
export const REGISTERS: readonly Shape[] = [
  {
    name: 'program counter in user space',
    starts: ['RIP: ', 'EIP: '],
    example: 'RIP: 0033:0x7fa76960d6ea',
    shape: /^E?R?IP: (?:00)?(?:33|23|2b|73):/,
    read(_groups, scan) {
      scan.closeStack()
      if (scan.current) scan.current.facts.kthread ??= false
      return true
    },
  },
  {
    name: 'program counter, x86',
    wraps: true,
    starts: ['RIP: ', 'EIP: ', 'EIP is at ', 'IP: ', 'RIP  ['],
    example: 'RIP: 0010:native_queued_spin_lock_slowpath+0x5e/0x190',
    shape: new RegExp(
      `^(?:RIP|EIP|IP)(?::| is at)? *(?:[\\da-f]{4}: ?)?(?:\\[<[\\da-f]*>\\] *)*${FRAME}`,
    ),
    read: readRip,
  },
  {
    name: 'program counter, arm, arm64, riscv, loongarch',
    wraps: true,
    starts: [
      'pc : ',
      'PC is at ',
      'pc is at ',
      'epc ',
      'epc:',
      'PC: ',
      'era',
      'pc ',
      'TPC: ',
      'IAOQ[0]: ',
    ],
    example: 'pc : fuse_copy_page+0x24/0x90',
    shape: new RegExp(
      `^(?:pc|PC|epc|era|TPC|IAOQ\\[0\\])(?: is at| *:)? *<?(?:[\\da-f]{8,16} )?(?:\\[<[\\da-f]+>\\] *)?${FRAME}`,
    ),
    read: readRip,
  },
  {
    name: 'program counter, ppc64',
    wraps: true,
    starts: ['NIP ['],
    example: 'NIP [c0000000000a5d3c] fuse_flush+0x16c/0x1b0',
    shape: new RegExp(`^NIP \\[[\\da-f]+\\] \\.?${FRAME}`),
    read: readRip,
  },
  {
    name: 'program counter, s390',
    wraps: true,
    starts: ['Krnl PSW'],
    example: 'Krnl PSW : 0704c00180000000 000000000010a4e8 (fuse_flush+0x16c/0x1b0)',
    shape: new RegExp(`^Krnl PSW ?: [\\da-f]+ [\\da-f]+ \\(${FRAME}`),
    read: readRip,
  },
]

function readRip(
  { frame = '' }: { readonly [name: string]: string | undefined },
  scan: { rip(part: string): void },
): boolean {
  scan.rip(frame)
  return true
}
