import type { Given, Host } from '../model/snapshot.ts'
import { nameOfFile } from '../parse/host-facts.ts'
import type { FoundIncident, FoundSnapshot } from '../store/found.ts'
import { findHostOf, hostNameOf, resolveHost, touchHost } from '../store/hosts.ts'
import {
  addHistory,
  addSighting,
  addVisit,
  lifeOf,
  listHistory,
  listUnsettled,
  replaceHistory,
} from '../store/incident-events.ts'
import { addStarts, findSame } from '../store/incident-identity.ts'
import { insertIncident, type Teller, updateIncident } from '../store/incident-save.ts'
import type { Sighting, Visit } from '../store/life.ts'
import { saveLook } from '../store/looks.ts'
import type { Store } from '../store/open.ts'
import { tellChange } from '../store/outbox.ts'
import { fromJson, fromTime } from '../store/packed.ts'
import { removeJob } from '../store/queue.ts'
import type { HostRow, IncidentRow } from '../store/schema.ts'
import { completeSnapshot, findGiven } from '../store/snapshot-save.ts'
import { saveSource } from '../store/sources.ts'
import type { Sql } from '../store/sql.ts'
import { saveSnapshotStacks, saveStacks } from '../store/stacks.ts'
import { advance, begin, isNext, type LifeEvent } from './lifecycle.ts'
import { refuseOthers } from './others.ts'
import { lifeAgain } from './relive-incident.ts'

/**
 * Writes all that one snapshot shows: its rows, and what becomes of the incidents of its host.
 * One transaction; a snapshot that is done already is left as it is.
 * @throws {Problem} host-of-others
 */
export async function saveFound(
  store: Store,
  snapshotId: string,
  found: FoundSnapshot,
  nowMs: number,
): Promise<void> {
  await store.write(async (tx) => {
    const given = await findGiven(tx, snapshotId)
    await removeJob(tx, snapshotId)
    if (!given || given.status === 'done') return
    const receivedAt = fromTime(given.given.receivedAt, nowMs)
    // No host's clock makes a snapshot later than its arrival: all that follow would count as older.
    const takenAt = Math.min(fromTime(found.collectedAt, receivedAt), receivedAt)
    const host = await hostOf(tx, found.host, given.given, takenAt)
    await touchHost(tx, host, { host: found.host, kernel: found.kernel, takenAt })
    const at = { hostId: host.host_id, snapshotNo: given.snapshotNo, takenAt }
    const stackNos = await saveStacks(tx, found.stacks)
    await saveSnapshotStacks(tx, at, found, stackNos)
    const saving: Saving = {
      tx,
      host,
      snapshotNo: given.snapshotNo,
      visit: {
        at: takenAt,
        snapshotId,
        bootId: found.host.bootId ?? '',
        looked: found.looked,
      },
      isNewest: host.snapshots === 0 || takenAt > host.last_seen,
      nowMs,
      found,
      stackNos,
    }
    await addVisit(tx, host.host_id, given.snapshotNo, saving.visit)
    if (found.source)
      await saveSource(tx, at, { body: found.source, earlierNo: found.earlierNo ?? null })
    if (found.look !== null) await saveLook(tx, at, found.host.bootId ?? '', found.look)
    const incidentIds = await saveIncidents(saving)
    const hostName = shownName(saving) || null
    await completeSnapshot(tx, snapshotId, { ...at, hostName, found, incidentIds })
  })
}

/** @throws {Problem} host-of-others */
async function hostOf(tx: Sql, host: Host, given: Given, takenAt: number): Promise<HostRow> {
  const told = identified(host, given)
  const known = await findHostOf(tx, told)
  if (known) refuseOthers(fromJson(known.labels), given.limitedTo)
  return resolveHost(tx, told, takenAt, hostNameOf(host))
}

/** A file's name is no name of a host: two machines may send files of one name. */
function identified(host: Host, given: Given): Host {
  const isOfFile = given.host === undefined && host.name === nameOfFile(given.name)
  return isOfFile && !host.machineId && !host.bootId ? { ...host, name: null } : host
}

type Saving = {
  readonly tx: Sql
  /** As it was before this snapshot. */
  readonly host: HostRow
  readonly snapshotNo: number
  readonly visit: Visit
  /** No other snapshot of the host was taken later, or at the same time. */
  readonly isNewest: boolean
  readonly nowMs: number
  readonly found: FoundSnapshot
  readonly stackNos: readonly number[]
}

