import { type Html, html } from './html.ts'
import { grouped, plural } from './parts/words.ts'

/** One colour of a stacked chart. */
export type Series = {
  readonly name: string
  /** Class that fills it: `fill-critical`, `fill-series-2`. */
  readonly fill: string
}

/** One stretch of time. */
export type Stretch = {
  /** Whole, for titles and the table: `23 Nov, 14:00`. */
  readonly label: string
  /** What stands below the column; null for nothing. */
  readonly axis: string | null
  /** Where a click leads; null for nowhere. */
  readonly address: string | null
  /** Of each series, in their order. */
  readonly values: readonly number[]
}

export type Stacked = {
  readonly what: string
  readonly series: readonly Series[]
  readonly columns: readonly Stretch[]
}

/** Colours that can be told apart, by every eye; what goes beyond is one series. */
export const SERIES_MAX = 6

const HEIGHT = 220
const PLOT_TOP = 14
const PLOT_BOTTOM = HEIGHT - 26

/** Columns over time, stacked by series, the first at the foot where lengths compare best. */
export function stackedChart({ what, series, columns }: Stacked): Html {
  const most = Math.max(1, ...columns.map(({ values }) => sumOf(values)))
  const step = niceStep(most)
  const top = Math.ceil(most / step) * step
  const axis = html`
<svg class="plot-axis" width="40" height="${HEIGHT}" aria-hidden="true">${axisLabels(top, step)}</svg>`
  const place = { count: columns.length, top, series }
  const plot = html`
<svg width="100%" height="${HEIGHT}" role="group" aria-label="${spokenOf(columns, what)}">
${gridLines(top, step)}${columns.map((column, index) => columnOf(column, index, place))}
</svg>`
  const shown = series.filter((_, index) => columns.some(({ values }) => (values[index] ?? 0) > 0))
  return html`<figure class="chart trend"><div class="plot">${axis}${plot}</div>
<figcaption><ul class="legend">${shown.map(legendItem)}</ul></figcaption>
${numbersOf({ what, series, columns })}</figure>`
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function spokenOf(columns: readonly Stretch[], what: string): string {
  const sums = columns.map(({ values }) => sumOf(values))
  const most = Math.max(0, ...sums)
  return `${what}: ${plural(sumOf(sums), 'incident')} in ${plural(columns.length, 'column')}, at most ${grouped(most)} in one`
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

type Plot = {
  readonly count: number
  readonly top: number
  readonly series: readonly Series[]
}

function columnOf(column: Stretch, index: number, plot: Plot): Html {
  const width = 100 / plot.count
  const axis = html`<text class="axis" x="50%" y="${HEIGHT - 8}" text-anchor="middle">${column.axis}</text>`
  const bar = html`<title>${column.label}: ${spokenValues(column.values, plot.series) || 'none'}</title>
<rect class="hit" width="100%" height="${PLOT_BOTTOM}" fill="transparent"/>${partsOf(column.values, plot)}`
  const isLinked = column.address !== null && sumOf(column.values) > 0
  return html`
<svg class="plot-column" x="${percent(index * width)}" width="${percent(width)}" height="${HEIGHT}">
${isLinked ? html`<a href="${column.address}">${bar}</a>` : html`<g>${bar}</g>`}
${column.axis === null ? null : axis}</svg>`
}

/** The parts of one column, from its foot up, with a hair of ground between them. */
function partsOf(values: readonly number[], { top, series }: Plot): readonly Html[] {
  let below = 0
  return series.flatMap(({ fill }, index) => {
    const value = values[index] ?? 0
    if (value === 0) return []
    const y = yOf(below + value, top)
    const height = Math.max(1, round(yOf(below, top) - y - 1))
    below += value
    return [html`<rect class="${fill}" x="14%" width="72%" y="${y}" height="${height}" rx="1.5"/>`]
  })
}

function spokenValues(values: readonly number[], series: readonly Series[]): string {
  return series
    .map(({ name }, index) => ({ name, value: values[index] ?? 0 }))
    .filter(({ value }) => value > 0)
    .map(({ name, value }) => `${grouped(value)} ${name}`)
    .join(', ')
}

function legendItem({ name, fill }: Series): Html {
  const patch = html`<rect class="${fill}" width="10" height="10" rx="2"/>`
  return html`<li><svg width="10" height="10" aria-hidden="true">${patch}</svg>${name}</li>`
}

/** The chart in numbers, for those who do not see it, and for those who want to know exactly. */
function numbersOf({ what, series, columns }: Stacked): Html {
  const rows = columns
    .filter(({ values }) => sumOf(values) > 0)
    .map(
      ({ label, values }) => html`
<tr><th scope="row">${label}</th><td class="number">${grouped(sumOf(values))}</td><td>${spokenValues(values, series)}</td></tr>`,
    )
  if (rows.length === 0) return html`<p class="empty">None in this time.</p>`
  return html`<details class="in-numbers"><summary>In numbers</summary>
<table><caption class="unseen">${what}</caption><tbody>${rows}</tbody></table></details>`
}

function percent(value: number): string {
  return `${round(value)}%`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
