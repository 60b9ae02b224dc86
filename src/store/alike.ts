import type { Labels } from '../model/access.ts'
import type { IncidentFilter } from '../model/query.ts'
import type { OpenAndAll } from '../model/ticket.ts'
import { countIncidents } from './counts.ts'
import type { Store } from './open.ts'
import { membersOf, mergedRoot } from './problem-groups.ts'
import { seenBy } from './seen-by.ts'

/** How often the signature of an incident is found in the fleet; out of cells. */
export async function countSignature(
  store: Store,
  signature: string,
  labels: Labels | null = null,
): Promise<OpenAndAll> {
  return countOf(store, { signature: [signature], ...seenBy(labels) })
}

async function countOf(store: Store, filter: IncidentFilter): Promise<OpenAndAll> {
  const [all] = await countIncidents(store, { by: [], filter, interval: null })
  const [open] = await countIncidents(store, {
    by: [],
    filter: { ...filter, state: ['!resolved'], severity: ['!info'], muted: false },
    interval: null,
  })
  return {
    incidents: all?.incidents ?? 0,
    hosts: all?.hosts ?? 0,
    open: open?.incidents ?? 0,
    openHosts: open?.hosts ?? 0,
  }
}

/** The same of its problem: out of the roll-up of shapes, and of an index of those that are open. */
export async function countShape(
  store: Store,
  fingerprint: string,
  labels: Labels | null = null,
): Promise<OpenAndAll> {
  const root = await mergedRoot(store.read, fingerprint)
  const members = await membersOf(store.read, fingerprint)
  if (labels !== null) return countOf(store, { fingerprint: members, ...seenBy(labels) })
  const all = await store.read.get<{ incidents: number; hosts: number }>(
    `SELECT incidents, hosts FROM counts
     WHERE dimension = ? AND span = 'all' AND value = ? AND bucket = 0`,
    root === null ? 'fingerprint' : 'problem',
    root ?? fingerprint,
  )
  const open = await store.read.get<{ incidents: number; hosts: number }>(
    `SELECT count(*) AS incidents, count(DISTINCT host_id) AS hosts FROM incidents
     WHERE fingerprint IN (${members.map(() => '?').join(', ')}) AND state IN ('open', 'acknowledged')
       AND severity <> 'info' AND muted = 0`,
    ...members,
  )
  return {
    incidents: all?.incidents ?? 0,
    hosts: all?.hosts ?? 0,
    open: open?.incidents ?? 0,
    openHosts: open?.hosts ?? 0,
  }
}
