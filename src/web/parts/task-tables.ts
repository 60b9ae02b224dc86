import type { Counts, DiagnosedTask, Diagnosis } from '../../model/diagnosis.ts'
import { shareBar } from '../charts.ts'
import { type Html, html } from '../html.ts'
import { groupByStack, stackCard } from './stack.ts'
import { clipped, grouped, plural } from './words.ts'

/** The figures of one bundle. */
export function countFigures(counts: Counts): Html {
  const figures: readonly (readonly [string, number])[] = [
    ['thread groups', counts.threadGroups],
    ['tasks', counts.tasks],
    ['blocked', counts.blocked],
    ['zombies', counts.zombies],
    ['distinct stacks', counts.distinctStacks],
  ]
  return html`<dl class="figures">${figures.map(
    ([name, count]) => html`<div><dt>${name}</dt><dd>${grouped(count)}</dd></div>`,
  )}</dl>`
}

const STACKS_SHOWN = 60

/** Every notable task by the stack it stands in, the most crowded first. */
export function stackList(tasks: readonly DiagnosedTask[]): Html | null {
  const groups = groupByStack(tasks.filter(({ stack }) => stack.length > 0))
  if (groups.length === 0) return null
  const sorted = [...groups].sort((one, other) => other.length - one.length)
  return html`<div class="stacks">${sorted.slice(0, STACKS_SHOWN).map((group) => stackCard({ tasks: group, isOpen: groups.length === 1 }))}</div>${
    groups.length > STACKS_SHOWN
      ? html`<p class="quiet">and ${plural(groups.length - STACKS_SHOWN, 'further stack')}, in the JSON</p>`
      : null
  }`
}

const CLASSES_SHOWN = 12

/** What the notable tasks wait for, the most common first. */
export function waitBars(tasks: readonly DiagnosedTask[]): Html | null {
  const counts = new Map<string, number>()
  for (const { waitsOn } of tasks) {
    if (waitsOn !== null) counts.set(waitsOn.class, (counts.get(waitsOn.class) ?? 0) + 1)
  }
  const rows = [...counts].sort(([, one], [, other]) => other - one).slice(0, CLASSES_SHOWN)
  if (rows.length === 0) return null
  const most = rows[0]?.[1] ?? 1
  return html`<ol class="chart rank">${rows.map(
    ([name, count]) =>
      html`<li><span class="rank-label">${name}</span><span class="rank-count">${grouped(count)}</span>${shareBar(count, most, plural(count, 'task'))}</li>`,
  )}</ol>`
}

const LINES_SHOWN = 100

/** Lines that could not be read, and files that could not be collected: never silently dropped. */
export function readingNotes({ snapshot, faults }: Diagnosis): Html | null {
  const { unreadable, skipped } = snapshot
  const notes = [
    skipped.unknown > 0 ? `${plural(skipped.unknown, 'file')} of no kind that Hangar reads` : null,
    skipped.unsafe > 0
      ? `${plural(skipped.unsafe, 'unsafe entry', 'unsafe entries')} not followed`
      : null,
    skipped.empty > 0 ? `${plural(skipped.empty, 'empty file')} that should not be empty` : null,
  ].filter((note) => note !== null)
  if (notes.length + unreadable.length + faults.length === 0) return null
  return html`${notes.length === 0 ? null : html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}${
    unreadable.length === 0
      ? null
      : html`<details><summary>${plural(unreadable.length, 'file')} the collector could not read</summary><div class="scroll"><table><thead><tr><th scope="col">File</th><th scope="col">Why</th></tr></thead><tbody>${unreadable.slice(0, LINES_SHOWN).map(({ path, why }) => html`<tr><td><code>${clipped(path, 300)}</code></td><td>${clipped(why, 300)}</td></tr>`)}</tbody></table></div></details>`
  }${
    faults.length === 0
      ? null
      : html`<details><summary>${plural(faults.length, 'line')} not as the format has it</summary><div class="scroll"><table><thead><tr><th scope="col">Place</th><th scope="col">Expected</th><th scope="col">Found</th></tr></thead><tbody>${faults.slice(0, LINES_SHOWN).map(({ file, line, expected, found }) => html`<tr><td><code>${clipped(file, 200)}:${line}</code></td><td>${expected}</td><td><code>${found}</code></td></tr>`)}</tbody></table></div></details>`
  }`
}
