import type {
  FleetProblem,
  ProblemHistoryItem,
  ProblemMember,
  ProblemPart,
} from '../model/fleet-problem.ts'
import { Problem } from '../model/problem.ts'
import { oneOf } from './incident-rows.ts'
import { findIncident, listIncidents } from './incidents.ts'
import type { Store } from './open.ts'
import { toTime } from './packed.ts'
import { membersOf } from './problem-groups.ts'
import { toProblemItem } from './problem-list.ts'
import type { ProblemRow } from './schema.ts'
import { findDiagnosis } from './snapshots.ts'

const PARTS_MAX = 100
const HISTORY_MAX = 200

/**
 * One problem whole. One that is merged is answered for itself, and names the other.
 * @throws {Problem} stack-unknown
 */
export async function findProblem(store: Store, fingerprint: string): Promise<FleetProblem> {
  const row = await rowOf(store, fingerprint)
  const members = await membersOf(store.read, fingerprint)
  return {
    ...(await toProblemItem(store, await rowOf(store, row.root))),
    fingerprint,
    url: `/problems/${encodeURIComponent(fingerprint)}`,
    name: row.name,
    note: row.note,
    mergedInto: row.merged_into === null ? null : row.root,
    bySignature: await partsOf(store, members, 'signature'),
    byKernel: await partsOf(store, members, 'kernel'),
    byHost: await named(store, await partsOf(store, members, 'host')),
    members: members.length > 1 ? await membersWithNames(store, row.root) : [],
    history: await historyOf(store, members),
    example: await exampleOf(store, fingerprint),
  }
}

async function rowOf(store: Store, fingerprint: string): Promise<ProblemRow> {
  const row = await store.read.get<ProblemRow>(
    'SELECT * FROM problems WHERE fingerprint = ?',
    fingerprint,
  )
  if (row) return row
  const stack = await store.read.get<{ class: string }>(
    'SELECT class FROM stacks WHERE fingerprint = ? ORDER BY stack_no LIMIT 1',
    fingerprint,
  )
  if (!stack || fingerprint === '') throw new Problem('stack-unknown', { fingerprint })
  return { ...NEVER, fingerprint, root: fingerprint, class: stack.class }
}

/** A shape that stands on some stack, and in no incident. */
const NEVER = {
  merged_into: null,
  is_listed: 0,
  name: null,
  note: null,
  title: '',
  own_open: 0,
  is_known: 0,
  open: 0,
  incidents: 0,
  hosts: 0,
  first_seen: 0,
  last_seen: 0,
  heat: 0,
} as const satisfies Partial<ProblemRow>

async function partsOf(
  store: Store,
  members: readonly string[],
  part: string,
): Promise<readonly ProblemPart[]> {
  const rows = await store.read.all<{ value: string; n: number; first: number; last: number }>(
    `SELECT value, sum(incidents) AS n, min(first_seen) AS first, max(last_seen) AS last FROM problem_parts
     WHERE part = ? AND fingerprint IN (SELECT value FROM json_each(?))
     GROUP BY value ORDER BY last DESC, value LIMIT ${PARTS_MAX}`,
    part,
    JSON.stringify(members),
  )
  return rows.map(({ value, n, first, last }) => ({
    name: value || null,
    incidents: n,
    firstSeen: toTime(first),
    lastSeen: toTime(last),
  }))
}

async function named(store: Store, parts: readonly ProblemPart[]): Promise<readonly ProblemPart[]> {
  const hosts: ProblemPart[] = []
  for (const part of parts) {
    const host = await store.read.get<{ name: string }>(
      'SELECT name FROM hosts WHERE host_id = ?',
      Number(part.name),
    )
    hosts.push({ ...part, name: host?.name || null })
  }
  return hosts
}

async function membersWithNames(store: Store, root: string): Promise<readonly ProblemMember[]> {
  const rows = await store.read.all<ProblemRow>(
    'SELECT * FROM problems WHERE root = ? ORDER BY fingerprint LIMIT 200',
    root,
  )
  return rows.map((row) => ({
    fingerprint: row.fingerprint,
    name: row.name,
    title: row.title || null,
    mergedInto: row.merged_into,
  }))
}

async function historyOf(
  store: Store,
  members: readonly string[],
): Promise<readonly ProblemHistoryItem[]> {
  const rows = await store.read.all<{
    at: number
    who: string
    what: string
    other: string | null
    note: string | null
  }>(
    `SELECT at, who, what, other, note FROM problem_history
     WHERE fingerprint IN (SELECT value FROM json_each(?)) ORDER BY item DESC LIMIT ${HISTORY_MAX}`,
    JSON.stringify(members),
  )
  const whats = ['named', 'noted', 'merged', 'parted'] as const
  return rows.map((row) => ({ ...row, at: toTime(row.at), what: oneOf(whats, row.what, 'noted') }))
}

/** The newest incident, and the task of it that tells most. */
async function exampleOf(store: Store, fingerprint: string): Promise<FleetProblem['example']> {
  const [item] = (await listIncidents(store, { fingerprint: [fingerprint], limit: 1 })).items
  const incident = item ? await findIncident(store, item.id) : null
  if (!item || !incident) return null
  const diagnosis = await findDiagnosis(store, incident.snapshot)
  const tasks = diagnosis?.tasks ?? []
  const task =
    tasks.find((one) => one.fingerprint === item.fingerprint) ??
    tasks.find((one) => incident.tasks.some(({ tid }) => tid === one.tid))
  const found = diagnosis?.incidents.find(
    ({ signature, subject }) => signature === item.signature && subject.id === item.subject.id,
  )
  return {
    incident: item,
    snapshot: incident.snapshot,
    task: task
      ? { comm: task.comm, state: task.state, stack: task.stack, waitsOn: task.waitsOn }
      : null,
    nearMisses: found?.nearMisses ?? [],
  }
}
