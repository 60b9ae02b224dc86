import type { CountRow } from '../model/incident.ts'
import { countIncidents } from '../store/counts.ts'
import type { Store } from '../store/open.ts'
import { UNRESOLVED } from './pages/fleet.ts'

/** What signatures have found so far. */
export type SignatureFigures = {
  readonly open: number
  readonly incidents: number
  readonly hosts: number
  readonly lastSeen: string | null
}

const NOTHING: SignatureFigures = { open: 0, incidents: 0, hosts: 0, lastSeen: null }

/** Figures by the id of a signature; asks the roll-ups twice, however many signatures there are. */
export async function signatureFigures(store: Store): Promise<(id: string) => SignatureFigures> {
  const [ever, open] = await Promise.all([
    countIncidents(store, { by: ['signature'], filter: {}, interval: null }),
    countIncidents(store, { by: ['signature'], filter: UNRESOLVED, interval: null }),
  ])
  const everById = byId(ever)
  const openById = byId(open)
  return (id) => {
    const row = everById.get(id)
    if (!row) return NOTHING
    const { incidents, hosts, lastSeen } = row
    return { open: openById.get(id)?.incidents ?? 0, incidents, hosts, lastSeen }
  }
}

function byId(rows: readonly CountRow[]): ReadonlyMap<string, CountRow> {
  return new Map(rows.map((row) => [String(row['signature']), row]))
}
