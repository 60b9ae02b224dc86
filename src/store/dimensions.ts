// The keys that incidents are counted by, and the spans of time they are rolled up in.

/** Column of `incidents` for each key of counts that has one. */
export const DIMENSION_COLUMNS = {
  signature: 'signature',
  verdict: 'verdict',
  severity: 'severity',
  state: 'state',
  host: 'host_name',
  kernel: 'kernel',
  kernelSeries: 'kernel_series',
  class: 'class',
  fingerprint: 'fingerprint',
} as const

export const LABEL_PREFIX = 'label.'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Finest first: the ends of a longer span are found again in the rows of the next finer one. */
export const SPANS = { hour: HOUR_MS, day: DAY_MS, all: 0 } as const
export type Span = keyof typeof SPANS

/** Keys whose values are so many that an hour holds hardly two incidents of one: no rows by the hour. */
const MANY_VALUED: readonly string[] = ['host', 'kernel', 'fingerprint', 'problem']

/** The shortest span that a key of counts is rolled up by. */
export function finestSpan(dimension: string): 'hour' | 'day' {
  return MANY_VALUED.includes(dimension) || dimension.startsWith(LABEL_PREFIX) ? 'day' : 'hour'
}

export function bucketOf(atMs: number, span: Span): number {
  return span === 'all' ? 0 : Math.floor(atMs / SPANS[span]) * SPANS[span]
}
