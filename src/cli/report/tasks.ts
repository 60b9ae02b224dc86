import type { DiagnosedTask, IncidentTask } from '../../model/diagnosis.ts'
import type { Wait } from '../../model/wait.ts'
import type { Block } from './document.ts'
import { tally } from './words.ts'

/** Tasks of one role shown by name; of fifty victims the first few tell it all. */
const SHOWN_PER_ROLE = 6

/** Tasks shown where there is no incident. */
const SHOWN_WAITING = 24

const SIGNALS: Readonly<Record<number, string>> = { 9: 'SIGKILL', 15: 'SIGTERM', 19: 'SIGSTOP' }

/** Who takes part in an incident, grouped by role in the order of the incident; null for none. */
export function incidentTaskTable(tasks: readonly IncidentTask[]): Block | null {
  if (tasks.length === 0) return null
  const rows = [...Map.groupBy(tasks, ({ role }) => role)].flatMap(([role, group]) =>
    roleRows(role, group),
  )
  return { kind: 'table', head: ['Role', 'Task', 'Name', 'State', 'Waits for'], rows }
}

/** Tasks that wait, without a role; null for none. */
export function blockedTaskTable(tasks: readonly DiagnosedTask[]): Block {
  const rows = tasks
    .slice(0, SHOWN_WAITING)
    .map((task) => [idOf(task), task.comm ?? '?', task.state ?? '?', waitOfTask(task)])
  const more = tasks.slice(SHOWN_WAITING).map(({ comm }) => comm ?? '?')
  const rest = more.length === 0 ? [] : [['...', `${more.length} more`, '', tally(more)]]
  return { kind: 'table', head: ['Task', 'Name', 'State', 'Waits for'], rows: [...rows, ...rest] }
}

/** `455/492` for a task that is not the leader of its thread group; `?` for one without a number. */
export function idOf({ tgid, tid }: Pick<IncidentTask, 'tgid' | 'tid'>): string {
  if (tid === null) return tgid === null ? '?' : String(tgid)
  return tgid === null || tgid === tid ? String(tid) : `${tgid}/${tid}`
}

function roleRows(role: string, group: readonly IncidentTask[]): readonly (readonly string[])[] {
  const count = group.length > SHOWN_PER_ROLE + 1 ? SHOWN_PER_ROLE : group.length
  const rows = group
    .slice(0, count)
    .map((task) => [role, idOf(task), task.comm ?? '?', task.state ?? '?', waitWords(task.waitsOn)])
  const more = group.slice(count).map(({ comm }) => comm ?? '?')
  return more.length === 0 ? rows : [...rows, [role, '...', `${more.length} more`, '', tally(more)]]
}

/** `fuse: fuse_flush, while exiting`. */
function waitWords(wait: Wait | null): string {
  if (wait === null) return '-'
  const { class: what, function: where, context, blocked } = wait
  const idle = blocked ? '' : ' (idle)'
  const whose = context === 'exit' ? ', while exiting' : context === 'exec' ? ', in execve' : ''
  return `${what}: ${where}${whose}${idle}`
}

function waitOfTask(task: DiagnosedTask): string {
  const signals = task.pendingSignals.map((signal) => SIGNALS[signal] ?? `signal ${signal}`)
  const pending = signals.length === 0 ? '' : `, ${signals.join(' and ')} pending`
  const what = task.event === undefined ? waitWords(task.waitsOn) : task.event
  return `${what}${pending}`
}
