import type { Shape } from './shape.ts'

/** Heads of the dumps that the crash utility and drgn print. */
export const CRASH: readonly Shape[] = [
  {
    name: 'crash bt',
    starts: ['PID: '],
    example: 'PID: 15284    TASK: ffff8bb7b5d1c000  CPU: 2    COMMAND: "runc:[1:CHILD]"',
    shape: /^PID: (?<tid>\d+) +TASK: [\da-f]+ +CPU: (?<cpu>\d+) +COMMAND: "(?<comm>.*)"/,
    read({ tid, cpu, comm = '' }, scan) {
      scan.begin({ kind: 'task', title: scan.text, tid: Number(tid), cpu: Number(cpu), comm })
      return true
    },
  },
]
