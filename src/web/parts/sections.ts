import type {
  DiagnosedIncident,
  DiagnosedTask,
  Evidence,
  IncidentTask,
  KernelAdvice,
  NearMiss,
  Step,
} from '../../model/diagnosis.ts'
import { graphFigure } from '../graph-svg.ts'
import { type Html, html } from '../html.ts'
import { copyable, hostCode, hostText, taskStateMark, waitMark } from './marks.ts'
import { signaturePath } from './paths.ts'
import { byPart, partOf } from './roles.ts'
import { groupByStack, stackCard } from './stack.ts'
import { capital, clipped, plural, spaced } from './words.ts'

// The parts of one diagnosed incident, in the order someone woken at night needs them. The page of
// a stored incident and the answer of `/analyze` are both made of these.

/** What the parts need to know of where they stand: ids on one page must differ. */
export type Findings = DiagnosedIncident | Omit<DiagnosedIncident, 'since'>

export function section(id: string, title: string, body: Html | null): Html | null {
  if (body === null) return null
  return html`<section class="part" id="${id}" aria-labelledby="${id}-title" data-section><h2 id="${id}-title">${title}</h2>${body}</section>`
}

/** What to run, in order; what is lost by it stands before the command, not behind it. */
export function stepsPart(steps: readonly Step[]): Html | null {
  if (steps.length === 0) return null
  return html`<ol class="remedy">${steps.map(stepItem)}</ol>`
}

/** Sentences that say what a command costs; they must not be read past. */
const LOSS =
  /^(?:Lost|Loses|Costs?|Warning|What is lost)\b|\b(?:is|are|be) lost\b|\bloses?\b|dead for good|cannot be undone|ECONNABORTED|\breboot|\bnever (?:abort|kill|run)\b/i

const NO_LOSS = /\bnothing (?:is|will be) lost\b/i

function isLoss(sentence: string): boolean {
  return LOSS.test(sentence) && !NO_LOSS.test(sentence)
}

function stepItem({ text, command }: Step): Html {
  const sentences = text.trim().split(/(?<=[.!?])\s+(?=[A-Z])/)
  const losses = command === null ? [] : sentences.filter(isLoss)
  const rest = sentences.filter((sentence) => !losses.includes(sentence)).join(' ')
  return html`<li><div class="remedy-text">${prose(rest, 'does')}${losses.length === 0 ? null : html`<p class="loss">${losses.join(' ')}</p>`}</div>${command === null ? null : copyable(command, 'the command')}</li>`
}

/** So many of one role are shown before the rest is folded. */
const ROWS_SHOWN = 8

/** Who is stuck: culprits first, each with what it waits for. */
export function tasksPart(tasks: readonly IncidentTask[]): Html | null {
  if (tasks.length === 0) return null
  const sorted = [...tasks].sort(byPart)
  const shown = sorted.slice(0, ROWS_SHOWN)
  const folded = sorted.slice(ROWS_SHOWN)
  return html`${taskTable(shown, true)}${
    folded.length === 0
      ? null
      : html`<details class="more"><summary>${plural(folded.length, 'task')} more: ${roleCounts(folded)}</summary>${taskTable(folded.slice(0, TABLE_MAX), false)}${folded.length > TABLE_MAX ? html`<p class="quiet">and ${plural(folded.length - TABLE_MAX, 'task')} more, in the JSON</p>` : null}</details>`
  }`
}

const TABLE_MAX = 500

function roleCounts(tasks: readonly IncidentTask[]): string {
  const counts = new Map<string, number>()
  for (const { role } of tasks) counts.set(role, (counts.get(role) ?? 0) + 1)
  return [...counts].map(([role, count]) => plural(count, role)).join(', ')
}

function taskTable(tasks: readonly IncidentTask[], isNamed: boolean): Html {
  return html`<div class="scroll"><table class="tasks">${isNamed ? html`<caption class="unseen">Tasks of the incident</caption>` : null}<thead><tr><th scope="col">Part</th><th scope="col">Task</th><th scope="col" class="number">tid</th><th scope="col" class="number">tgid</th><th scope="col">State</th><th scope="col">Waits in</th></tr></thead><tbody>${tasks.map(taskRow)}</tbody></table></div>`
}

function taskRow({ role, comm, tid, tgid, state, waitsOn }: IncidentTask): Html {
  return html`<tr class="${partOf(role)}"><td>${roleMark(role)}</td><td class="comm">${hostCode(comm, 'unnamed')}</td><td class="number">${tid}</td><td class="number">${tgid}</td><td>${taskStateMark(state)}</td><td>${waitMark(waitsOn)}</td></tr>`
}

export function roleMark(role: string): Html {
  const part = partOf(role)
  return html`<span class="role role-${part}">${part === 'culprit' ? '✕ ' : null}${clipped(role, 40)}</span>`
}

export function graphPart(incident: Findings, idPrefix: string): Html | null {
  return graphFigure(incident.graph, incident.tasks, idPrefix)
}

