import type { TaskFile } from '../model/entry.ts'
import type { Mount, PsRow } from '../model/snapshot.ts'
import type { Stack } from '../model/stack.ts'
import { type Mark, TASK_STATES, type Task } from '../model/task.ts'
import { decidingFiles, type Groups, remotePoints } from './groups.ts'
import { NO_STATUS } from './proc/status.ts'
import { hasFile, pathOfFile, type TaskDraft } from './task-files.ts'
import type { Unreadable } from './unreadable.ts'

/** What tasks are joined from. */
export type TaskParts = {
  readonly drafts: readonly TaskDraft[]
  readonly groups: Groups
  readonly mounts: readonly Mount[]
  readonly ps: readonly PsRow[]
  readonly unreadable: Unreadable
}

/** Joins the files of each task; then come tasks that only a ps listing shows. */
export function tasksOf(parts: TaskParts): Task[] {
  const join = new Join(parts)
  const tasks = parts.drafts.map((draft) => join.task(draft))
  return [...tasks, ...listedTasks(parts)]
}

class Join {
  readonly #parts: TaskParts
  readonly #points: readonly string[]
  readonly #rows: ReadonlyMap<number, PsRow>
  readonly #hasKthreadd: boolean

  constructor(parts: TaskParts) {
    this.#parts = parts
    this.#points = remotePoints(parts.mounts)
    this.#rows = new Map(parts.ps.map((row) => [row.tid ?? row.tgid, row]))
    const second = parts.drafts.find(({ tid }) => tid === 2)
    this.#hasKthreadd = second?.comm === 'kthreadd' || second?.status?.comm === 'kthreadd'
  }

  task(draft: TaskDraft): Task {
    const { tgid, tid, stat, stack } = draft
    const status = draft.status ?? NO_STATUS
    const unreadable = this.#parts.unreadable.of(draft)
    return {
      tgid,
      tid,
      comm: draft.comm ?? status.comm ?? stat?.comm ?? null,
      state: status.state ?? stat?.state ?? null,
      ppid: status.ppid ?? stat?.ppid ?? null,
      tracerPid: status.tracerPid,
      nsPids: status.nsPids,
      taskPending: status.taskPending.signals,
      groupPending: status.groupPending.signals,
      blockedSignals: status.blockedSignals.signals,
      fdSize: status.fdSize,
      threads: status.threads,
      switches: status.switches,
      startTicks: stat?.startTicks ?? null,
      kthread: this.#isKthread(draft),
      exitingFlag: stat?.isExiting ?? null,
      stack,
      stackFrom: stack && { file: pathOfFile(draft, 'stack'), line: draft.stackLine },
      syscall: draft.syscall,
      ...this.#around(draft),
      unreadable,
      marks: isAtRest(draft) && unreadable.length === 0 ? NONE : marksOf(draft),
      from: { file: pathOfFile(draft, firstFile(draft)), line: 1 },
      origin: 'proc',
    }
  }

  /** What is known of it by its group's files, and by a listing where its own files do not tell. */
  #around(
    draft: TaskDraft,
  ): Pick<Task, 'pidNamespace' | 'mountNamespace' | 'cgroup' | 'fds' | 'wchan'> {
    const group = this.#parts.groups.find(draft.tgid)
    const row = this.#rows.get(draft.tid)
    return {
      pidNamespace: group?.pidNamespace ?? row?.pidNamespace ?? null,
      mountNamespace: group?.mountNamespace ?? null,
      cgroup: group?.cgroup ?? null,
      fds: group && group.files.length > 0 ? decidingFiles(group.files, this.#points) : NONE,
      wchan: hasFile(draft, 'wchan') ? draft.wchan : (row?.wchan ?? null),
    }
  }

  #isKthread(draft: TaskDraft): boolean | null {
    const told = draft.status?.kthread ?? draft.stat?.isKthread
    if (told !== undefined && told !== null) return told
    const ppid = draft.status?.ppid ?? null
    if (!this.#hasKthreadd || ppid === null) return null
    return draft.tgid === 2 || ppid === 2
  }
}

const NONE: readonly never[] = []

const FIRST_FILES: readonly TaskFile[] = ['status', 'stat', 'comm', 'stack', 'wchan']

function firstFile(draft: TaskDraft): TaskFile {
  for (const kind of FIRST_FILES) if (hasFile(draft, kind)) return kind
  return 'syscall'
}

/**
 * Functions that a task at rest sleeps in. Tasks of other stacks get marks; so this is no diagnosis,
 * only what keeps the lines of twenty thousand idle threads from being kept.
 */
