import { CPU_LINE } from './cpu-line.ts'
import { CRASH } from './crash.ts'
import { HELD_LOCKS } from './held-locks.ts'
import { HOST_LINES } from './host-lines.ts'
import { HUNG_TASK } from './hung-task.ts'
import { LOCKDEP } from './lockdep.ts'
import { LOCKUP } from './lockup.ts'
import { NETDEV } from './netdev.ts'
import { OOPS } from './oops.ts'
import { RCU } from './rcu.ts'
import { REGISTERS } from './registers.ts'
import type { Shape } from './shape.ts'
import { TASK_LINE } from './task-line.ts'

/** Every line that begins, continues or ends a report; tried in this order. */
export const SHAPES: readonly Shape[] = [
  ...TASK_LINE,
  ...HUNG_TASK,
  ...REGISTERS,
  ...CPU_LINE,
  ...LOCKUP,
  ...RCU,
  ...LOCKDEP,
  ...OOPS,
  ...HELD_LOCKS,
  ...NETDEV,
  ...CRASH,
  ...HOST_LINES,
]

/** The rows by the first character of what they begin with: a line is tried against few. */
const BY_FIRST: ReadonlyMap<string, readonly Shape[]> = new Map(
  [...new Set(SHAPES.flatMap(firsts))].map((first) => [
    first,
    SHAPES.filter((shape) => firsts(shape).includes(first)),
  ]),
)

const NONE: readonly Shape[] = []

function firsts({ starts }: Shape): string[] {
  return starts.map((word) => word.charAt(0))
}

/** The rows that a line can be, by how it begins. */
export function shapesFor(line: string): readonly Shape[] {
  return BY_FIRST.get(line.charAt(0)) ?? NONE
}
