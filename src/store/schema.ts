/** Rows as Kysely reads them; columns are explained in migrations/. */
export type Schema = {
  hosts: HostRow
  snapshots: SnapshotRow
  incidents: IncidentRow
  stacks: StackRow
  host_stacks: HostStackRow
  cells: CellRow
  links: LinkRow
  audit: AuditRow
  problems: ProblemRow
}

export type HostRow = {
  host_id: number
  name: string
  machine_id: string | null
  boot_id: string | null
  kernel: string | null
  labels: string
  first_seen: number
  last_seen: number
  snapshots: number
  incidents: number
  open_incidents: number
}

export type SnapshotRow = {
  snapshot_no: number
  id: string
  sha256: string
  status: string
  problem: string | null
  name: string
  given: string
  size_bytes: number
  received_at: number
  host_id: number | null
  host_name: string | null
  kernel: string | null
  labels: string
  collected_at: number | null
  counts: string | null
  incident_ids: string
}

export type IncidentRow = {
  incident_no: number
  host_id: number
  id: string
  boot_id: string
  identity: string
  signature: string
  signature_version: number
  verdict: string
  severity: string
  severity_rank: number
  state: string
  resolution: string | null
  class: string
  kernel: string
  kernel_series: string
  fingerprint: string
  host_name: string
  cell_id: number
  first_seen: number
  last_seen: number
  since: number | null
  snapshots: number
  task_count: number
  subject_kind: string
  subject_id: string
  last_event_at: number
  was_worse: number
  starts: string
  muted_until: number | null
  muted: number
  shown_at: number
  shown_snapshot: string
  labels: string
  title: string
  summary: string
}

export type StackRow = {
  stack_no: number
  hash: string
  fingerprint: string
  class: string
  wait: string | null
  frames: string
}

export type HostStackRow = {
  host_id: number
  stack_no: number
  first_seen: number
  last_seen: number
  tasks: number
  snapshots: number
}

/** What rolled-up rows have in common. */
export type FigureColumns = {
  incidents: number
  tasks: number
  first_seen: number
  last_seen: number
}

export type CellRow = FigureColumns & {
  cell_id: number
  signature: string
  verdict: string
  severity: string
  state: string
  muted: number
  class: string
  kernel: string
  kernel_series: string
}

export type LinkRow = {
  id: string
  ticket: string
  key: string
  target_kind: string
  target: string
  host_id: number
  incident_no: number
  url: string
  title: string | null
  added_at: number
  added_by: string
}

export type WebhookRow = {
  webhook_id: string
  name: string
  url: string
  format: string
  state: string
  why: string | null
  events: string
  filter: string
  secret: string
  routing_key: string | null
  created_at: number
  created_by: string
  delivered: number
  failed: number
  skipped: number
}

export type DeliveryRow = {
  delivery_no: number
  delivery_id: string
  webhook_id: string
  cause: string
  event: string
  incident_id: string | null
  body: string
  status: string
  attempts: number
  made_at: number
  due_at: number
  ended_at: number | null
  answer: number | null
  error: string | null
  excerpt: string | null
}

export type TokenRow = {
  token_id: string
  hash: string
  hint: string
  name: string
  role: string
  labels: string
  created_at: number
  created_by: string
  last_used_at: number | null
  expires_at: number | null
  revoked_at: number | null
}

export type AuditRow = {
  audit_no: number
  at: number
  who: string
  token_id: string | null
  address: string | null
  action: string
  method: string
  path: string
  target: string | null
  status: number
}

export type ProblemRow = {
  fingerprint: string
  root: string
  merged_into: string | null
  is_listed: number
  name: string | null
  note: string | null
  title: string
  class: string
  own_open: number
  is_known: number
  open: number
  incidents: number
  hosts: number
  first_seen: number
  last_seen: number
  heat: number
}
