import { SEVERITIES, SUBJECT_KINDS, VERDICTS } from '../model/diagnosis.ts'
import { INCIDENT_STATES, type IncidentSummary, RESOLUTIONS } from '../model/incident.ts'
import { fromJson, toTime } from './packed.ts'
import type { IncidentRow } from './schema.ts'

export function toIncidentItem(row: IncidentRow): IncidentSummary {
  return {
    id: row.id,
    url: `/incidents/${row.id}`,
    signature: row.signature,
    signatureVersion: row.signature_version,
    verdict: oneOf(VERDICTS, row.verdict, 'possible'),
    severity: oneOf(SEVERITIES, row.severity, 'info'),
    state: oneOf(INCIDENT_STATES, row.state, 'open'),
    resolution: oneOf(RESOLUTIONS, row.resolution, null),
    mutedUntil: row.muted_until === null ? null : toTime(row.muted_until),
    title: row.title,
    summary: row.summary,
    subject: { kind: oneOf(SUBJECT_KINDS, row.subject_kind, 'host'), id: row.subject_id },
    fingerprint: row.fingerprint,
    host: row.host_name || null,
    kernel: row.kernel || null,
    labels: fromJson(row.labels),
    class: row.class || null,
    taskCount: row.task_count,
    firstSeen: toTime(row.first_seen),
    lastSeen: toTime(row.last_seen),
    since: row.since === null ? null : toTime(row.since),
    snapshots: row.snapshots,
  }
}

/** A stored text as the one of a public list that it is. */
export function oneOf<Value extends string, Otherwise>(
  values: readonly Value[],
  text: string | null,
  otherwise: Otherwise,
): Value | Otherwise {
  return values.find((value) => value === text) ?? otherwise
}

/** `5.15` of `5.15.35-x`; '' where the release does not begin so. */
export function kernelSeriesOf(release: string): string {
  return /^\d+\.\d+/.exec(release)?.[0] ?? ''
}
