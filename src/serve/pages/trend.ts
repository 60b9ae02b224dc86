import type { Labels } from '../../model/access.ts'
import { SEVERITIES } from '../../model/diagnosis.ts'
import type { Store } from '../../store/open.ts'
import { readTrend, type TrendPoint } from '../../store/trend.ts'
import { SERIES_MAX, type Stacked } from '../../web/trend.ts'

/** How far back a trend looks, and what one column of it holds. */
export const TREND_RANGES = ['24h', '7d', '30d'] as const
export type TrendRange = (typeof TREND_RANGES)[number]

export const TREND_KEYS = ['severity', 'signature'] as const
export type TrendKey = (typeof TREND_KEYS)[number]

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const SHAPES = {
  '24h': { columns: 24, stretchMs: HOUR_MS, span: 'hour', axisEvery: 4 * HOUR_MS },
  '7d': { columns: 28, stretchMs: 6 * HOUR_MS, span: 'hour', axisEvery: DAY_MS },
  '30d': { columns: 30, stretchMs: DAY_MS, span: 'day', axisEvery: 5 * DAY_MS },
} as const satisfies Record<TrendRange, unknown>

const DATE = { day: 'numeric', month: 'short', timeZone: 'UTC' } as const
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' } as const
const DAY_NAME = new Intl.DateTimeFormat('en-GB', DATE)
const HOUR_NAME = new Intl.DateTimeFormat('en-GB', CLOCK)
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' })
const MOMENT = new Intl.DateTimeFormat('en-GB', { ...DATE, ...CLOCK })

const AXIS_NAMES = { '24h': HOUR_NAME, '7d': WEEKDAY, '30d': DAY_NAME } as const

/** Incidents by when they were first seen, up to now, stretches without any too. */
export async function showTrend(
  store: Store,
  asked: {
    readonly range: TrendRange
    readonly key: TrendKey
    readonly now: string
    readonly labels: Labels | null
  },
): Promise<Stacked> {
  const { columns, stretchMs, span, axisEvery } = SHAPES[asked.range]
  const newest = Math.floor(Date.parse(asked.now) / stretchMs) * stretchMs
  const sinceMs = newest - (columns - 1) * stretchMs
  const points = await readTrend(store, { key: asked.key, span, sinceMs, labels: asked.labels })
  const { names, series } = SERIES[asked.key](points)
  const labels = span === 'day' ? DAY_NAME : MOMENT
  return {
    what: `Incidents by ${asked.key}, by when they were first seen (UTC)`,
    series,
    columns: Array.from({ length: columns }, (_, index) => {
      const atMs = sinceMs + index * stretchMs
      const inside = points.filter((point) => point.atMs >= atMs && point.atMs < atMs + stretchMs)
      return {
        label: labels.format(atMs),
        axis: atMs % axisEvery === 0 ? AXIS_NAMES[asked.range].format(atMs) : null,
        address: addressOf(atMs, atMs + stretchMs),
        values: valuesOf(inside, names),
      }
    }),
  }
}

/** Incidents that were seen in a stretch of time. */
function addressOf(fromMs: number, toMs: number): string {
  const query = new URLSearchParams({
    since: new Date(fromMs).toISOString(),
    until: new Date(toMs).toISOString(),
    sort: 'firstSeen',
  })
  return `/incidents?${query}`
}

type Named = { readonly names: readonly string[]; readonly series: Stacked['series'] }

/** The series of each key: severities as they are, of signatures the most common and the rest. */
const SERIES: Readonly<Record<TrendKey, (points: readonly TrendPoint[]) => Named>> = {
  severity: () => ({
    names: SEVERITIES,
    series: SEVERITIES.map((name) => ({ name, fill: `fill-${name}` })),
  }),
  signature: (points) => {
    const names = mostCommon(points).slice(0, SERIES_MAX)
    const series = names.map((name, index) => ({ name, fill: `fill-series-${index + 1}` }))
    return { names, series: [...series, { name: 'all others', fill: 'fill-series-rest' }] }
  },
}

function mostCommon(points: readonly TrendPoint[]): readonly string[] {
  const sums = new Map<string, number>()
  for (const { value, incidents } of points) sums.set(value, (sums.get(value) ?? 0) + incidents)
  return [...sums].sort(([, one], [, other]) => other - one).map(([name]) => name)
}

/** Of each name, and of all that has none of these names. */
function valuesOf(points: readonly TrendPoint[], names: readonly string[]): readonly number[] {
  const sumOf = (some: readonly TrendPoint[]) =>
    some.reduce((sum, { incidents }) => sum + incidents, 0)
  const own = names.map((name) => sumOf(points.filter(({ value }) => value === name)))
  return [...own, sumOf(points.filter(({ value }) => !names.includes(value)))]
}
