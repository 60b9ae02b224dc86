import { SEVERITIES, type Severity } from '../../model/diagnosis.ts'
import type { CountRow } from '../../model/incident.ts'
import { countIncidents } from '../../store/counts.ts'
import { listHosts } from '../../store/hosts.ts'
import { listIncidents } from '../../store/incident-list.ts'
import { countSnapshots, listSnapshots } from '../../store/snapshots.ts'
import type { BySeverity, TrendColumn } from '../../web/charts.ts'
import { type FleetGroup, fleetPage } from '../../web/pages/fleet.ts'
import type { Services } from '../services.ts'
import type { AskedPage } from './asked.ts'

/** Incidents that nobody has resolved. */
export const UNRESOLVED = { state: ['open', 'acknowledged'] } as const

const GROUPS_SHOWN = 6
const NEWEST_SHOWN = 8
const SNAPSHOTS_SHOWN = 6
export const TREND_DAYS = 14

export async function showFleet({ context }: AskedPage, services: Services): Promise<string> {
  const { store, catalogue } = services
  const count = (by: Parameters<typeof countIncidents>[1]['by']) =>
    countIncidents(store, { by, filter: UNRESOLVED, interval: null })
  const [all, bySeverity, bySignature, byKernel, byDay] = await Promise.all([
    count([]),
    count(['severity']),
    count(['signature', 'severity']),
    count(['kernel', 'severity']),
    countIncidents(store, { by: ['severity'], filter: {}, interval: 'day' }),
  ])
  const [newest, snapshots, hosts, statuses] = await Promise.all([
    listIncidents(store, { sort: 'firstSeen', limit: NEWEST_SHOWN }),
    listSnapshots(store, { limit: SNAPSHOTS_SHOWN }),
    listHosts(store, { limit: 1 }),
    countSnapshots(store),
  ])
  const titles = new Map(catalogue.signatures.map(({ id, title }) => [id, title]))
  return fleetPage(context, {
    open: severities(bySeverity),
    hostsAffected: all[0]?.hosts ?? 0,
    hosts: hosts.total,
    bySignature: groupsOf(bySignature, 'signature', (id) => titles.get(id) ?? id),
    byKernel: groupsOf(byKernel, 'kernel', (release) => release),
    trend: trendOf(byDay, context.now),
    newest: newest.items,
    snapshots: snapshots.items,
    snapshotsTotal: snapshots.total,
    ingest: statuses,
  })
}

function isSeverity(name: unknown): name is Severity {
  return SEVERITIES.some((severity) => severity === name)
}

/** Incidents by severity, added up over the other keys of the rows. */
export function severities(rows: readonly CountRow[]): BySeverity {
  const counts: { [Name in Severity]?: number } = {}
  for (const row of rows) {
    const severity = row['severity']
    if (isSeverity(severity)) counts[severity] = (counts[severity] ?? 0) + row.incidents
  }
  return counts
}

/** The rows of one key together, the most incidents first. */
function groupsOf(
  rows: readonly CountRow[],
  key: string,
  titleOf: (value: string) => string,
): readonly FleetGroup[] {
  const byValue = Map.groupBy(rows, (row) => row[key] ?? null)
  return [...byValue]
    .flatMap(([value, group]) => (value === null ? [] : [{ value: String(value), group }]))
    .map(({ value, group }) => ({
      key: value,
      title: titleOf(value),
      counts: severities(group),
      // A host with two severities is counted in both: the greatest is certain.
      hosts: Math.max(...group.map(({ hosts }) => hosts)),
      incidents: group.reduce((sum, { incidents }) => sum + incidents, 0),
    }))
    .sort((one, other) => other.incidents - one.incidents)
    .slice(0, GROUPS_SHOWN)
}

const DAY_MS = 86_400_000
const DAY_NAME = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** The last days up to now, those without incidents too. */
export function trendOf(rows: readonly CountRow[], now: string): readonly TrendColumn[] {
  const byDay = Map.groupBy(rows, (row) => String(row['at'] ?? '').slice(0, 10))
  const today = Date.parse(now)
  return Array.from({ length: TREND_DAYS }, (_, index) => {
    const day = new Date(today - (TREND_DAYS - 1 - index) * DAY_MS)
    return {
      label: DAY_NAME.format(day),
      counts: severities(byDay.get(day.toISOString().slice(0, 10)) ?? []),
    }
  })
}
