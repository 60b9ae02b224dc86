import type {
  DiagnosedIncident,
  DiagnosedTask,
  IncidentTask,
  KernelAdvice,
  NearMiss,
} from '../../model/diagnosis.ts'
import { graphFigure } from '../graph-svg.ts'
import { type Html, html } from '../html.ts'
import { evidencePart } from './evidence.ts'
import { hostCode, hostText, taskStateMark, waitMark } from './marks.ts'
import { signaturePath } from './paths.ts'
import { inline, section } from './prose.ts'
import { stepsPart } from './remedy.ts'
import { byPart, partOf } from './roles.ts'
import { groupByStack, stackCard } from './stack.ts'
import { type Column, dataTable } from './table.ts'
import { capital, clipped, plural, spaced } from './words.ts'

/** One finding, stored or not, with what its parts need from around it. */
export type Finding = {
  readonly incident: Omit<DiagnosedIncident, 'nearMisses'>
  /** Tasks of its diagnosis, with their stacks. */
  readonly tasks: readonly DiagnosedTask[]
  /** Release of the kernel it was found on. */
  readonly kernel: string | null
  readonly nearMisses: readonly NearMiss[]
  /** Stands before the ids of its parts; empty where the page has one finding. */
  readonly idPrefix: string
}

/**
 * The parts of one finding, in the order someone woken at night needs them. The page of a stored
 * incident and the answer of `/analyze` are both made of these.
 */
export function findingParts(finding: Finding): readonly (Html | null)[] {
  const { incident, tasks, kernel, nearMisses, idPrefix: id } = finding
  const { advice } = incident
  const graph = graphFigure(incident.graph, incident.tasks, `${id}graph`)
  return [
    section(`${id}run`, 'What to run', stepsPart(advice.steps)),
    section(`${id}stuck`, 'Who is stuck', tasksPart(incident.tasks)),
    section(`${id}graph`, 'Who waits for whom', graph),
    section(`${id}evidence`, 'Evidence', evidencePart(incident.evidence)),
    section(`${id}stacks`, 'Stacks', stacksPart(incident.tasks, tasks)),
    section(`${id}kernel`, 'This kernel', kernelPart(advice.kernel, kernel)),
    section(`${id}missing`, 'What is missing', missingPart(incident.missing)),
    section(`${id}near`, 'What came close', nearMissesPart(nearMisses)),
  ]
}

/** So many tasks are shown before the rest is folded, and so many at all. */
const ROWS_SHOWN = 8
const ROWS_MAX = 500

/** Who is stuck: culprits first, each with what it waits for. */
function tasksPart(tasks: readonly IncidentTask[]): Html | null {
  if (tasks.length === 0) return null
  const sorted = [...tasks].sort(byPart)
  const folded = sorted.slice(ROWS_SHOWN)
  const left = folded.length - ROWS_MAX
  return html`${taskTable(sorted.slice(0, ROWS_SHOWN))}${
    folded.length === 0
      ? null
      : html`
<details class="more">
<summary>${plural(folded.length, 'task')} more: ${roleCounts(folded)}</summary>
${taskTable(folded.slice(0, ROWS_MAX))}${left > 0 ? andMore(left, 'task') : null}
</details>`
  }`
}

function andMore(count: number, noun: string): Html {
  return html`<p class="quiet">and ${plural(count, noun)} more, in the JSON</p>`
}

function roleCounts(tasks: readonly IncidentTask[]): string {
  const byRole = Map.groupBy(tasks, ({ role }) => role)
  return [...byRole].map(([role, { length }]) => plural(length, role)).join(', ')
}

const TASK_COLUMNS: readonly Column<IncidentTask>[] = [
  { head: 'Part', cell: ({ role }) => roleMark(role) },
  { head: 'Task', cell: ({ comm }) => html`<strong>${hostCode(comm, 'unnamed')}</strong>` },
  { head: 'tid', isNumber: true, cell: ({ tid }) => tid },
  { head: 'tgid', isNumber: true, cell: ({ tgid }) => tgid },
  { head: 'State', cell: ({ state }) => taskStateMark(state) },
  { head: 'Waits in', cell: ({ waitsOn }) => waitMark(waitsOn) },
]

