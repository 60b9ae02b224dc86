import type { Frame } from '../model/frame.ts'

type Groups = { readonly [name: string]: string | undefined }

/** One way a frame has been printed. */
export type FrameShape = {
  readonly name: string
  /** A line of this shape; the tests read it. */
  readonly example: string
  readonly shape: RegExp
}

// KSYM_NAME_LEN is 512 since v6.1; with addresses, module, build id and source line nothing is longer.
const LINE_CHARS_MAX = 1024

// ppc64's first ABI has a dot before the name of a function's code. Rust and C++ names are mangled.
const SYMBOL = String.raw`\.?(?<symbol>[A-Za-z_$][\w.$@]*)`
// `[<0>]`, `[<ffffffff81012345>]`, s390's `([<...>]`, ppc64's `[stack] [address]`, sparc's `[address]`.
const ADDRESS = String.raw`(?:\* +)?(?:(?<doubtful>\()?\[<(?:0x)?[\da-fA-F]*>\]\)? *|(?:\[[\da-f]{8,16}\] *){1,2}|0x[\da-f]{8,16} : |=> +)?`
// Module, with the build id that some distributions print, cut off or not.
// A time stamp in brackets is the next record's.
const MODULE = String.raw`(?: +\[(?!\d+\.\d)(?<module>[\w.-]+)(?:[ (][^\]]*)?(?:\]|$))?`
// What else follows: `(unreliable)`, arm64's `(P)`, `core.c:5400:2`, ia64's stack pointers, a person's remark.
const TAIL = String.raw`\)?(?<tail>(?: +\([^()]*\))*)(?: +[^ ]+:\d+(?::\d+)?)?(?: +b?sp=0x[\da-f]+)*(?: *(?:<[-=<]|\/\/|#|;).*)?[*_~\x60]{0,3}$`

/**
 * Every way a frame has been printed, newest first. The groups are `symbol`, `offset`, `size` in
 * hexadecimal, `decimal` (an offset in decimal), `decimalSize`, `module`, `doubt` and `tail`.
 */
export const FRAME_SHAPES: readonly FrameShape[] = [
  {
    name: 'offset and size',
    example: '[<0>] fuse_flush+0x1a1/0x1e0 [fuse]',
    shape: new RegExp(
      `^${ADDRESS}(?<doubt>\\? +)?${SYMBOL}\\+0x(?<offset>[\\da-f]+)/0x(?<size>[\\da-f]+)${MODULE}${TAIL}`,
    ),
  },
  {
    name: 'inlined, as a symbolizer adds it',
    example: 'fuse_request_end fs/fuse/dev.c:352 [inline]',
    shape: new RegExp(`^${SYMBOL} [^ ]+:\\d+(?::\\d+)? \\[inlined?\\]$`),
  },
  {
    name: 'arm32: function, caller',
    example: '__schedule from schedule+0x58/0xf0',
    shape: new RegExp(
      `^${SYMBOL}(?: \\[(?<module>[\\w.-]+)\\])? from [A-Za-z_$.][\\w.$@]*\\+0x[\\da-f]+/0x[\\da-f]+`,
    ),
  },
  {
    name: 'arm32: function, caller, with addresses',
    example: '[<c02b0705>] (schedule) from [<c02b0a11>] (schedule_timeout+0x50/0xa8)',
    shape: new RegExp(
      `^\\[<[\\da-f]+>\\] \\(${SYMBOL}(?:\\+0x[\\da-f]+/0x[\\da-f]+)?(?: \\[(?<module>[\\w.-]+)\\])?\\) from \\[<[\\da-f]+>\\]`,
    ),
  },
  {
    name: 'drgn and gdb',
    example: '#1  __schedule+0x34d/0xa00 (kernel/sched/core.c:6961:8)',
    shape: new RegExp(
      `^#\\d+ +(?:0x[\\da-f]+ in )?${SYMBOL}(?:\\+0x(?<offset>[\\da-f]+)(?:/0x(?<size>[\\da-f]+))?(?: in [\\w.$]+)?(?: +\\(.*)?|(?: in [\\w.$]+)? +\\(.*)$`,
    ),
  },
  {
    name: 'crash',
    example: '#2 [ffffa54b40f03d10] fuse_flush at ffffffffc0a1b2c3 [fuse]',
    shape: new RegExp(
      `^#\\d+ \\[[\\da-f]+\\] ${SYMBOL}(?:\\+(?<decimal>\\d+))?(?: \\(via [^)]*\\))? at [\\da-f]+${MODULE}$`,
    ),
  },
  {
    name: 'crash: where an exception struck',
    example: '[exception RIP: native_queued_spin_lock_slowpath+94]',
    shape: new RegExp(`^\\[exception [A-Z]+: ${SYMBOL}\\+(?<decimal>\\d+)\\]$`),
  },
  {
    name: 'offset without size',
    example: '[<0>] fuse_flush+0x1a1',
    shape: new RegExp(
      `^${ADDRESS}(?<doubt>\\? +)?${SYMBOL}\\+0x(?<offset>[\\da-f]+)${MODULE}${TAIL}`,
    ),
  },
  {
    name: 'no offset at all',
    example: '[<0>] fuse_flush [fuse]',
    shape: new RegExp(`^(?:\\[<(?:0x)?[\\da-f]*>\\] *|=> +)(?<doubt>\\? +)?${SYMBOL}${MODULE}$`),
  },
  {
    name: 'klogd: decimal, before the kernel named its own frames',
    example: '[<c02b0705>] [schedule_timeout+88/208] schedule_timeout+0x58/0xd0',
    shape: new RegExp(
      `^(?:\\[<[\\da-f]+>\\] *)?\\[(?:[\\w.-]+:)?${SYMBOL}\\+(?<decimal>\\d+)/(?<decimalSize>\\d+)\\]`,
    ),
  },
  {
    name: 'x86-64 before 2.6.17: decimal in braces',
    example: '<ffffffff80306bf2>{schedule_timeout+367}',
    shape: new RegExp(
      `^\\[?<[\\da-f]+>\\]?\\{(?::(?<module>[\\w.-]+):)?${SYMBOL}\\+(?<decimal>\\d+)\\}`,
    ),
  },
  {
    name: 'perf script',
    example: 'ffffffff8104f45a fuse_flush+0x2a ([kernel.kallsyms])',
    shape: new RegExp(
      `^[\\da-f]{8,16} ${SYMBOL}(?:\\+0x(?<offset>[\\da-f]+))? \\(\\[(?!unknown)(?:kernel\\.\\w+|(?<module>[\\w-]+))\\]\\)$`,
    ),
  },
  {
    name: 'tracers: decimal offset alone',
    example: 'schedule+44',
    shape: new RegExp(`^${SYMBOL}\\+(?<decimal>\\d+)$`),
  },
]

