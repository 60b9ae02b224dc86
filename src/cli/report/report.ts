import type { DiagnosedIncident, Diagnosis } from '../../model/diagnosis.ts'
import type { Block } from './document.ts'
import { stackBlocks } from './stacks.ts'
import { blockedTaskTable, incidentTaskTable } from './tasks.ts'
import { counted, duration } from './words.ts'

/** Faults and unreadable files shown; the rest is counted. */
const SHOWN_MAX = 5

/** Lines of evidence shown unless said; the first ones are those of the roles that decide. */
const EVIDENCE_MAX = 6

/** What a person on call reads of one diagnosis: worst first, the answer before its reasons. */
export function reportOf(
  diagnosis: Diagnosis,
  name: string,
  evidenceMax = EVIDENCE_MAX,
): readonly Block[] {
  const { incidents } = diagnosis
  return [
    titleOf(diagnosis, name),
    verdictOf(diagnosis),
    ...incidents.flatMap((incident) => incidentBlocks(incident, diagnosis, evidenceMax)),
    ...(incidents.length === 0 ? quietBlocks(diagnosis) : []),
    ...gapBlocks(diagnosis),
  ]
}

function titleOf({ snapshot }: Diagnosis, name: string): Block {
  const { host, kernel, counts } = snapshot
  const facts = [
    [
      host.name === null ? null : `host ${host.name}`,
      kernel.release === null ? null : `kernel ${kernel.release}`,
      snapshot.collectedAt === null ? null : `collected ${snapshot.collectedAt}`,
      snapshot.uptimeSeconds === null ? null : `up ${duration(snapshot.uptimeSeconds)}`,
    ],
    [
      counts.threadGroups === 0
        ? counted(counts.tasks, 'task')
        : `${counted(counts.tasks, 'task')} in ${counted(counts.threadGroups, 'thread group')}`,
      `${counts.blocked} blocked`,
      counted(counts.zombies, 'zombie'),
      counted(counts.distinctStacks, 'distinct stack'),
    ],
  ]
  const lines = facts.map((line) => line.filter((fact) => fact !== null).join(', '))
  return { kind: 'title', text: name, facts: lines.filter((line) => line !== '') }
}

/** What the collector says of a kind of file that the host does not have: it hides no hang. */
const NOT_THERE = 'none found'

function verdictOf({ incidents, snapshot }: Diagnosis): Block {
  const urgent = incidents.filter(({ severity }) => severity !== 'info')
  const notes = incidents.length - urgent.length
  const noted =
    notes === 0 ? '' : ` ${counted(notes, 'note')} below, of what is over or merely slow.`
  if (urgent.length > 0) {
    const sure = urgent.filter(({ verdict }) => verdict === 'confirmed').length
    const text = `${counted(urgent.length, 'incident')}, ${sure} confirmed.${noted}`
    return { kind: 'verdict', text, isGood: false }
  }
  const unread = snapshot.unreadable.filter(({ why }) => !why.startsWith(NOT_THERE)).length
  if (unread > 0) {
    const text = `Nothing found, but ${counted(unread, 'file')} could not be read: not proven healthy.${noted}`
    return { kind: 'verdict', text, isGood: false }
  }
  return { kind: 'verdict', text: `Nothing found that is stuck.${noted}`, isGood: true }
}

function incidentBlocks(
  incident: DiagnosedIncident,
  diagnosis: Diagnosis,
  evidenceMax: number,
): readonly Block[] {
  const { severity, verdict, title, signature, summary, since, missing, advice } = incident
  const { kernel, steps } = advice
  return [
    { kind: 'incident', severity, verdict, title, signature },
    { kind: 'paragraph', text: summary },
    ...(since === null ? [] : [paragraph(sinceWords(severity, since))]),
    ...titled('What to do', ...(steps.length === 0 ? [] : [{ kind: 'steps', steps } as const])),
    ...titled('Tasks', incidentTaskTable(incident.tasks)),
    ...titled('Evidence', ...evidenceBlocks(incident, evidenceMax)),
    ...titled('Stacks', ...stackBlocks(incident, diagnosis.tasks)),
    ...titled('Would make it surer', ...(missing.length === 0 ? [] : [list(missing)])),
    ...titled('Kernel', ...(kernel === null ? [] : [paragraph(kernelWords(kernel))])),
  ]
}

/** What is over, or moves, is not stuck now. */
function sinceWords(severity: string, since: string): string {
  return severity === 'info' ? `It was stuck from ${since}.` : `Stuck since ${since} or earlier.`
}

function evidenceBlocks({ evidence }: DiagnosedIncident, most: number): readonly Block[] {
  const shown = evidence.slice(0, most).map(({ file, line, text, says }): Block => {
    return { kind: 'evidence', place: `${file}:${line}`, text, says }
  })
  const more = evidence.length - most
  return more > 0 ? [...shown, paragraph(`and ${more} more (--evidence all)`)] : shown
}

function kernelWords(kernel: NonNullable<DiagnosedIncident['advice']['kernel']>): string {
  const affected =
    kernel.affected === null ? 'Not known' : kernel.affected ? 'Affected' : 'Not affected'
  const fixed = kernel.fixedIn === null ? '' : ` Fixed in ${kernel.fixedIn}.`
  return `${affected}: ${kernel.why}${fixed}`
}

/** Where nothing is wrong, or nothing can be proven: what the tasks wait for all the same. */
function quietBlocks({ snapshot, tasks }: Diagnosis): readonly Block[] {
  const shown = snapshot.source === 'text' ? tasks : tasks.filter((task) => task.waitsOn?.blocked)
  if (shown.length === 0) return []
  const title = snapshot.source === 'text' ? 'What the tasks wait for' : 'Waiting when it was taken'
  return titled(title, blockedTaskTable(shown))
}

/** What the diagnosis could not see: torn lines, files that the collector could not read. */
function gapBlocks({ faults, snapshot }: Diagnosis): readonly Block[] {
  const unreadable = snapshot.unreadable.map(({ path, why }) => `${path}: ${why}`)
  const torn = faults.map(
    ({ file, line, expected, found }) => `${file}:${line}: expected ${expected}, found ${found}`,
  )
  return [
    ...titled('Files the host did not give', ...firstOf(unreadable)),
    ...titled('Lines that could not be read', ...firstOf(torn)),
  ]
}

function firstOf(items: readonly string[]): readonly Block[] {
  if (items.length === 0) return []
  const more = items.length - SHOWN_MAX
  const shown = items.slice(0, SHOWN_MAX)
  return [list(more > 0 ? [...shown, `and ${more} more`] : shown)]
}

/** A heading before blocks; neither where there are no blocks. */
function titled(text: string, ...blocks: readonly (Block | null)[]): readonly Block[] {
  const shown = blocks.filter((block) => block !== null)
  return shown.length === 0 ? [] : [{ kind: 'heading', text }, ...shown]
}

function paragraph(text: string): Block {
  return { kind: 'paragraph', text }
}

function list(items: readonly string[]): Block {
  return { kind: 'list', items }
}
