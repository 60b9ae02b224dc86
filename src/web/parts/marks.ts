import type { Severity, Verdict } from '../../model/diagnosis.ts'
import {
  type IncidentItem,
  type IncidentState,
  UNNAMED,
  unnamedHostOf,
} from '../../model/incident.ts'
import type { TaskState } from '../../model/task.ts'
import type { Wait } from '../../model/wait.ts'
import { type Html, html, type Inserted, multiline } from '../html.ts'
import { severityIcon, stateIcon, verdictIcon } from './icons.ts'
import { hostPath } from './paths.ts'
import { ago, clipped, grouped, instant } from './words.ts'

/** Beyond this a text is cut on the server too; a name of megabytes must not fill a page. */
const TEXT_CHARS_MAX = 400
const TITLE_CHARS_MAX = 12_000

/** Text of a host: kept apart from its surroundings, cut by style, whole in its title. */
export function hostText(text: string | null, absent = 'unknown'): Html {
  if (text === null || text === '') return html`<span class="absent">${absent}</span>`
  return html`<bdi class="host-text" title="${clipped(text, TITLE_CHARS_MAX)}">${clipped(text, TEXT_CHARS_MAX)}</bdi>`
}

/** The same in the type of the machine: names of functions, files and tasks. */
export function hostCode(text: string | null, absent = 'unknown'): Html {
  return html`<code>${hostText(text, absent)}</code>`
}

/** A host as a link to its page. */
export function hostLink(name: string | null): Html {
  if (name === null) return hostText(null)
  return html`<a href="${hostPath(name)}">${hostText(name)}</a>`
}

/** The host of an incident as a link to its page; one that nobody named is told apart by its number. */
export function incidentHost({ host, id }: Pick<IncidentItem, 'host' | 'id'>): Html {
  if (host !== null) return hostLink(host)
  const name = unnamedHostOf(id)
  return html`<a href="${hostPath(name)}"><span class="absent">unnamed host ${name.slice(UNNAMED.length)}</span></a>`
}

/** A mute as long as it lasts. */
export function muteMark(mutedUntil: string | null, now: string): Html | null {
  if (mutedUntil === null) return null
  if (mutedUntil.startsWith('9999')) return html`<span class="mark muted">muted</span>`
  return html`<span class="mark muted">muted until ${timeMark(mutedUntil, now)}</span>`
}

/** How many were found: loud, unless there is nothing. */
export function foundCount(count: number): Html {
  return count > 0
    ? html`<strong class="open-count">${grouped(count)}</strong>`
    : html`<span class="quiet">0</span>`
}

export function severityMark(severity: Severity): Html {
  return html`<span class="mark sev-${severity}">${severityIcon(severity)}${severity}</span>`
}

export function verdictMark(verdict: Verdict): Html {
  return html`<span class="mark verdict" title="${VERDICT_MEANS[verdict]}">${verdictIcon(verdict)}${verdict}</span>`
}

export const VERDICT_MEANS: Readonly<Record<Verdict, string>> = {
  confirmed: 'Confirmed: the input alone proves it.',
  likely: 'Likely: the telling task is there, a corroborating part is not in the input.',
  possible: 'Possible: consistent with it, but something else could look the same.',
}

export function stateMark(state: IncidentState, resolution: string | null = null): Html {
  const word = resolution === null ? state : `${state}: ${resolution}`
  return html`<span class="mark state-${state}">${stateIcon(state)}${word}</span>`
}

/** An instant: told against now, absolute on hover; script adds the reader's own time zone. */
export function timeMark(at: string | null, now: string, absent = 'unknown'): Html {
  if (at === null || at === '') return html`<span class="absent">${absent}</span>`
  return html`<time datetime="${at}" title="${instant(at)}">${ago(at, now)}</time>`
}

/** Source: fs/proc/array.c, task_state_array[]. */
const STATE_MEANS: Readonly<Record<TaskState, string>> = {
  R: 'running or ready to run',
  S: 'sleeping, a signal wakes it',
  D: 'uninterruptible sleep',
  T: 'stopped by a signal',
  t: 'stopped by its tracer',
  Z: 'zombie: dead, not yet reaped',
  X: 'dead',
  I: 'idle kernel thread',
  W: 'paging or waking',
  P: 'parked kernel thread',
  K: 'killable sleep',
}

export function taskStateMark(state: TaskState | null): Html {
  if (state === null) return html`<span class="absent">?</span>`
  return html`<abbr class="task-state state-${state}" title="${STATE_MEANS[state]}">${state}</abbr>`
}

/** What a task waits for: function first, class and context as small labels. */
export function waitMark(wait: Wait | null): Html {
  if (wait === null) return html`<span class="absent">nothing known</span>`
  const { context } = wait
  // Being in a system call is the rule, and says nothing.
  const isTold = context !== 'unknown' && context !== 'syscall'
  const tag = isTold ? html` <span class="tag context-${context}">in ${context}</span>` : null
  return html`<span class="wait">${hostCode(wait.function)} <span class="tag">${wait.class}</span>${tag}</span>`
}

/** A text to copy, with a button that script brings to life. */
export function copyable(text: string, label: string): Html {
  return html`<div class="copyable">
<pre class="command" tabindex="0"><code>${multiline(text)}</code></pre>
<button type="button" class="copy" aria-label="Copy ${label}">Copy</button>
</div>`
}

/** Labels of a host as `key=value` tags. */
export function labelTags(labels: Readonly<Record<string, string>>): Html | null {
  const entries = Object.entries(labels)
  if (entries.length === 0) return null
  return html`<ul class="tags">${entries.map(([name, value]) => labelTag(`${name}=${value}`))}</ul>`
}

function labelTag(label: string): Html {
  return html`<li class="tag" title="${label}"><bdi>${clipped(label, 80)}</bdi></li>`
}

/** Figures that sum up a page; what is wrong stands out. */
export function figureList(
  figures: readonly {
    readonly name: string
    readonly value: Inserted
    readonly isWrong?: boolean
  }[],
): Html {
  const items = figures.map(
    ({ name, value, isWrong }) =>
      html`<div class="${isWrong ? 'warn' : ''}"><dt>${name}</dt><dd>${value}</dd></div>`,
  )
  return html`<dl class="figures">${items}</dl>`
}

/** Names and values, one below the other. */
export function aboutList(rows: readonly (readonly [name: string, value: Inserted])[]): Html {
  const items = rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)
  return html`<dl class="about">${items}</dl>`
}

/** Facts in one line. */
export function factLine(facts: readonly (Html | string | null)[]): Html {
  const shown = facts.filter((fact) => fact !== null)
  return html`<p class="facts">${shown.map((fact) => html`<span>${fact}</span>`)}</p>`
}
