import { SEVERITIES } from '../model/diagnosis.ts'
import { findCell } from './cells.ts'
import type { Counted } from './counted.ts'
import type { FoundIncident } from './found.ts'
import { newIncidentId } from './ids.ts'
import { identityColumn } from './incident-identity.ts'
import { kernelSeriesOf } from './incident-rows.ts'
import type { Life } from './life.ts'
import { isPressing } from './outbox.ts'
import { fromJson, fromTime } from './packed.ts'
import { changeCounts, dropCounts } from './roll-ups.ts'
import type { IncidentRow } from './schema.ts'
import type { Sql } from './sql.ts'
import { putAside, takeBack } from './withdrawn.ts'

/** The snapshot whose words an incident takes on. */
export type Teller = {
  readonly hostName: string
  readonly kernel: string | null
  readonly labels: Readonly<Record<string, string>>
  /** What it says of the incident. */
  readonly found: FoundIncident
  /** Numbers of the stacks of the incident's tasks. */
  readonly stackNos: readonly number[]
}

/** Writes a new incident with all that hangs on it, and answers its row. */
export async function insertIncident(
  tx: Sql,
  at: { readonly hostId: number; readonly bootId: string; readonly nowMs: number },
  life: Life,
  teller: Teller,
): Promise<IncidentRow> {
  const back = await takeBack(tx, at, teller.found)
  const id = back?.id ?? newIncidentId(at.nowMs, at.hostId)
  const draft = {
    host_id: at.hostId,
    id,
    boot_id: at.bootId,
    identity: identityColumn(teller.found.identity, id),
    starts: JSON.stringify(teller.found.starts),
    signature: teller.found.signature,
    incident_no: back?.incident_no ?? (await nextIncidentNo(tx)),
    ...wordsOf(teller),
    ...lifeColumns(life),
  }
  const row: IncidentRow = { ...draft, cell_id: await findCell(tx, countedOf(draft)) }
  await tx.run(
    `INSERT INTO incidents (incident_no, ${COLUMNS.join(', ')})
     VALUES (?, ${COLUMNS.map(() => '?').join(', ')})`,
    row.incident_no,
    ...COLUMNS.map((column) => row[column]),
  )
  await writeTeller(tx, row, teller, back === null)
  await changeCounts(tx, null, countedOf(row))
  await countOnHost(tx, null, row)
  return row
}

/** One more than any incident has or had: what hangs on one must never hang on another. */
async function nextIncidentNo(tx: Sql): Promise<number> {
  const row = await tx.get<{ last: number | null }>(
    `SELECT max(last) AS last FROM (SELECT max(incident_no) AS last FROM incidents
     UNION ALL SELECT max(incident_no) FROM withdrawn_incidents)`,
  )
  return (row?.last ?? 0) + 1
}

/** Puts an incident aside that no snapshot shows any more: it is counted nowhere. */
export async function withdrawIncident(tx: Sql, row: IncidentRow, atMs: number): Promise<void> {
  await putAside(tx, row, atMs)
  await dropCounts(tx, countedOf(row))
  await tx.run(
    `UPDATE hosts SET incidents = incidents - 1, open_incidents = open_incidents - ?
     WHERE host_id = ?`,
    isPressing(row) ? 1 : 0,
    row.host_id,
  )
}

/** Writes what became of an incident; `teller` when a snapshot tells it better than before. */
export async function updateIncident(
  tx: Sql,
  before: IncidentRow,
  life: Life,
  teller: Teller | null,
): Promise<IncidentRow> {
  const draft = { ...before, ...(teller ? wordsOf(teller) : {}), ...lifeColumns(life) }
  const after = { ...draft, cell_id: await cellAfter(tx, before, draft) }
  const changed = COLUMNS.filter((column) => after[column] !== before[column])
  if (changed.length > 0) {
    await tx.run(
      `UPDATE incidents SET ${changed.map((column) => `${column} = ?`).join(', ')}
       WHERE incident_no = ?`,
      ...changed.map((column) => after[column]),
      before.incident_no,
    )
  }
  if (teller) await writeTeller(tx, after, teller, false)
  await changeCounts(tx, countedOf(before), countedOf(after))
  await countOnHost(tx, before, after)
  return after
}

