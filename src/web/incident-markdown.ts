import type { IncidentTask } from '../model/diagnosis.ts'
import { type HistoryItem, type Incident, unnamedHostOf } from '../model/incident.ts'
import type { OpenAndAll } from '../model/ticket.ts'
import { visible } from './html.ts'
import { plural } from './parts/words.ts'

/** How often the same is found in the fleet. */
export type MarkdownCounts = {
  readonly signature: OpenAndAll
  readonly fingerprint: OpenAndAll
  /** When they were counted; RFC 3339. */
  readonly at: string
}

/** Rows a ticket shows of a list that may have hundreds; the rest is behind the link. */
const TASKS_MAX = 20
const EVIDENCE_MAX = 30
const HISTORY_MAX = 20

/**
 * An incident as Markdown (CommonMark with GitHub's tables), to paste in a ticket.
 *
 * Whatever came from the host is text here, never markup: it can form no link, image, heading,
 * HTML, mention of a person or reference to another ticket.
 */
export function incidentMarkdown(incident: Incident, counts: MarkdownCounts | null = null): string {
  const parts = [
    `# ${plain(incident.title)}`,
    factsOf(incident),
    plain(incident.summary),
    ...tasksOf(incident.tasks),
    ...evidenceOf(incident),
    ...stepsOf(incident),
    ...listOf('What would make it surer', incident.missing.map(plain)),
    ...(counts === null ? [] : countsOf(incident, counts)),
    ...linksOf(incident),
    ...historyOf(incident.history),
    `${address(incident.url)}`,
  ]
  return `${parts.join('\n\n')}\n`
}

function factsOf(incident: Incident): string {
  const { severity, verdict, state, resolution, subject } = incident
  const labels = Object.entries(incident.labels).map(([name, value]) => code(`${name}=${value}`))
  return table(
    ['What', 'Value'],
    [
      ['Severity', `**${severity}**, ${verdict}`],
      ['State', resolution === null ? state : `${state} (${resolution})`],
      ['Signature', `${code(incident.signature)} version ${incident.signatureVersion}`],
      ['Host', code(incident.host ?? unnamedHostOf(incident.id))],
      ['Kernel', incident.kernel === null ? 'unknown' : code(incident.kernel)],
      ...(labels.length > 0 ? [['Labels', labels.join(' ')]] : []),
      ['Subject', `${subject.kind} ${code(subject.id)}`],
      [
        incident.severity === 'info' ? 'Was stuck from' : 'Stuck since',
        incident.since ?? 'not known',
      ],
      [
        'Seen',
        `${incident.firstSeen} to ${incident.lastSeen}, in ${plural(incident.snapshots, 'snapshot')}`,
      ],
      ['Fingerprint', code(incident.fingerprint)],
    ],
  )
}

function tasksOf(tasks: readonly IncidentTask[]): readonly string[] {
  if (tasks.length === 0) return []
  const rows = tasks
    .slice(0, TASKS_MAX)
    .map(({ role, tgid, tid, comm, state, waitsOn }) => [
      plain(role),
      `${tgid ?? '?'}/${tid ?? '?'}`,
      comm === null ? '?' : code(comm),
      state ?? '?',
      waitsOn === null ? '' : `${code(waitsOn.function)} (${waitsOn.class}, ${waitsOn.context})`,
    ])
  return [
    '## Tasks',
    table(['Role', 'tgid/tid', 'comm', 'State', 'Waits on'], rows),
    ...more(tasks.length - TASKS_MAX, 'tasks'),
  ]
}

function evidenceOf({ evidence }: Incident): readonly string[] {
  if (evidence.length === 0) return []
  const items = evidence.slice(0, EVIDENCE_MAX).map(({ file, line, text, says }) => {
    return item('- ', `${plain(says)}: ${code(`${file}:${line}`)}`, text)
  })
  return ['## Evidence', items.join('\n'), ...more(evidence.length - EVIDENCE_MAX, 'lines')]
}

