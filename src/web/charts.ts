import { SEVERITIES, type Severity } from '../model/diagnosis.ts'
import { type Html, html } from './html.ts'
import { grouped, plural } from './parts/words.ts'
import { stackedChart } from './trend.ts'

// Charts are SVG without a view box: lengths across are percent, heights and type are pixels. So
// a chart is as wide as its box on a phone and on a wall, and its words keep their size.

/** How many incidents of each severity; absent is none. */
export type BySeverity = { readonly [Name in Severity]?: number }

/** One column of a trend: one day or hour. */
export type TrendColumn = {
  /** `23 Nov` or `14:00`. */
  readonly label: string
  readonly counts: BySeverity
}

/** One row of a ranking. */
export type RankRow = {
  readonly label: Html
  readonly counts: BySeverity
  /** What else the row says, at its end: `on 3 hosts`. */
  readonly note: string | null
  /** True where its counts are of no severity: the bar has one colour, and its title no word for it. */
  readonly isPlain?: boolean
}

export function total(counts: BySeverity): number {
  return SEVERITIES.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0)
}

/** Columns over time, stacked by severity, the worst at the foot. */
export function trendChart(columns: readonly TrendColumn[], what: string): Html {
  return stackedChart({
    what,
    series: SEVERITIES.map((severity) => ({ name: severity, fill: `fill-${severity}` })),
    columns: columns.map(({ label, counts }, index) => ({
      label,
      axis: isLabelled(index, columns.length) ? label : null,
      address: null,
      values: SEVERITIES.map((severity) => counts[severity] ?? 0),
    })),
  })
}

/** About five labels fit a phone; the last column always has one. */
function isLabelled(index: number, count: number): boolean {
  return (count - 1 - index) % Math.max(1, Math.ceil(count / 5)) === 0
}

function spokenCounts(counts: BySeverity): string {
  return SEVERITIES.filter((severity) => (counts[severity] ?? 0) > 0)
    .map((severity) => `${grouped(counts[severity] ?? 0)} ${severity}`)
    .join(', ')
}

/** Rows by length, each stacked by severity; the label is a link as a rule. */
export function rankChart(rows: readonly RankRow[]): Html {
  const most = Math.max(1, ...rows.map(({ counts }) => total(counts)))
  return html`<ol class="chart rank">${rows.map((row) => {
    const { label, counts, note, isPlain } = row
    const count = total(counts)
    const bar = isPlain ? [plainBar(count, most)] : rankBar(counts, most)
    const spoken = isPlain ? plural(count, 'incident') : spokenCounts(counts)
    return rankRow(label, count, { bar, spoken, note })
  })}</ol>`
}

function plainBar(count: number, most: number): Html {
  return html`<rect class="fill-share" width="${percent((count / most) * 100)}" height="10" rx="3"/>`
}

type RankBar = {
  readonly bar: readonly Html[]
  readonly spoken: string
  readonly note: string | null
}

function rankRow(label: Html, count: number, { bar, spoken, note }: RankBar): Html {
  const track = html`<rect class="track" width="100%" height="10" rx="3"/>`
  return html`
<li><span class="rank-label">${label}</span><span class="rank-count">${grouped(count)}</span>
<svg class="rank-bar" width="100%" height="10" role="img" aria-label="${spoken}">${track}${bar}</svg>
${note === null ? null : html`<span class="rank-note">${note}</span>`}</li>`
}

function rankBar(counts: BySeverity, most: number): readonly Html[] {
  let left = 0
  return SEVERITIES.flatMap((severity) => {
    const value = counts[severity] ?? 0
    if (value === 0) return []
    const [x, width] = [percent((left / most) * 100), percent((value / most) * 100)]
    left += value
    const says = html`<title>${grouped(value)} ${severity}</title>`
    return [
      html`<rect class="fill-${severity}" x="${x}" width="${width}" height="10" rx="3">${says}</rect>`,
    ]
  })
}

/** Counts of one sort, in one colour: tasks by what they wait for. */
export function shareChart(
  rows: readonly { readonly name: string; readonly count: number }[],
): Html {
  const most = Math.max(1, ...rows.map(({ count }) => count))
  return html`<ol class="chart rank">${rows.map(({ name, count }) => {
    const bar = [plainBar(count, most)]
    return rankRow(html`${name}`, count, { bar, spoken: plural(count, 'task'), note: null })
  })}</ol>`
}

function percent(value: number): string {
  return `${round(value)}%`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
