import { hasLabels, type Labels } from '../model/access.ts'
import { Problem } from '../model/problem.ts'
import { findIncidentLabels } from '../store/incidents.ts'
import type { Store } from '../store/open.ts'
import { findSnapshotLabels } from '../store/snapshots.ts'

/**
 * How an address keeps to the labels that a caller is limited to:
 *
 * - `no-host`: what it answers holds nothing of any host
 * - `filter`: its input is an incident filter, which `route` narrows
 * - `handler`: the handler hands `call.labels` on to the store
 * - `incident`, `snapshot`: it is about the one that `:id` in its path names
 */
export type Limited = 'no-host' | 'filter' | 'handler' | 'incident' | 'snapshot'

type Check = (
  params: Readonly<Record<string, string | readonly string[]>>,
  labels: Labels,
  store: Store,
) => Promise<void>

/** What is checked before a limited caller is let through. */
export const LIMITS: { readonly [Way in Limited]: Check } = {
  'no-host': async () => {},
  filter: async () => {},
  handler: async () => {},
  // The same problem as for an id that nobody has: that there is one is not told either.
  async incident({ id }, labels, store) {
    const found = await findIncidentLabels(store, String(id))
    if (!found || !hasLabels(found, labels))
      throw new Problem('incident-unknown', { id: String(id) })
  },
  async snapshot({ id }, labels, store) {
    const found = await findSnapshotLabels(store, String(id))
    if (!found || !hasLabels(found, labels))
      throw new Problem('snapshot-unknown', { id: String(id) })
  },
}

type LabelFilter = Readonly<Record<string, readonly string[]>>

/** The filter that a caller asks with, kept within the labels that they are limited to. */
export function narrowed<Filter extends { readonly labels?: LabelFilter }>(
  filter: Filter,
  labels: Labels | null,
): Filter {
  if (labels === null) return filter
  const kept = Object.entries(labels).map(
    ([name, value]) => [name, within(filter.labels?.[name] ?? [], value)] as const,
  )
  return { ...filter, labels: { ...filter.labels, ...Object.fromEntries(kept) } }
}

/** The one value that may be seen, and whatever excludes it: asked for others alone, nothing fits. */
function within(asked: readonly string[], value: string): readonly string[] {
  const wanted = asked.filter((one) => !one.startsWith('!'))
  const unwanted = asked.filter((one) => one.startsWith('!'))
  const isOther = wanted.length > 0 && !wanted.includes(value)
  return [value, ...unwanted, ...(isOther ? [`!${value}`] : [])]
}
