import type { FoundIncident, FoundSnapshot } from '../store/found.ts'
import { noteCatalogue, replaceDiagnosis } from '../store/history.ts'
import { hostIdOf } from '../store/ids.ts'
import {
  addHistory,
  putSighting,
  removeSighting,
  replaceHistory,
} from '../store/incident-events.ts'
import { addStarts, findSame, hasIdentity } from '../store/incident-identity.ts'
import {
  insertIncident,
  type Teller,
  updateIncident,
  withdrawIncident,
} from '../store/incident-save.ts'
import type { HistoryRow, Sighting } from '../store/life.ts'
import { fromJson } from '../store/packed.ts'
import type { IncidentRow } from '../store/schema.ts'
import type { Sql } from '../store/sql.ts'
import { saveStacks } from '../store/stacks.ts'
import { begin } from './lifecycle.ts'
import { lifeAgain } from './relive-incident.ts'

/** A snapshot of the past in which the present catalogue finds something else than what is kept. */
export type Reread = {
  readonly snapshotNo: number
  readonly snapshotId: string
  readonly hostId: number
  readonly hostName: string
  readonly bootId: string
  readonly takenAt: number
  readonly found: FoundSnapshot
}

/** What became of incidents. */
export type Effects = {
  gained: number
  lost: number
  changed: number
  /** Numbers of snapshots that are to tell incidents of which another one told before. */
  readonly toTell: number[]
}

/**
 * Writes what snapshots of the past show under the present catalogue, as if they had been
 * uploaded with it: who they show, who not, and the lives that follow. An incident that no
 * snapshot shows any more is withdrawn; what people wrote stays.
 */
export async function rewrite(
  tx: Sql,
  rereads: readonly Reread[],
  by: { readonly who: string; readonly nowMs: number },
): Promise<Effects> {
  const touched = new Map<number, Touched>()
  for (const reread of rereads) await resight(tx, reread, touched, by.nowMs)
  const effects: Effects = { gained: 0, lost: 0, changed: 0, toTell: [] }
  for (const each of touched.values()) await settle(tx, each, effects, by)
  return effects
}

/** An incident that some snapshot shows otherwise than before. */
type Touched = {
  /** As it was before; null for one that was not there. */
  readonly before: IncidentRow | null
  row: IncidentRow
  /** What can tell it, by the id of the snapshot. */
  readonly tellers: Map<string, Teller>
}

async function resight(
  tx: Sql,
  reread: Reread,
  touched: Map<number, Touched>,
  nowMs: number,
): Promise<void> {
  const { hostId, snapshotNo, found } = reread
  const stackNos = await saveStacks(tx, found.stacks)
  const before = await shownBefore(tx, reread)
  const shown = new Map<number, string>()
  for (const incident of found.incidents) {
    const teller = tellerOf(reread, incident, stackNos)
    const known = await knownAs(tx, reread, incident, before)
    const row = known
      ? await addStarts(tx, known, incident.starts)
      : await open(tx, reread, teller, nowMs)
    const sighting = sightingOf(reread, incident)
    await putSighting(tx, row, snapshotNo, { ...sighting, proof: incident.proof })
    const entry = touched.get(row.incident_no) ?? { before: known, row, tellers: new Map() }
    entry.row = row
    entry.tellers.set(reread.snapshotId, teller)
    touched.set(row.incident_no, entry)
    shown.set(row.incident_no, row.id)
  }
  for (const row of before) {
    if (shown.has(row.incident_no)) continue
    await removeSighting(tx, row, snapshotNo)
    if (!touched.has(row.incident_no)) {
      touched.set(row.incident_no, { before: row, row, tellers: new Map() })
    }
  }
  const { body, catalogue = '' } = found
  await replaceDiagnosis(tx, { hostId, snapshotNo }, { body, catalogue }, [...shown.values()])
}

/** The incidents that a snapshot showed until now. */
async function shownBefore(tx: Sql, { snapshotNo }: Reread): Promise<readonly IncidentRow[]> {
  const kept = await tx.get<{ ids: string }>(
    'SELECT incident_ids AS ids FROM snapshots WHERE snapshot_no = ?',
    snapshotNo,
  )
  const rows: IncidentRow[] = []
  for (const id of fromJson<readonly string[]>(kept?.ids ?? '[]')) {
    const row = await tx.get<IncidentRow>(
      'SELECT * FROM incidents WHERE host_id = ? AND id = ?',
      hostIdOf(id),
      id,
    )
    if (row) rows.push(row)
  }
  return rows
}

