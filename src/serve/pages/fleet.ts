import { z } from 'zod'
import type { Labels } from '../../model/access.ts'
import { SEVERITIES, type Severity } from '../../model/diagnosis.ts'
import type { CountRow } from '../../model/incident.ts'
import { listHosts } from '../../store/hosts.ts'
import { listIncidents } from '../../store/incident-list.ts'
import type { Store } from '../../store/open.ts'
import { type OpenNow, readOpenLabels, readOpenNow } from '../../store/open-now.ts'
import { queueDepth } from '../../store/queue.ts'
import { seenBy } from '../../store/seen-by.ts'
import { countSnapshots, listSnapshots } from '../../store/snapshots.ts'
import type { BySeverity, TrendColumn } from '../../web/charts.ts'
import { type Fleet, type FleetGroup, fleetPage } from '../../web/pages/fleet.ts'
import { checked } from '../route.ts'
import type { Services } from '../services.ts'
import { type AskedPage, filled } from './asked.ts'
import { showTrend, TREND_KEYS, TREND_RANGES } from './trend.ts'

/** Incidents that are not over, nor muted. */
export const UNRESOLVED = { state: ['open', 'acknowledged'], muted: false } as const

const GROUPS_SHOWN = 6
const LABELS_SHOWN = 8
const NEWEST_SHOWN = 6
const UNKNOWNS_SHOWN = 4
const SNAPSHOTS_SHOWN = 5
export const TREND_DAYS = 14

const FleetQuery = z.object({
  range: z.enum(TREND_RANGES).default('7d'),
  stack: z.enum(TREND_KEYS).default('severity'),
})

export async function showFleet({ context, query, labels }: AskedPage, services: Services) {
  const { store, catalogue } = services
  const { range, stack } = checked(FleetQuery, filled(query))
  const titles = new Map(catalogue.signatures.map(({ id, title }) => [id, title]))
  const [now, lists, trend] = await Promise.all([
    openNow(store, labels, (id) => titles.get(id) ?? id),
    newestOf(store, labels),
    showTrend(store, { range, key: stack, now: context.now, labels }),
  ])
  return fleetPage(context, {
    ...now,
    ...lists,
    trend,
    trendChoice: { range, ranges: TREND_RANGES, key: stack, keys: TREND_KEYS },
  })
}

async function openNow(
  store: Store,
  labels: Labels | null,
  titleOf: (signature: string) => string,
) {
  const [severity, signature, kernel, affected] = await Promise.all([
    readOpenNow(store, 'severity', labels),
    readOpenNow(store, 'signature', labels),
    readOpenNow(store, 'kernel', labels),
    readOpenLabels(store, labels),
  ])
  return {
    open: bySeverity(severity.rows),
    hostsBySeverity: hostsBySeverity(severity),
    hostsAffected: affected.hosts,
    bySignature: groupsOf(signature, titleOf),
    byKernel: groupsOf(kernel, (release) => release),
    byLabel: affected.labels.slice(0, LABELS_SHOWN),
  }
}

async function newestOf(
  store: Store,
  labels: Labels | null,
): Promise<
  Pick<Fleet, 'newest' | 'unknowns' | 'snapshots' | 'snapshotsTotal' | 'hosts' | 'ingest'>
> {
  const seen = seenBy(labels)
  const [newest, unknowns, snapshots, hosts, statuses, queue] = await Promise.all([
    listIncidents(store, { sort: 'firstSeen', limit: NEWEST_SHOWN, ...seen }),
    listIncidents(store, {
      ...UNRESOLVED,
      signature: ['unknown'],
      sort: 'firstSeen',
      limit: UNKNOWNS_SHOWN,
      ...seen,
    }),
    listSnapshots(store, { limit: SNAPSHOTS_SHOWN, labels }),
    listHosts(store, { limit: 1, labels }),
    countSnapshots(store),
    queueDepth(store.read),
  ])
  const oldest = queue.oldestQueuedAt
  return {
    newest: newest.items,
    unknowns: unknowns.items,
    snapshots: snapshots.items,
    snapshotsTotal: snapshots.total,
    hosts: hosts.total,
    ingest:
      labels === null
        ? {
            ...statuses,
            oldestQueuedAt: oldest === null ? null : new Date(oldest).toISOString(),
          }
        : null,
  }
}

function hostsBySeverity({ hosts }: OpenNow): BySeverity {
  return Object.fromEntries(SEVERITIES.map((severity) => [severity, hosts.get(severity) ?? 0]))
}

function bySeverity(rows: OpenNow['rows']): BySeverity {
  const counts: { [Name in Severity]?: number } = {}
  for (const { severity, incidents } of rows) {
    counts[severity] = (counts[severity] ?? 0) + incidents
  }
  return counts
}

/** The rows of one key together, the most incidents first. */
function groupsOf(
  { rows, hosts }: OpenNow,
  titleOf: (value: string) => string,
): readonly FleetGroup[] {
  const sumOf = (group: OpenNow['rows']) => group.reduce((sum, row) => sum + row.incidents, 0)
  return [...Map.groupBy(rows, ({ value }) => value)]
    .filter(([key]) => key !== '')
    .sort(([, one], [, other]) => sumOf(other) - sumOf(one))
    .slice(0, GROUPS_SHOWN)
    .map(([key, group]) => ({
      key,
      title: titleOf(key),
      counts: bySeverity(group),
      hosts: hosts.get(key) ?? 0,
    }))
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
