import type { Actor } from '../../src/diagnose/situation/actor.ts'
import type { Report } from '../../src/model/report.ts'
import { EMPTY_STACK, type Stack, stackOf } from '../../src/model/stack.ts'
import type { Task } from '../../src/model/task.ts'
import type { Wait } from '../../src/model/wait.ts'

/** A stack of these functions, innermost first. */
export function stackMade(names: readonly string[]): Stack {
  if (names.length === 0) return EMPTY_STACK
  const frames = names.map((symbol) => ({
    symbol,
    offset: 0x1b,
    size: 0x90,
    module: null,
    reliable: true,
  }))
  return stackOf(
    frames,
    names.map((name) => `[<0>] ${name}+0x1b/0x90`),
    names.map((_, index) => index),
  )
}

/** A task in State D of which nothing but the facts given is known. */
export function taskMade(facts: Partial<Task> = {}): Task {
  return {
    tgid: 402,
    tid: 402,
    comm: 'indexer',
    state: 'D',
    ppid: 1,
    tracerPid: 0,
    nsPids: [],
    pidNamespace: null,
    mountNamespace: null,
    taskPending: [],
    groupPending: [],
    blockedSignals: [],
    fdSize: 64,
    threads: 1,
    switches: null,
    startTicks: null,
    kthread: false,
    exitingFlag: null,
    stack: null,
    stackFrom: null,
    wchan: null,
    syscall: null,
    cgroup: null,
    fds: [],
    unreadable: [],
    marks: [],
    from: { file: 'proc/402/task/402/status', line: 1 },
    origin: 'proc',
    ...facts,
  }
}

/** A blocked task, as the diagnosis sees it, of which nothing but the facts given is known. */
export function actorMade(
  facts: Partial<Omit<Actor, 'task'>> & { readonly task?: Partial<Task> } = {},
): Actor {
  const task = taskMade(facts.task)
  return {
    key: `task:${task.tid}`,
    wait: null,
    exiting: false,
    blocked: true,
    progress: null,
    isUnreapable: false,
    reports: [],
    kind: 'task',
    isOver: false,
    ...facts,
    task,
  }
}

export function waitMade(facts: Partial<Wait> = {}): Wait {
  return {
    class: 'ext4',
    function: 'wait_transaction_locked',
    primitive: 'wait_transaction_locked',
    context: 'syscall',
    blocked: true,
    ...facts,
  }
}

export function reportMade(facts: Partial<Report> = {}): Report {
  return {
    kind: 'hung-task',
    title: 'INFO: task indexer:402 blocked for more than 120 seconds.',
    from: { file: 'dmesg.txt', line: 1 },
    uptimeSeconds: 5011.2,
    at: null,
    cpu: null,
    comm: 'indexer',
    tid: 402,
    tgid: null,
    ppid: 1,
    state: 'D',
    exitingFlag: null,
    kthread: false,
    seconds: 120,
    owner: null,
    locks: [],
    stack: null,
    stackFrom: null,
    kernelRelease: null,
    object: null,
    ...facts,
  }
}