async function saveIncidents(saving: Saving): Promise<readonly string[]> {
  const { tx, host, visit, found } = saving
  const shown = new Map<number, string>()
  for (const incident of found.incidents) {
    const boot = { hostId: host.host_id, bootId: visit.bootId }
    const known = await findSame(tx, boot, incident, visit.at)
    const row = known
      ? await seeAgain(saving, known, incident)
      : await openIncident(saving, incident)
    await tell(saving, known, row)
    shown.set(row.incident_no, row.id)
  }
  for (const row of await listUnsettled(tx, host.host_id, visit.at)) {
    if (shown.has(row.incident_no)) continue
    await tell(saving, row, await apply(saving, row, { kind: 'absent', visit }, null))
  }
  return [...shown.values()]
}

async function tell(
  { tx, visit, nowMs }: Saving,
  before: IncidentRow | null,
  after: IncidentRow,
): Promise<void> {
  const { at: atMs, snapshotId } = visit
  await tellChange(tx, before, after, { atMs, who: 'hangar', snapshotId, nowMs })
}

async function openIncident(saving: Saving, incident: FoundIncident): Promise<IncidentRow> {
  const { tx, host, visit, nowMs } = saving
  const sighting = sightingOf(visit, incident)
  const { life, history } = begin(sighting, incident.proof)
  const at = { hostId: host.host_id, bootId: visit.bootId, nowMs }
  const row = await insertIncident(tx, at, life, tellerOf(saving, incident))
  await addSighting(tx, row, saving.snapshotNo, { ...sighting, proof: incident.proof })
  // What a late snapshot opens, later ones that are known already may have ended.
  // One that was withdrawn comes back with what people wrote.
  const isBack = (await listHistory(tx, row)).length > 0
  if (!saving.isNewest || isBack) return reliveIncident(saving, row, null)
  if (history) await addHistory(tx, row, history)
  return row
}

async function seeAgain(
  saving: Saving,
  row: IncidentRow,
  incident: FoundIncident,
): Promise<IncidentRow> {
  const sighting = sightingOf(saving.visit, incident)
  const event: LifeEvent = { kind: 'shown', sighting, proof: incident.proof }
  return apply(saving, await addStarts(saving.tx, row, incident.starts), event, incident)
}

/** Takes one event into a life: behind the others where it is the newest, else into its place. */
async function apply(
  saving: Saving,
  row: IncidentRow,
  event: LifeEvent,
  incident: FoundIncident | null,
): Promise<IncidentRow> {
  const { tx, visit, isNewest } = saving
  const before = await lifeOf(tx, row)
  if (event.kind === 'shown') {
    await addSighting(tx, row, saving.snapshotNo, { ...event.sighting, proof: event.proof })
  }
  if (!isNewest || !isNext(before, visit.at)) return reliveIncident(saving, row, incident)
  const { life, history } = advance(before, event, row.boot_id)
  if (history) await addHistory(tx, row, history)
  return life === before ? row : write(saving, row, life, incident)
}

/** Finds a life again out of all that is known of it. */
async function reliveIncident(
  saving: Saving,
  row: IncidentRow,
  incident: FoundIncident | null,
): Promise<IncidentRow> {
  const { tx } = saving
  const again = await lifeAgain(tx, row)
  if (!again) return row
  await replaceHistory(tx, row, again.history)
  return write(saving, row, again.life, incident)
}

/** The words of this snapshot are taken on when it is the one that tells the incident best. */
async function write(
  saving: Saving,
  row: IncidentRow,
  life: Parameters<typeof updateIncident>[2],
  incident: FoundIncident | null,
): Promise<IncidentRow> {
  const isTold = incident !== null && life.shown.snapshotId === saving.visit.snapshotId
  return updateIncident(saving.tx, row, life, isTold ? tellerOf(saving, incident) : null)
}

/** The host's name as its first snapshot told it; '' where nothing tells. */
function shownName({ host, found }: Saving): string {
  return hostNameOf(found.host) === '' ? '' : host.name
}

function tellerOf(saving: Saving, incident: FoundIncident): Teller {
  const { found, stackNos } = saving
  return {
    hostName: shownName(saving),
    kernel: found.kernel.release,
    labels: found.host.labels,
    found: incident,
    stackNos: incident.stacks.flatMap((index) => stackNos[index] ?? []),
  }
}

function sightingOf(visit: Visit, { verdict, severity }: FoundIncident): Sighting {
  return { at: visit.at, snapshotId: visit.snapshotId, verdict, severity }
}
