import type { Frame } from '../../model/frame.ts'
import type { Fault, Parsed } from '../../model/parsed.ts'
import { EMPTY_STACK, type Stack, stackOf } from '../../model/stack.ts'
import { faultAt } from '../bytes.ts'
import { parseFrame } from '../frame-line.ts'

// Older kernels end every stack with this marker. It is no frame and no fault.
const END_OF_STACK = /^\[<f+>\] 0xf+$/

/** A stack, and the line of its first frame; 1 where it has none. */
export type StackFile = { readonly stack: Stack; readonly line: number }

/**
 * Reads `/proc/<pid>/task/<tid>/stack`: one frame a line, innermost first.
 *
 *     [<0>] nfs_wait_bit_killable+0x1e/0x90 [nfs]
 *
 * An empty file is an empty stack, not a fault: a zombie has none, and a task that runs shows none.
 *
 * Source: fs/proc/base.c, proc_pid_stack().
 */
export function parseStack(text: string, file: string): Parsed<StackFile> {
  const frames: Frame[] = []
  const lines: string[] = []
  const numbers: number[] = []
  const faults: Fault[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || END_OF_STACK.test(line)) continue
    const frame = parseFrame(line)
    if (frame === null) faults.push(faultAt(file, index + 1, 'symbol+offset/size', line))
    else {
      frames.push(frame)
      lines.push(line)
      numbers.push(index)
    }
  }
  const first = numbers[0] ?? 0
  const offsets = numbers.map((number) => number - first)
  const stack = frames.length === 0 ? EMPTY_STACK : stackOf(frames, lines, offsets)
  return { value: { stack, line: first + 1 }, faults }
}