function taskTable(items: readonly IncidentTask[]): Html {
  const rowClass = ({ role }: IncidentTask) => partOf(role)
  return dataTable({ caption: 'Tasks of the incident', columns: TASK_COLUMNS, items, rowClass })
}

function roleMark(role: string): Html {
  const part = partOf(role)
  const cross = part === 'culprit' ? '✕ ' : null
  return html`<span class="role role-${part}">${cross}${clipped(role, 40)}</span>`
}

const STACKS_MAX = 40
const STACKS_OPEN = 2

/** The stacks of the incident's tasks: the first ones open, the others to be opened. */
function stacksPart(tasks: readonly IncidentTask[], known: readonly DiagnosedTask[]): Html | null {
  const ofIncident = [...tasks]
    .sort(byPart)
    .flatMap((task) => known.find((other) => isSame(task, other)) ?? [])
    .filter(({ stack }) => stack.length > 0)
  const groups = groupByStack(ofIncident)
  if (groups.length === 0) return null
  const cards = groups
    .slice(0, STACKS_MAX)
    .map((group, index) => stackCard({ tasks: group, isOpen: index < STACKS_OPEN }))
  const left = groups.length - STACKS_MAX
  return html`<div class="stacks">${cards}</div>${left > 0 ? andMore(left, 'stack') : null}`
}

type Identity = Pick<IncidentTask, 'tid' | 'tgid'>

function isSame(task: Identity, other: Identity): boolean {
  return task.tid !== null ? task.tid === other.tid : task.tgid !== null && task.tgid === other.tgid
}

/** How the record answers for a kernel: its class of style, its glyph and its words. */
const KERNEL_ANSWERS = {
  true: { name: 'affected', glyph: '!', says: 'affected' },
  false: { name: 'not-affected', glyph: '✓', says: 'not affected' },
  null: { name: 'unknown', glyph: '?', says: 'not covered by the record' },
} as const

function kernelPart(advice: KernelAdvice | null, release: string | null): Html | null {
  if (advice === null) return null
  const { name, glyph, says } = KERNEL_ANSWERS[`${advice.affected}`]
  if (release === null) return html`<p>${advice.why}</p>`
  return html`<div class="kernel ${name}">
<p class="kernel-answer"><span class="kernel-mark" aria-hidden="true">${glyph}</span>
${hostCode(release, 'This kernel')} is <strong>${says}</strong>${fixOf(advice)}.</p>
<p>${inline(advice.why)}</p>
</div>`
}

function fixOf({ fixedIn, affected }: KernelAdvice): Html | null {
  if (fixedIn !== null) return html`; fixed in ${hostCode(fixedIn)}`
  return affected ? html`, and no release has a lasting fix` : null
}

function missingPart(missing: readonly string[]): Html | null {
  if (missing.length === 0) return null
  return html`<ul class="missing">${missing.map((what) => html`<li>${inline(capital(what))}</li>`)}</ul>`
}

/** For what no signature explains: which came closest, and where they failed. */
function nearMissesPart(nearMisses: readonly NearMiss[]): Html | null {
  if (nearMisses.length === 0) return null
  return html`<ul class="near-misses">${nearMisses.map(nearMissItem)}</ul>`
}

function nearMissItem({ signature, held, failed }: NearMiss): Html {
  const clauses = failed.map((clause) => html`<code class="clause">${clipped(clause, 200)}</code> `)
  return html`
<li><a href="${signaturePath(signature)}">${signature}</a>
<span class="quiet">${plural(held, 'condition')} held, ${failed.length} did not:</span>
${clauses}</li>`
}

/** `pid namespace 4026532281` */
export function subjectOf({ subject }: Pick<DiagnosedIncident, 'subject'>): Html {
  return html`${spaced(subject.kind)} ${hostText(subject.id)}`
}
