import { type Html, html } from './html.ts'
import { panel } from './parts/prose.ts'
import { type Stacked, stackedChart } from './trend.ts'

/** How far back the trend looks, what it is stacked by, and what else could be chosen. */
export type TrendChoice = {
  readonly range: string
  readonly ranges: readonly string[]
  readonly key: string
  readonly keys: readonly string[]
}

/** The trend of the fleet, with links that change how far it looks and how it is stacked. */
export function trendPanel(trend: Stacked, choice: TrendChoice): Html {
  const { range, ranges, key, keys } = choice
  const byRange = ranges.map((each) => tab(each, each === range, { ...choice, range: each }))
  const byKey = keys.map((each) => tab(`by ${each}`, each === key, { ...choice, key: each }))
  const switches = html`<div class="switches">
<nav class="tabs" aria-label="How far back">${byRange}</nav>
<nav class="tabs" aria-label="Stacked by">${byKey}</nav></div>`
  return panel('trend', 'First seen', stackedChart(trend), { more: switches })
}

function tab(name: string, isCurrent: boolean, { range, key }: TrendChoice): Html {
  const query = new URLSearchParams({ range, stack: key })
  const mark = isCurrent ? html` aria-current="true"` : null
  return html`<a href="/?${query.toString()}#trend"${mark}>${name}</a>`
}
