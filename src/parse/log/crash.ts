import type { Shape } from './shape.ts'

/** Heads of the dumps that the crash utility and drgn print. */
export const CRASH: readonly Shape[] = [
  {
    name: 'kdb bt',
    starts: ['Stack traceback for pid '],
    example: 'Stack traceback for pid 4711',
    shape: /^Stack traceback for pid (?<tid>\d+)/,
    read({ tid }, scan) {
      scan.begin({ kind: 'task', title: scan.text, tid: Number(tid) })
      return true
    },
  },
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