/** What the snapshot was a sighting of stays what it is a sighting of. */
async function knownAs(
  tx: Sql,
  { hostId, bootId, takenAt }: Reread,
  incident: FoundIncident,
  before: readonly IncidentRow[],
): Promise<IncidentRow | null> {
  const same = before.find((row) => hasIdentity(row, incident))
  return same ?? findSame(tx, { hostId, bootId }, incident, takenAt)
}

async function open(tx: Sql, reread: Reread, teller: Teller, nowMs: number): Promise<IncidentRow> {
  const { life } = begin(sightingOf(reread, teller.found), teller.found.proof)
  return insertIncident(tx, { hostId: reread.hostId, bootId: reread.bootId, nowMs }, life, teller)
}

function sightingOf(
  { takenAt: at, snapshotId }: Reread,
  { verdict, severity }: FoundIncident,
): Sighting {
  return { at, snapshotId, verdict, severity }
}

function tellerOf(
  { hostName, found }: Reread,
  incident: FoundIncident,
  stackNos: readonly number[],
): Teller {
  return {
    hostName,
    kernel: found.kernel.release,
    labels: found.host.labels,
    found: incident,
    stackNos: incident.stacks.flatMap((index) => stackNos[index] ?? []),
  }
}

type By = { readonly who: string; readonly nowMs: number }

/** Finds the life of an incident again, now that all its sightings are as they are. */
async function settle(tx: Sql, touched: Touched, effects: Effects, by: By): Promise<void> {
  const { before, row, tellers } = touched
  const again = await lifeAgain(tx, row)
  if (again === null) {
    await addHistory(tx, row, lineOf('withdrawn', by, withdrawnNote(row)))
    await withdrawIncident(tx, row, by.nowMs)
    effects.lost += 1
    return
  }
  const { shown } = again.life
  const teller = tellers.get(shown.snapshotId) ?? null
  const after = await updateIncident(tx, row, again.life, teller)
  await replaceHistory(tx, row, again.history)
  const note = changeNote(before, after)
  if (note !== null) await addHistory(tx, row, lineOf('reclassified', by, note))
  if (before === null) effects.gained += 1
  else if (note !== null) effects.changed += 1
  const isTold = teller !== null || row.shown_snapshot === shown.snapshotId
  if (!isTold) effects.toTell.push(await numberOf(tx, shown.snapshotId))
}

function withdrawnNote({ signature, signature_version: version, verdict }: IncidentRow): string {
  return `no snapshot shows ${signature} here any more; it was ${verdict} by version ${version}`
}

/** What is other about an incident than before; null for nothing that people look at. */
function changeNote(before: IncidentRow | null, after: IncidentRow): string | null {
  const version = after.signature_version
  if (before === null) return `found in history, ${after.verdict}, by version ${version}`
  const changes = [
    ['version', before.signature_version, version],
    ['verdict', before.verdict, after.verdict],
    ['severity', before.severity, after.severity],
    ['state', before.state, after.state],
  ].filter(([, was, is]) => was !== is)
  if (changes.length === 0) return null
  return changes.map(([what, was, is]) => `${what} ${was}, now ${is}`).join('; ')
}

function lineOf(what: HistoryRow['what'], { who, nowMs }: By, note: string): HistoryRow {
  return { at: nowMs, what, who, byPerson: false, snapshotId: null, note }
}

async function numberOf(tx: Sql, snapshotId: string): Promise<number> {
  const row = await tx.get<{ no: number }>(
    'SELECT snapshot_no AS no FROM snapshots WHERE id = ?',
    snapshotId,
  )
  return row?.no ?? 0
}

/** Notes that snapshots show under the present catalogue what is kept of them. */
export async function confirmUnchanged(
  tx: Sql,
  keys: readonly { readonly hostId: number; readonly snapshotNo: number }[],
  catalogue: string,
): Promise<void> {
  for (const key of keys) await noteCatalogue(tx, key, catalogue)
}
