import type { IncidentRow } from './schema.ts'

/** What of an incident is counted. */
export type Counted = Pick<
  IncidentRow,
  | 'host_id'
  | 'signature'
  | 'verdict'
  | 'severity'
  | 'state'
  | 'class'
  | 'kernel'
  | 'kernel_series'
  | 'fingerprint'
  | 'host_name'
  | 'cell_id'
  | 'task_count'
  | 'first_seen'
  | 'last_seen'
> & { readonly labelValues: Readonly<Record<string, string>> }
