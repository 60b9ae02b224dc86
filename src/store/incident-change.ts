import type { HistoryItem, IncidentState } from '../model/incident.ts'
import { Problem } from '../model/problem.ts'
import { hostIdOf } from './ids.ts'
import { addHistory, lifeOf } from './incident-events.ts'
import { updateIncident } from './incident-save.ts'
import { type HistoryRow, type Life, obey } from './life.ts'
import type { Store } from './open.ts'
import { tellChange } from './outbox.ts'
import type { IncidentRow } from './schema.ts'
import type { Sql } from './sql.ts'

// What people do to incidents. Everything asked for is kept in the history, also by the one of two
// who came second: the last one's state holds.

export type IncidentChange = {
  /** Absent: the state stays. */
  readonly state?: IncidentState | undefined
  readonly note?: string | null | undefined
  /** RFC 3339: nobody wants to hear of it until then; null ends that. Absent: it stays as it is. */
  readonly mutedUntil?: string | null | undefined
  /** The state it must still be in. */
  readonly ifState?: IncidentState | undefined
  readonly who: string
  /** RFC 3339. */
  readonly at: string
}

/**
 * Writes what a person says of an incident; false when it says nothing new.
 * @throws {Problem} incident-unknown, incident-changed
 */
export async function writeChange(tx: Sql, id: string, change: IncidentChange): Promise<boolean> {
  const row = await findRow(tx, id)
  if (!row) throw new Problem('incident-unknown', { id })
  const before = await lifeOf(tx, row)
  if (change.ifState !== undefined && change.ifState !== before.state) {
    throw new Problem('incident-changed', { id, state: before.state })
  }
  const nowMs = Date.parse(change.at)
  // Who acts has seen all that is known: it comes after that, whatever the host's clock said.
  const lines = linesOf(before, change, Math.max(nowMs, before.lastEventAt))
  if (lines.length === 0) return false
  const after = await updateIncident(tx, row, lines.reduce(obey, before), null)
  for (const line of lines) await addHistory(tx, row, line)
  await tellChange(tx, row, after, { atMs: nowMs, who: change.who, snapshotId: null, nowMs })
  return true
}

/** The incident's row, or null. */
export async function findRow(sql: Sql, id: string): Promise<IncidentRow | null> {
  const hostId = hostIdOf(id)
  if (hostId === null) return null
  return sql.get<IncidentRow>('SELECT * FROM incidents WHERE host_id = ? AND id = ?', hostId, id)
}

function linesOf(life: Life, change: IncidentChange, at: number): readonly HistoryRow[] {
  const whats = whatsOf(life, change)
  const { who, note = null, mutedUntil } = change
  const until = mutedUntil ? Date.parse(mutedUntil) : null
  return whats.map((what, index) => ({
    at,
    what,
    who,
    byPerson: true,
    snapshotId: null,
    note: index === 0 ? note : null,
    until: what === 'muted' ? until : null,
  }))
}

function whatsOf(life: Life, { state, note, mutedUntil }: IncidentChange): HistoryItem['what'][] {
  const whats: HistoryItem['what'][] = []
  const isReopened = state === 'open' && life.state !== 'open'
  if (state === 'acknowledged' || state === 'resolved') whats.push(state)
  if (isReopened) whats.push('reopened')
  if (mutedUntil) whats.push('muted')
  if (mutedUntil === null && life.mutedUntil !== null && !isReopened) whats.push('unmuted')
  return whats.length === 0 && note ? ['noted'] : whats
}

/** Changes of one transaction: the service answers others in between. */
const CHUNK = 50

export type ChangedIncidents = {
  readonly changed: readonly string[]
  /** It said nothing new of these. */
  readonly unchanged: readonly string[]
  /** There is no such incident, or `ifState` did not hold. */
  readonly refused: readonly string[]
}

/** Writes the same of many incidents: each for itself, durable when it resolves. */
export async function changeIncidents(
  store: Store,
  ids: readonly string[],
  change: IncidentChange,
): Promise<ChangedIncidents> {
  const changed: string[] = []
  const unchanged: string[] = []
  const refused: string[] = []
  const distinct = [...new Set(ids)]
  for (let start = 0; start < distinct.length; start += CHUNK) {
    await store.write(async (tx) => {
      for (const id of distinct.slice(start, start + CHUNK)) {
        const is = await writeChange(tx, id, change).catch(refusal)
        const list = is === null ? refused : is ? changed : unchanged
        list.push(id)
      }
    }, 'durable')
  }
  return { changed, unchanged, refused }
}

/** A problem is thrown before anything of its incident is written: the others go on. */
function refusal(error: unknown): null {
  if (error instanceof Problem) return null
  throw error
}

/** Ends mutes whose time has come; answers how many. */
export async function endMutes(store: Store, nowMs: number, limit: number): Promise<number> {
  const due = `SELECT * FROM incidents WHERE muted_until <= ? ORDER BY muted_until LIMIT ?`
  if ((await store.read.get(due, nowMs, 1)) === null) return 0
  return store.write(async (tx) => {
    const rows = await tx.all<IncidentRow>(due, nowMs, limit)
    for (const row of rows) {
      const at = row.muted_until ?? nowMs
      const line = { ...UNMUTED, at }
      const after = await updateIncident(tx, row, obey(await lifeOf(tx, row), line), null)
      await addHistory(tx, row, line)
      await tellChange(tx, row, after, { atMs: at, who: line.who, snapshotId: null, nowMs })
    }
    return rows.length
  })
}

// Kept like what a person does, since it follows from that and from no snapshot.
const UNMUTED = {
  what: 'unmuted',
  who: 'hangar',
  byPerson: true,
  snapshotId: null,
  note: null,
} as const
