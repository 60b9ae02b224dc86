import type { Frame } from '../model/frame.ts'
import type { Wait } from '../model/wait.ts'
import { flameFigure } from './flame.ts'
import { type Html, html } from './html.ts'
import { panel } from './parts/prose.ts'
import { grouped, plural } from './parts/words.ts'
import { waitGroupOf } from './wait-groups.ts'

/** A stack of a snapshot with how many tasks stand in it, in each state. */
export type SnapshotStack = {
  readonly stack: readonly Frame[]
  readonly class: string | null
  readonly waitsOn: Wait | null
  readonly tasks: number
  readonly states: Readonly<Record<string, number>>
}

type Bar = { readonly name: string; readonly count: number; readonly fill: string }

/** Colours of the states a task is stuck in; the others are ground. */
const STATE_FILLS: Readonly<Record<string, string>> = {
  D: 'fill-critical',
  Z: 'fill-high',
  T: 'fill-medium',
  t: 'fill-medium',
  R: 'fill-series-3',
}

const STATE_NAMES: Readonly<Record<string, string>> = {
  D: 'D uninterruptible',
  S: 'S sleeping',
  R: 'R running',
  Z: 'Z zombie',
  T: 'T stopped',
  t: 't traced',
  I: 'I idle kernel thread',
}

const BARS_SHOWN = 14

/** All tasks with a stack: by state, by what they wait for, and all their stacks as one picture. */
export function taskBars(stacks: readonly SnapshotStack[]): Html | null {
  if (stacks.length === 0) return null
  const flame = flameFigure(stacks, 'All tasks by their stacks')
  return html`<div class="columns">
${panel('by-state', 'By state', barList(byState(stacks)))}
${panel('by-class', 'By what they wait for', barList(byClass(stacks)))}
</div>
<details class="more"><summary>All of them as a flame graph</summary>${flame}</details>`
}

function byState(stacks: readonly SnapshotStack[]): readonly Bar[] {
  const counts = new Map<string, number>()
  for (const { states } of stacks) {
    for (const [state, tasks] of Object.entries(states)) add(counts, state, tasks)
  }
  return sorted(counts, (state) => ({
    name: STATE_NAMES[state] ?? (state === '' ? 'state not known' : state),
    fill: STATE_FILLS[state] ?? 'fill-series-rest',
  }))
}

function byClass(stacks: readonly SnapshotStack[]): readonly Bar[] {
  const counts = new Map<string, number>()
  for (const { class: waitClass, tasks } of stacks) add(counts, waitClass ?? 'no wait', tasks)
  return sorted(counts, (name) => ({ name, fill: waitGroupOf(name).fill }))
}

function add(counts: Map<string, number>, name: string, tasks: number): void {
  counts.set(name, (counts.get(name) ?? 0) + tasks)
}

function sorted(
  counts: ReadonlyMap<string, number>,
  shownAs: (name: string) => Omit<Bar, 'count'>,
): readonly Bar[] {
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, BARS_SHOWN)
    .map(([name, count]) => ({ ...shownAs(name), count }))
}

function barList(bars: readonly Bar[]): Html {
  const most = Math.max(1, ...bars.map(({ count }) => count))
  return html`<ol class="chart bars">${bars.map(({ name, count, fill }) => {
    const width = `${Math.round((count / most) * 10_000) / 100}%`
    return html`
<li><span class="bar-name">${name}</span>
<svg width="100%" height="12" role="img" aria-label="${plural(count, 'task')}"><rect class="track" width="100%" height="12" rx="3"/><rect class="${fill}" width="${width}" height="12" rx="3"/></svg>
<span class="number">${grouped(count)}</span></li>`
  })}</ol>`
}
