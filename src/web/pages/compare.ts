import type { DiagnosedIncident, DiagnosedTask } from '../../model/diagnosis.ts'
import type { Frame } from '../../model/frame.ts'
import type { SnapshotItem } from '../../model/incident.ts'
import type { Wait } from '../../model/wait.ts'
import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'
import {
  factLine,
  hostCode,
  hostLink,
  severityMark,
  taskStateMark,
  timeMark,
  waitMark,
} from '../parts/marks.ts'
import { snapshotPath } from '../parts/paths.ts'
import { section } from '../parts/prose.ts'
import { stackView } from '../parts/stack.ts'
import { type Column, dataTable } from '../parts/table.ts'
import { grouped, lasted, plural } from '../parts/words.ts'

/** What became of a task, or of an incident, between two snapshots. */
export const FATES = ['stayed', 'moved', 'came', 'gone'] as const
export type Fate = (typeof FATES)[number]

export type ComparedTask = {
  readonly fate: Fate
  /** As the later snapshot has it; as the earlier one, where it is gone. */
  readonly task: DiagnosedTask
  /** What it waited for before; null where it was not there. */
  readonly before: Wait | null
}

export type ComparedStack = {
  readonly stack: readonly Frame[]
  readonly waitsOn: Wait | null
  readonly before: number
  readonly after: number
}

export type ComparedIncident = {
  readonly fate: Fate
  readonly incident: Pick<DiagnosedIncident, 'title' | 'severity' | 'subject'>
}

export type Comparison = {
  /** The one taken earlier, and the one taken later. */
  readonly earlier: SnapshotItem
  readonly later: SnapshotItem
  /** False where the host was started anew between them, or where they are of two hosts. */
  readonly isSameBoot: boolean
  readonly incidents: readonly ComparedIncident[]
  /** Blocked tasks of either. */
  readonly tasks: readonly ComparedTask[]
  /** Stacks with another number of tasks than before, the greatest change first. */
  readonly stacks: readonly ComparedStack[]
}

const FATE_SAYS = {
  stayed: { glyph: '=', task: 'stuck in both', incident: 'in both' },
  moved: { glyph: '→', task: 'stuck elsewhere', incident: 'changed' },
  came: { glyph: '+', task: 'newly stuck', incident: 'opened' },
  gone: { glyph: '−', task: 'no longer stuck', incident: 'cleared' },
} as const satisfies Record<Fate, { glyph: string; task: string; incident: string }>

export function comparePage(context: PageContext, comparison: Comparison): string {
  const { earlier, later } = comparison
  const name = later.host ?? later.name
  return layout(context, {
    title: `Two snapshots of ${name}`,
    description: headline(comparison),
    section: '/snapshots',
    body: html`${crumbs(snapshotPath(later.id), `Snapshot of ${name}`)}
${head(comparison, context.now)}
${section('incidents', 'Incidents', incidentsPart(comparison.incidents))}
${section('tasks', 'Stuck tasks', tasksPart(comparison.tasks))}
${section('counts', 'Stacks with more or fewer tasks', stacksPart(comparison.stacks))}
<p class="buttons"><a class="button" href="${snapshotPath(earlier.id)}">The earlier</a>
<a class="button" href="${snapshotPath(later.id)}">The later</a></p>`,
  })
}

function headline({ tasks }: Comparison): string {
  const countOf = (wanted: Fate) => tasks.filter(({ fate }) => fate === wanted).length
  const stayed = countOf('stayed') + countOf('moved')
  if (tasks.length === 0) return 'Nothing is stuck in either.'
  return `${plural(stayed, 'task')} stuck in both, ${grouped(countOf('came'))} came, ${grouped(countOf('gone'))} went.`
}

function head(comparison: Comparison, now: string): Html {
  const { earlier, later, isSameBoot } = comparison
  const [from, to] = [takenOf(earlier), takenOf(later)]
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000
  const warning = html`<p class="loss">They are not of the same boot: the same numbers are other tasks.</p>`
  return html`<header class="verdict-head plain-head">
<h1>${headline(comparison)}</h1>
${factLine([
  html`host ${hostLink(later.host)}`,
  html`<a href="${snapshotPath(earlier.id)}">earlier</a>, ${timeMark(from, now)}`,
  html`<a href="${snapshotPath(later.id)}">later</a>, ${timeMark(to, now)}`,
  `${lasted(seconds)} apart`,
])}
${isSameBoot ? null : warning}
</header>`
}

/** When the host looked like this. */
export function takenOf({ collectedAt, receivedAt }: SnapshotItem): string {
  return collectedAt ?? receivedAt
}

function fateMark(fate: Fate, words: string): Html {
  return html`<span class="fate fate-${fate}"><span aria-hidden="true">${FATE_SAYS[fate].glyph}</span> ${words}</span>`
}

const INCIDENT_COLUMNS: readonly Column<ComparedIncident>[] = [
  { head: 'Now', cell: ({ fate }) => fateMark(fate, FATE_SAYS[fate].incident) },
  { head: 'Severity', cell: ({ incident }) => severityMark(incident.severity) },
  { head: 'Incident', cell: ({ incident }) => incident.title },
  { head: 'Subject', cell: ({ incident }) => hostCode(incident.subject.id) },
]

function incidentsPart(incidents: readonly ComparedIncident[]): Html {
  if (incidents.length === 0) return html`<p class="empty">Neither has one.</p>`
  return dataTable({ caption: 'Incidents', columns: INCIDENT_COLUMNS, items: incidents })
}

const TASKS_MAX = 300

const TASK_COLUMNS: readonly Column<ComparedTask>[] = [
  { head: 'Now', cell: ({ fate }) => fateMark(fate, FATE_SAYS[fate].task) },
  { head: 'Task', cell: ({ task }) => html`<strong>${hostCode(task.comm, 'unnamed')}</strong>` },
  { head: 'tid', isNumber: true, cell: ({ task }) => task.tid },
  { head: 'State', cell: ({ task }) => taskStateMark(task.state) },
  { head: 'Waits in', cell: ({ task }) => waitMark(task.waitsOn) },
  { head: 'Before', cell: ({ fate, before }) => (fate === 'moved' ? waitMark(before) : null) },
]

function tasksPart(tasks: readonly ComparedTask[]): Html {
  if (tasks.length === 0) return html`<p class="empty">Neither has one.</p>`
  const left = tasks.length - TASKS_MAX
  return html`${dataTable({ caption: 'Tasks', columns: TASK_COLUMNS, items: tasks.slice(0, TASKS_MAX) })}
${left > 0 ? html`<p class="quiet">and ${plural(left, 'task')} more</p>` : null}`
}

const STACKS_MAX = 60

function stacksPart(stacks: readonly ComparedStack[]): Html {
  if (stacks.length === 0) {
    return html`<p class="empty">Every stack has as many tasks as before.</p>`
  }
  return html`<div class="stacks">${stacks.slice(0, STACKS_MAX).map(stackChange)}</div>`
}

function stackChange({ stack, waitsOn, before, after }: ComparedStack): Html {
  const change = after - before
  const sign = change > 0 ? `+${grouped(change)}` : `−${grouped(-change)}`
  return html`
<details class="stack-card" data-row><summary>
<span class="who-stands"><span class="fate ${change > 0 ? 'fate-came' : 'fate-gone'}">${sign}</span>
<span class="quiet">${grouped(before)} before, ${plural(after, 'task')} now</span></span>${waitMark(waitsOn)}</summary>
${stackView(stack, waitsOn)}
</details>`
}