/**
 * Reads one printed frame, whatever printed it; the line has no log prefix.
 *
 *     [<0>] nfs_wait_bit_killable+0x1e/0x90 [nfs]
 *
 * Null for an end marker, an address without a name, a frame of user space, and all other text.
 * Source: kernel/kallsyms.c, __sprint_symbol(); the callers are arch/<arch>/kernel/*trace*.c.
 */
export function parseFrame(line: string): Frame | null {
  if (line.length > LINE_CHARS_MAX) return null
  const text = line.trim()
  for (const { shape } of FRAME_SHAPES) {
    const groups = shape.exec(text)?.groups
    if (groups) return isUserSpace(text) ? null : toFrame(groups)
  }
  return null
}

/** The caller that an arm32 line names beside its function; null in all other lines. */
export function parseCaller(line: string): Frame | null {
  const at = line.length > LINE_CHARS_MAX ? -1 : line.search(/ from /)
  if (at < 0) return null
  const caller = /(?:\[<[\da-f]+>\] \()?([^()]*)\)?$/.exec(line.slice(at + 6).trim())?.[1]
  return caller === undefined ? null : parseFrame(caller)
}

/** True for the marker that ends the stacks of older kernels, `[<ffffffffffffffff>] 0xffffffffffffffff`. */
export function isEndOfStack(line: string): boolean {
  return /^(?:\[<[\da-f]*>\] *)?0xf{8,16}$/.test(line.trim())
}

/** True for a return address without a name, `? 0xffffffffc05f9000`: module text that is gone, or a trampoline. */
export function isUnnamedFrame(line: string): boolean {
  return /^(?:\[<[\da-f]*>\] *|(?:\[[\da-f]{8,16}\] *){1,2})?(?:\? *)?0x[\da-f]{6,16}(?: \[[^\]]*\])?$/.test(
    line.trim(),
  )
}

// gdb's frames of libraries: `#0  0x00007f... in __read () from /lib64/libc.so.6`.
function isUserSpace(text: string): boolean {
  return (
    text.startsWith('#') && (/ from \/\S+\.so/.test(text) || / 0x0000[\da-f]{12} in /.test(text))
  )
}

function toFrame(groups: Groups): Frame {
  const printed = groups['symbol'] ?? ''
  return {
    // Padding before a function carries its name; the address is then right after the padding.
    symbol: printed.replace(/^(?:__pfx_|__cfi_)(?=.)/, ''),
    offset: hex(groups['offset']) ?? decimal(groups['decimal']),
    size: hex(groups['size']) ?? decimal(groups['decimalSize']),
    module: groups['module'] ?? null,
    reliable:
      groups['doubt'] === undefined &&
      groups['doubtful'] === undefined &&
      !(groups['tail'] ?? '').includes('unreliable'),
  }
}

function hex(digits: string | undefined): number | null {
  return digits === undefined ? null : Number.parseInt(digits, 16)
}

function decimal(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits)
}