function stepsOf({ advice }: Incident): readonly string[] {
  const { kernel, steps } = advice
  const rows = steps.map(({ text, command }, index) => item(`${index + 1}. `, plain(text), command))
  const fixed = kernel?.fixedIn ? ` Fixed in ${code(kernel.fixedIn)}.` : ''
  return [
    ...(rows.length > 0 ? ['## What to do', rows.join('\n')] : []),
    ...(kernel ? ['## Kernel', plain(kernel.why) + fixed] : []),
  ]
}

function countsOf({ signature, fingerprint }: Incident, counts: MarkdownCounts): readonly string[] {
  const row = (name: string, { open, openHosts, incidents, hosts }: OpenAndAll) => [
    name,
    `${open} on ${openHosts} hosts`,
    `${incidents} on ${hosts} hosts`,
  ]
  return [
    '## In the fleet',
    table(
      ['The same', 'Open now', 'In all'],
      [
        row(`signature ${code(signature)}`, counts.signature),
        row(`shape ${code(fingerprint)}`, counts.fingerprint),
      ],
    ),
    `Counted ${counts.at}.`,
  ]
}

function linksOf({ links }: Incident): readonly string[] {
  const rows = links.map(({ url, key, title }) =>
    [key === null ? '' : plain(key), title === null ? '' : plain(title), address(url)]
      .filter((part) => part !== '')
      .join(' '),
  )
  return listOf('Tickets', rows)
}

function historyOf(history: readonly HistoryItem[]): readonly string[] {
  const rows = history
    .slice(-HISTORY_MAX)
    .map(
      ({ at, what, who, note }) =>
        `${at} ${what} by ${plain(who)}${note ? `: ${plain(note)}` : ''}`,
    )
  return listOf('History', rows)
}

function listOf(title: string, rows: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : [`## ${title}`, rows.map((row) => `- ${row}`).join('\n')]
}

function more(count: number, what: string): readonly string[] {
  return count > 0 ? [`And ${count} more ${what}.`] : []
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A word joiner between `@` and a name, `#` and a number: read by nobody, and no reference. */
const JOINER = '\u2060'

/** What would be markup, each with what keeps it text. Sources: CommonMark 0.31, GFM 0.29. */
const MARKUP: readonly (readonly [RegExp, string])[] = [
  [/[\\`*[\]<|~$]/g, '\\$&'],
  // Emphasis, but not within a word: most functions of the kernel have underscores.
  [/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_'],
  [/&(?=#?\w+;)/g, '\\&'],
  // Headings, quotes, lists and rules begin a line.
  [/^[#>+=-]/, '\\$&'],
  [/^(\d+)([.)])/, '$1\\$2'],
  // Addresses become links by themselves, names and numbers references.
  [/:\/\//g, '\\://'],
  [/www\./gi, 'www\\.'],
  [/@/g, `@${JOINER}`],
  [/#(?=\d)/g, `#${JOINER}`],
]

/** Text in which no character means anything to Markdown, on one line. */
function plain(text: string): string {
  return MARKUP.reduce((escaped, [what, by]) => escaped.replace(what, by), oneLine(text))
}

/** Text shown as it is, in a table too: where a bar would end the cell, one that looks like it. */
function code(text: string): string {
  const shown = oneLine(text).replaceAll('|', '\u00a6')
  const fence = '`'.repeat(longestRun(shown) + 1)
  const pad = /^[`\s]|[`\s]$/.test(shown) || shown === '' ? ' ' : ''
  return `${fence}${pad}${shown}${pad}${fence}`
}

/** A list item, below it lines to copy: in a fence that is longer than any within. */
function item(bullet: string, says: string, lines: string | null): string {
  if (lines === null) return bullet + says
  const indent = ' '.repeat(bullet.length)
  const fence = '`'.repeat(Math.max(3, longestRun(lines) + 1))
  const shown = lines.split(/\r\n|\n|\r/).map(visible)
  const block = [`${fence}text`, ...shown, fence].map((line) => indent + line).join('\n')
  return `${bullet}${says}\n\n${block}`
}

/** A web address in angle brackets; anything else is shown, and leads nowhere. */
function address(url: string): string {
  return /^https?:\/\/[^\s<>]+$/i.test(url) ? `<${url}>` : code(url)
}

function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, ' ')).trim()
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}
