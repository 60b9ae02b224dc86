import type { IncidentRow } from './schema.ts'

/** What of an incident is counted. */
export type Counted = Pick<
  IncidentRow,
  | 'host_id'
  | 'signature'
  | 'verdict'
  | 'severity'
  | 'state'
  | 'muted'
  | 'class'
  | 'kernel'
  | 'kernel_series'
  | 'fingerprint'
  | 'host_name'
  | 'title'
  | 'cell_id'
  | 'task_count'
  | 'first_seen'
  | 'last_seen'
> & { readonly labelValues: Readonly<Record<string, string>> }

/** True in the rare case that a late snapshot shows an incident to have begun later or ended earlier. */
export function isShorter(before: Counted, after: Counted): boolean {
  return after.first_seen > before.first_seen || after.last_seen < before.last_seen
}
