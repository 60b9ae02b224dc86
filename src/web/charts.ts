import { SEVERITIES, type Severity } from '../model/diagnosis.ts'
import { type Html, html } from './html.ts'
import { grouped, plural } from './parts/words.ts'

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
}

export function total(counts: BySeverity): number {
  return SEVERITIES.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0)
}

const TREND_HEIGHT = 200
const PLOT_TOP = 14
const PLOT_BOTTOM = TREND_HEIGHT - 26

/** Columns over time, stacked by severity, the worst at the foot where lengths compare best. */
export function trendChart(columns: readonly TrendColumn[], what: string): Html {
  const most = Math.max(1, ...columns.map(({ counts }) => total(counts)))
  const step = niceStep(most)
  const top = Math.ceil(most / step) * step
  const axis = html`
<svg class="plot-axis" width="40" height="${TREND_HEIGHT}" aria-hidden="true">${axisLabels(top, step)}</svg>`
  const plot = html`
<svg width="100%" height="${TREND_HEIGHT}" role="img" aria-label="${spokenTrend(columns, what)}">
${gridLines(top, step)}${columns.map((column, index) => trendColumn(column, { index, count: columns.length, top }))}
</svg>`
  return html`<figure class="chart trend"><div class="plot">${axis}${plot}</div>
${severityLegend(columns)}${trendTable(columns, what)}</figure>`
}

function spokenTrend(columns: readonly TrendColumn[], what: string): string {
  const totals = columns.map(({ counts }) => total(counts))
  const sum = totals.reduce((all, one) => all + one, 0)
  const most = Math.max(0, ...totals)
  return `${what}: ${plural(sum, 'incident')} in ${plural(columns.length, 'column')}, at most ${grouped(most)} in one`
}

/** 1, 2 or 5 times a power of ten, so that the axis has two to five lines. */
function niceStep(most: number): number {
  const rough = most / 4
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)))
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
}

function gridLines(top: number, step: number): readonly Html[] {
  return ticks(top, step).map((value) => {
    const y = yOf(value, top)
    return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}" stroke="#ccc"/>`
  })
}

/** The axis has an SVG of its own, since its width is in pixels and the columns' in percent. */
function axisLabels(top: number, step: number): readonly Html[] {
  return ticks(top, step).map((value) => {
    const y = yOf(value, top) + 4
    return html`<text class="axis" x="32" y="${y}" text-anchor="end">${grouped(value)}</text>`
  })
}

function ticks(top: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step)
}

function yOf(value: number, top: number): number {
  return round(PLOT_BOTTOM - (value / top) * (PLOT_BOTTOM - PLOT_TOP))
}

type ColumnPlace = { readonly index: number; readonly count: number; readonly top: number }

function trendColumn(column: TrendColumn, { index, count, top }: ColumnPlace): Html {
  const width = 100 / count
  const spoken = spokenCounts(column.counts) || 'none'
  const label = html`<text class="axis" x="50%" y="${TREND_HEIGHT - 8}" text-anchor="middle">${column.label}</text>`
  return html`
<svg class="plot-column" x="${percent(index * width)}" width="${percent(width)}" height="${TREND_HEIGHT}">
<g><title>${column.label}: ${spoken}</title>
<rect class="hit" width="100%" height="${PLOT_BOTTOM}" fill="transparent"/>${columnParts(column.counts, top)}</g>
${isLabelled(index, count) ? label : null}</svg>`
}

/** The parts of one column, from its foot up, with a hair of ground between them. */
function columnParts(counts: BySeverity, top: number): readonly Html[] {
  let below = 0
  return SEVERITIES.flatMap((severity) => {
    const value = counts[severity] ?? 0
    if (value === 0) return []
    const y = yOf(below + value, top)
    const height = Math.max(1, round(yOf(below, top) - y - 1))
    below += value
    return [
      html`<rect class="fill-${severity}" x="18%" width="64%" y="${y}" height="${height}" rx="1.5"/>`,
    ]
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

function severityLegend(columns: readonly TrendColumn[]): Html {
  const shown = SEVERITIES.filter((severity) =>
    columns.some(({ counts }) => (counts[severity] ?? 0) > 0),
  )
  return html`<ul class="legend" aria-hidden="true">${shown.map(legendItem)}</ul>`
}

function legendItem(severity: Severity): Html {
  const patch = html`<rect class="fill-${severity}" width="10" height="10" rx="2"/>`
  return html`<li><svg width="10" height="10">${patch}</svg>${severity}</li>`
}

/** The chart in numbers, for those who do not see it. */
function trendTable(columns: readonly TrendColumn[], what: string): Html {
  const rows = columns
    .filter(({ counts }) => total(counts) > 0)
    .map(
      ({ label, counts }) => html`
<tr><th scope="row">${label}</th><td>${spokenCounts(counts)}</td></tr>`,
    )
  return html`<table class="unseen"><caption>${what}</caption><tbody>${rows}</tbody></table>`
}

/** Rows by length, each stacked by severity; the label is a link as a rule. */
export function rankChart(rows: readonly RankRow[]): Html {
  const most = Math.max(1, ...rows.map(({ counts }) => total(counts)))
  return html`<ol class="chart rank">${rows.map(({ label, counts, note }) =>
    rankRow(label, total(counts), {
      bar: rankBar(counts, most),
      spoken: spokenCounts(counts),
      note,
    }),
  )}</ol>`
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
    const width = percent((count / most) * 100)
    const bar = html`<rect class="fill-share" width="${width}" height="10" rx="3"/>`
    return rankRow(html`${name}`, count, { bar: [bar], spoken: plural(count, 'task'), note: null })
  })}</ol>`
}

function percent(value: number): string {
  return `${round(value)}%`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
