import type { Counts, DiagnosedTask, Diagnosis } from '../../model/diagnosis.ts'
import type { Fault } from '../../model/parsed.ts'
import { shareChart } from '../charts.ts'
import { type Html, html } from '../html.ts'
import { figureList } from './marks.ts'
import { groupByStack, stackCard } from './stack.ts'
import { type Column, dataTable } from './table.ts'
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
  return figureList(figures.map(([name, count]) => ({ name, value: grouped(count) })))
}

const STACKS_SHOWN = 60

/** Every notable task by the stack it stands in, the stuck ones first, then the most crowded. */
export function stackList(tasks: readonly DiagnosedTask[]): Html | null {
  const groups = groupByStack(tasks.filter(({ stack }) => stack.length > 0))
  if (groups.length === 0) return null
  const sorted = [...groups].sort(
    (one, other) => rankOf(one) - rankOf(other) || other.length - one.length,
  )
  const cards = sorted
    .slice(0, STACKS_SHOWN)
    .map((group) => stackCard({ tasks: group, isOpen: groups.length === 1 }))
  const left = groups.length - STACKS_SHOWN
  const more =
    left > 0 ? html`<p class="quiet">and ${plural(left, 'stack')} more, in the JSON</p>` : null
  return html`<div class="stacks">${cards}</div>${more}`
}

/** Who is stuck stands before who only waits for work. */
function rankOf([first]: readonly DiagnosedTask[]): number {
  return first?.exiting || first?.waitsOn?.blocked ? 0 : 1
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
  return shareChart(rows.map(([name, count]) => ({ name, count })))
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
  return html`${notes.length === 0 ? null : html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${foldedTable(`${plural(unreadable.length, 'file')} the collector could not read`, UNREAD, unreadable)}
${foldedTable(`${plural(faults.length, 'line')} not as the format has it`, FAULTS, faults)}`
}

const UNREAD: readonly Column<Diagnosis['snapshot']['unreadable'][number]>[] = [
  { head: 'File', cell: ({ path }) => html`<code>${clipped(path, 300)}</code>` },
  { head: 'Why', cell: ({ why }) => clipped(why, 300) },
]

const FAULTS: readonly Column<Fault>[] = [
  { head: 'Place', cell: ({ file, line }) => html`<code>${clipped(file, 200)}:${line}</code>` },
  { head: 'Expected', cell: ({ expected }) => expected },
  { head: 'Found', cell: ({ found }) => html`<code>${found}</code>` },
]

function foldedTable<Item>(
  summary: string,
  columns: readonly Column<Item>[],
  items: readonly Item[],
): Html | null {
  if (items.length === 0) return null
  const table = dataTable({ caption: null, columns, items: items.slice(0, LINES_SHOWN) })
  return html`<details><summary>${summary}</summary>${table}</details>`
}