const EVIDENCE_SHOWN = 8
const EVIDENCE_MAX = 400

/** Lines of the input, each as it stands there, with what it proves; the first ones at once. */
export function evidencePart(evidence: readonly Evidence[]): Html | null {
  if (evidence.length === 0) return null
  const isLong = evidence.length > EVIDENCE_SHOWN + 2
  const shown = isLong ? evidence.slice(0, EVIDENCE_SHOWN) : evidence
  const folded = evidence.slice(shown.length, EVIDENCE_MAX)
  return html`${evidenceList(shown)}${
    folded.length === 0
      ? null
      : html`<details class="more"><summary>${plural(evidence.length - shown.length, 'further line')}</summary>${evidenceList(folded)}</details>`
  }`
}

function evidenceList(evidence: readonly Evidence[]): Html {
  return html`<ol class="evidence">${blocksOf(evidence).map(evidenceBlock)}</ol>`
}

/** Neighbouring lines of one file share its heading. */
function blocksOf(evidence: readonly Evidence[]): readonly (readonly Evidence[])[] {
  const blocks: Evidence[][] = []
  for (const line of evidence) {
    const last = blocks.at(-1)
    if (last?.[0]?.file === line.file) last.push(line)
    else blocks.push([line])
  }
  return blocks
}

function evidenceBlock(lines: readonly Evidence[]): Html {
  return html`<li data-row><p class="file">${hostCode(lines[0]?.file ?? '')}</p>${lines.map(
    ({ line, text, says }) =>
      html`<div class="quote"><span class="line-number" aria-label="line ${line}">${line}</span><pre><code>${clipped(text, 2000)}</code></pre><p class="says">${says}</p></div>`,
  )}</li>`
}

/** The stacks of the incident's tasks: the culprit's open, the others to be opened. */
export function stacksPart(
  tasks: readonly IncidentTask[],
  known: readonly DiagnosedTask[],
): Html | null {
  const ofIncident = [...tasks]
    .sort(byPart)
    .flatMap((task) => known.find(({ tid, tgid }) => isSame(task, { tid, tgid })) ?? [])
    .filter(({ stack }) => stack.length > 0)
  const groups = groupByStack(ofIncident)
  if (groups.length === 0) return null
  const cards = groups
    .slice(0, STACKS_MAX)
    .map((group, index) => stackCard({ tasks: group, isOpen: index < 2 }))
  return html`<div class="stacks">${cards.filter((card) => card !== null)}</div>${groups.length > STACKS_MAX ? html`<p class="quiet">and ${plural(groups.length - STACKS_MAX, 'further stack')}, in the JSON</p>` : null}`
}

const STACKS_MAX = 40

function isSame(task: IncidentTask, other: { tid: number | null; tgid: number | null }): boolean {
  return task.tid !== null ? task.tid === other.tid : task.tgid !== null && task.tgid === other.tgid
}

export function kernelPart(kernel: KernelAdvice | null, release: string | null): Html | null {
  if (kernel === null) return null
  const answer =
    kernel.affected === null ? 'unknown' : kernel.affected ? 'affected' : 'not affected'
  return html`<div class="kernel ${answer.replace(' ', '-')}"><p class="kernel-answer"><span class="kernel-mark" aria-hidden="true">${KERNEL_GLYPHS[answer]}</span>${hostCode(release, 'This kernel')} is <strong>${answer === 'unknown' ? 'not covered by the record' : answer}</strong>${kernel.fixedIn === null ? (kernel.affected ? html`, and no release has a lasting fix` : null) : html`; fixed in ${hostCode(kernel.fixedIn)}`}.</p><p>${kernel.why}</p></div>`
}

const KERNEL_GLYPHS: Readonly<Record<'affected' | 'not affected' | 'unknown', string>> = {
  affected: '!',
  'not affected': '✓',
  unknown: '?',
}

export function missingPart(missing: readonly string[]): Html | null {
  if (missing.length === 0) return null
  return html`<ul class="missing">${missing.map((what) => html`<li>${capital(what)}</li>`)}</ul>`
}

/** `pid namespace 4026532281` */
export function subjectOf({ subject }: Findings): Html {
  return html`${spaced(subject.kind)} ${hostText(subject.id)}`
}

/** Paragraphs of a text, which folded YAML ends with a line feed. */
export function prose(text: string, className: string): readonly Html[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => html`<p class="${className}">${paragraph}</p>`)
}

/** For what no signature explains: which came closest, and where they failed. */
export function nearMissesPart(nearMisses: readonly NearMiss[] | undefined): Html | null {
  if (nearMisses === undefined || nearMisses.length === 0) return null
  return html`<ul class="near-misses">${nearMisses.map(
    ({ signature, held, failed }) =>
      html`<li><a href="${signaturePath(signature)}">${signature}</a> <span class="quiet">${plural(held, 'condition')} held, ${failed.length} did not:</span> ${failed.map((clause) => html`<code class="clause">${clipped(clause, 200)}</code> `)}</li>`,
  )}</ul>`
}
