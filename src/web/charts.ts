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
  const sum = columns.reduce((all, { counts }) => all + total(counts), 0)
  return html`<figure class="chart trend"><div class="plot"><svg class="plot-axis" width="40" height="${TREND_HEIGHT}" aria-hidden="true">${axisLabels(top, step)}</svg><svg width="100%" height="${TREND_HEIGHT}" role="img" aria-label="${what}: ${plural(sum, 'incident')} in ${plural(columns.length, 'column')}, at most ${grouped(most)} in one">
${gridLines(top, step)}
${columns.map((column, index) => trendColumn(column, { index, count: columns.length, top }))}
</svg></div>${severityLegend(columns)}${trendTable(columns, what)}</figure>`
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
  return ticks(top, step).map(
    (value) =>
      html`<text class="axis" x="32" y="${yOf(value, top) + 4}" text-anchor="end">${grouped(value)}</text>`,
  )
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
  let below = 0
  const parts = SEVERITIES.flatMap((severity) => {
    const value = column.counts[severity] ?? 0
    if (value === 0) return []
    const y = yOf(below + value, top)
    const height = round(yOf(below, top) - y)
    below += value
    return [
      html`<rect class="fill-${severity}" x="18%" width="64%" y="${y}" height="${Math.max(height - 1, 1)}" rx="1.5"/>`,
    ]
  })
  const spoken = `${column.label}: ${below === 0 ? 'none' : spokenCounts(column.counts)}`
  return html`<svg class="plot-column" x="${percent(index * width)}" width="${percent(width)}" height="${TREND_HEIGHT}"><g><title>${spoken}</title><rect class="hit" x="0" y="${PLOT_TOP}" width="100%" height="${PLOT_BOTTOM - PLOT_TOP}" fill="transparent"/>${parts}</g>${
    isLabelled(index, count)
      ? html`<text class="axis" x="50%" y="${TREND_HEIGHT - 8}" text-anchor="middle">${column.label}</text>`
      : null
  }</svg>`
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
  return html`<ul class="legend" aria-hidden="true">${shown.map(
    (severity) =>
      html`<li><svg width="10" height="10"><rect class="fill-${severity}" width="10" height="10" rx="2"/></svg>${severity}</li>`,
  )}</ul>`
}

/** The chart in numbers, for those who do not see it. */
function trendTable(columns: readonly TrendColumn[], what: string): Html {
  return html`<table class="unseen"><caption>${what}</caption><tbody>${columns
    .filter(({ counts }) => total(counts) > 0)
    .map(
      ({ label, counts }) =>
        html`<tr><th scope="row">${label}</th><td>${spokenCounts(counts)}</td></tr>`,
    )}</tbody></table>`
}

/** Rows by length, each stacked by severity; the label is a link as a rule. */
export function rankChart(rows: readonly RankRow[]): Html {
  const most = Math.max(1, ...rows.map(({ counts }) => total(counts)))
  return html`<ol class="chart rank">${rows.map(
    ({ label, counts, note }) =>
      html`<li><span class="rank-label">${label}</span><span class="rank-count">${grouped(total(counts))}</span><svg class="rank-bar" width="100%" height="10" role="img" aria-label="${spokenCounts(counts)}"><rect class="track" width="100%" height="10" rx="3"/>${rankBar(counts, most)}</svg>${note === null ? null : html`<span class="rank-note">${note}</span>`}</li>`,
  )}</ol>`
}

function rankBar(counts: BySeverity, most: number): readonly Html[] {
  let left = 0
  return SEVERITIES.flatMap((severity) => {
    const value = counts[severity] ?? 0
    if (value === 0) return []
    const x = (left / most) * 100
    left += value
    return [
      html`<rect class="fill-${severity}" x="${percent(x)}" width="${percent((value / most) * 100)}" height="10" rx="3"><title>${grouped(value)} ${severity}</title></rect>`,
    ]
  })
}

/** One value as a bar of a whole, in one colour: tasks by what they wait for. */
export function shareBar(value: number, most: number, spoken: string): Html {
  return html`<svg class="rank-bar" width="100%" height="10" role="img" aria-label="${spoken}"><rect class="track" width="100%" height="10" rx="3"/><rect class="fill-share" width="${percent((value / Math.max(1, most)) * 100)}" height="10" rx="3"/></svg>`
}

/** A line of counts without axes, for the end of a row. */
export function sparkline(values: readonly number[], spoken: string): Html {
  const most = Math.max(1, ...values)
  const bars = values.map((value, index) => {
    const height = value === 0 ? 1 : Math.max(2, round((value / most) * 22))
    return html`<rect class="${value === 0 ? 'spark-none' : 'spark'}" x="${index * 5}" y="${24 - height}" width="4" height="${height}"/>`
  })
  return html`<svg class="sparkline" viewBox="0 0 ${values.length * 5} 24" width="${values.length * 5}" height="24" role="img" aria-label="${spoken}">${bars}</svg>`
}

function percent(value: number): string {
  return `${round(value)}%`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