// biome-ignore format: as the table has them
const COLUMNS = [
  'host_id', 'id', 'boot_id', 'identity', 'signature', 'signature_version', 'verdict', 'severity',
  'severity_rank', 'state', 'resolution', 'class', 'kernel', 'kernel_series', 'fingerprint',
  'host_name', 'cell_id', 'first_seen', 'last_seen', 'since', 'snapshots', 'task_count',
  'subject_kind', 'subject_id', 'last_event_at', 'was_worse', 'starts', 'muted_until', 'muted', 'shown_at', 'shown_snapshot',
  'labels', 'title', 'summary',
] as const satisfies readonly (keyof IncidentRow)[]

function wordsOf({ found, hostName, kernel, labels }: Teller) {
  return {
    signature_version: found.signatureVersion,
    class: found.class ?? '',
    kernel: kernel ?? '',
    kernel_series: kernelSeriesOf(kernel ?? ''),
    fingerprint: found.fingerprint,
    host_name: hostName,
    since: fromTime(found.since, null),
    task_count: found.taskCount,
    subject_kind: found.subject.kind,
    subject_id: found.subject.id,
    labels: JSON.stringify(labels),
    title: found.title,
    summary: found.summary,
  }
}

function lifeColumns(life: Life) {
  return {
    verdict: life.shown.verdict,
    severity: life.shown.severity,
    severity_rank: SEVERITIES.indexOf(life.shown.severity),
    state: life.state,
    resolution: life.resolution,
    muted_until: life.mutedUntil,
    muted: life.mutedUntil === null ? 0 : 1,
    first_seen: life.firstSeen,
    last_seen: life.lastSeen,
    snapshots: life.snapshots,
    last_event_at: life.lastEventAt,
    was_worse: life.wasWorse ? 1 : 0,
    shown_at: life.shown.at,
    shown_snapshot: life.shown.snapshotId,
  }
}

/** The figures of a row that are counted. */
export function countedOf<Row extends Omit<IncidentRow, 'cell_id'>>(
  row: Row,
): Row & Pick<Counted, 'labelValues'> {
  return { ...row, labelValues: fromJson<Record<string, string>>(row.labels) }
}

const CELL_COLUMNS = [
  'signature',
  'verdict',
  'severity',
  'state',
  'muted',
  'class',
  'kernel',
] as const

async function cellAfter(tx: Sql, before: IncidentRow, draft: IncidentRow): Promise<number> {
  const isSame = CELL_COLUMNS.every((column) => before[column] === draft[column])
  return isSame ? before.cell_id : findCell(tx, countedOf(draft))
}

/** Replaces the rows that hold what a snapshot said. */
async function writeTeller(
  tx: Sql,
  row: IncidentRow,
  { found, labels, stackNos, hostName }: Teller,
  isNew: boolean,
): Promise<void> {
  const key = [row.host_id, row.incident_no] as const
  if (!isNew) {
    for (const table of ['incident_bodies', 'incident_stacks', 'incident_labels']) {
      await tx.run(`DELETE FROM ${table} WHERE host_id = ? AND incident_no = ?`, ...key)
    }
    await tx.run('DELETE FROM incident_words WHERE rowid = ?', row.incident_no)
  }
  await tx.run('INSERT INTO incident_bodies VALUES (?, ?, ?)', ...key, found.body)
  for (const stackNo of new Set(stackNos)) {
    await tx.run('INSERT INTO incident_stacks VALUES (?, ?, ?)', ...key, stackNo)
  }
  for (const [label, value] of Object.entries(labels)) {
    await tx.run('INSERT INTO incident_labels VALUES (?, ?, ?, ?)', ...key, label, value)
  }
  const words = [found.words, found.signature, hostName].join(' ')
  await tx.run('INSERT INTO incident_words (rowid, words) VALUES (?, ?)', row.incident_no, words)
}

/** Keeps how many incidents a host has, and how many that still ask for somebody. */
async function countOnHost(tx: Sql, before: IncidentRow | null, after: IncidentRow): Promise<void> {
  const open = (isPressing(after) ? 1 : 0) - (before && isPressing(before) ? 1 : 0)
  if (before && open === 0) return
  await tx.run(
    `UPDATE hosts SET incidents = incidents + ?, open_incidents = open_incidents + ?
     WHERE host_id = ?`,
    before ? 0 : 1,
    open,
    after.host_id,
  )
}