const REST =
  /^(?:do_epoll_wait|ep_poll|futex_\w+|do_futex|hrtimer_nanosleep|do_nanosleep|do_poll|do_sys_poll|poll_schedule_timeout|do_select|pipe_read|anon_pipe_read|do_wait|do_sigtimedwait|sigsuspend|inet_csk_accept|unix_\w+|tcp_recvmsg|worker_thread|rescuer_thread|smpboot_thread_fn|kthreadd|kthread_worker_fn|kswapd|oom_reaper|ksoftirqd|rcu_gp_kthread|rcu_nocb_\w+|rcu_tasks_\w+|irq_thread|tty_\w+|n_tty_read|signalfd_read|inotify_read|eventfd_read|__skb_\w+|kauditd_thread|khugepaged|kcompactd|kjournald2|migration_cpu_stop|do_syslog|rcu_core|scsi_error_handler|devtmpfs\w*)$/

const restOf = new WeakMap<Stack, boolean>()

function isResting(stack: Stack): boolean {
  const known = restOf.get(stack)
  if (known !== undefined) return known
  const isRest = stack.names.some((name) => REST.test(name)) && !stack.names.includes('do_exit')
  restOf.set(stack, isRest)
  return isRest
}

function isAtRest({ status, stat, stack }: TaskDraft): boolean {
  if (status === null) return true
  const { state, fdSize, taskPending, groupPending } = status
  if (state !== 'S' && state !== 'I' && state !== 'R') return false
  if (taskPending.signals.length > 0 || groupPending.signals.length > 0) return false
  if (fdSize === 0 || stat?.isExiting) return false
  return stack === null || state === 'R' || isResting(stack)
}

function marksOf(draft: TaskDraft): Mark[] {
  const { status, wchan, syscall } = draft
  const marks: Mark[] = status === null ? [] : statusMarks(draft)
  if (wchan !== null && hasFile(draft, 'wchan')) {
    marks.push({ what: 'wchan', file: pathOfFile(draft, 'wchan'), line: 1, text: wchan })
  }
  if (syscall !== null) {
    marks.push({ what: 'syscall', file: pathOfFile(draft, 'syscall'), line: 1, text: syscall })
  }
  return marks
}

/** The lines as the kernel prints them: they are known by their values. */
function statusMarks(draft: TaskDraft): Mark[] {
  const { status } = draft
  if (status === null) return []
  const { lines } = status
  const file = pathOfFile(draft, 'status')
  const rows: readonly [Mark['what'], number, string][] = [
    ['state', lines.state, `State:\t${status.stateText}`],
    ['sigPnd', lines.sigPnd, `SigPnd:\t${status.taskPending.text}`],
    ['shdPnd', lines.shdPnd, `ShdPnd:\t${status.groupPending.text}`],
    ['nsPid', lines.nsPid, `NSpid:\t${status.nsPids.join('\t')}`],
    ['threads', lines.threads, `Threads:\t${status.threads}`],
    ['fdSize', lines.fdSize, `FDSize:\t${status.fdSize}`],
  ]
  return rows
    .filter(([, line]) => line > 0)
    .map(([what, line, text]) => ({ what, file, line, text }))
}

/** Tasks of a listing that have no folder in the bundle: unreadable, or gone before or after. */
function listedTasks({ drafts, ps }: TaskParts): Task[] {
  const groups = new Set(drafts.map(({ tgid }) => tgid))
  const tasks = new Set(drafts.map(({ tid }) => tid))
  const listed: Task[] = []
  for (const row of ps) {
    const tid = row.tid ?? row.tgid
    if (tasks.has(tid) || (row.tid === null && groups.has(row.tgid))) continue
    tasks.add(tid)
    listed.push(listedTask(row))
  }
  return listed
}

function listedTask(row: PsRow): Task {
  const letter = row.stat?.slice(0, 1)
  return {
    tgid: row.tgid,
    tid: row.tid ?? row.tgid,
    comm: row.command,
    state: TASK_STATES.find((state) => state === letter) ?? null,
    ppid: row.ppid,
    tracerPid: null,
    nsPids: NONE,
    pidNamespace: row.pidNamespace,
    mountNamespace: null,
    taskPending: NONE,
    groupPending: NONE,
    blockedSignals: NONE,
    fdSize: null,
    threads: null,
    switches: null,
    startTicks: null,
    kthread: null,
    exitingFlag: null,
    stack: null,
    stackFrom: null,
    wchan: row.wchan,
    syscall: null,
    cgroup: null,
    fds: NONE,
    unreadable: NONE,
    marks: NONE,
    from: row.from,
    origin: 'ps',
  }
}
