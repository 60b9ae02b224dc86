// Every page from the fixed values, once: goldens, tests of hostile text and pictures read it.

import type { TrendColumn } from '../../src/web/charts.ts'
import type { PageContext } from '../../src/web/layout.ts'
import { analyzedPage, analyzePage } from '../../src/web/pages/analyze.ts'
import { type Fleet, fleetPage } from '../../src/web/pages/fleet.ts'
import { hostPage, hostsPage } from '../../src/web/pages/hosts.ts'
import { incidentPage } from '../../src/web/pages/incident.ts'
import { incidentsPage } from '../../src/web/pages/incidents.ts'
import { faultPage, problemKindPage, problemPage } from '../../src/web/pages/problem.ts'
import { signaturePage, signaturesPage } from '../../src/web/pages/signatures.ts'
import { snapshotPage, snapshotsPage } from '../../src/web/pages/snapshots.ts'
import type * as fixed from './values.ts'

export type Values = Pick<
  typeof fixed,
  'INCIDENT' | 'ITEMS' | 'TASKS' | 'DIAGNOSIS' | 'SNAPSHOTS' | 'SNAPSHOT' | 'HOSTS'
>

const TREND: readonly TrendColumn[] = Array.from({ length: 14 }, (_, day) => ({
  label: `${10 + day} Nov`,
  counts:
    day % 5 === 0 ? {} : { critical: day % 3, high: day % 4, medium: (day * 7) % 5, low: day % 2 },
}))

const FLEET: Omit<Fleet, 'newest' | 'snapshots'> = {
  open: { critical: 3, high: 5, medium: 2, low: 1 },
  hostsAffected: 8,
  hosts: 1204,
  bySignature: [
    {
      key: 'fuse-flush-deadlock',
      title: 'FUSE flush deadlock in a dying pid namespace',
      counts: { critical: 3 },
      hosts: 2,
    },
    {
      key: 'nfs-server-unresponsive',
      title: 'NFS server does not answer',
      counts: { high: 5 },
      hosts: 4,
    },
    {
      key: 'jbd2-stall',
      title: 'Journal commit does not end',
      counts: { medium: 2, low: 1 },
      hosts: 2,
    },
  ],
  byKernel: [
    { key: '6.1.0-56-amd64', title: '6.1.0-56-amd64', counts: { critical: 3, high: 2 }, hosts: 3 },
    {
      key: '5.15.0-119-generic',
      title: '5.15.0-119-generic',
      counts: { high: 3, low: 1 },
      hosts: 4,
    },
    { key: '6.12.48+deb13-amd64', title: '6.12.48+deb13-amd64', counts: { medium: 2 }, hosts: 1 },
  ],
  trend: TREND,
  snapshotsTotal: 15_402,
  ingest: { queued: 2, processing: 1, failed: 1 },
}

/** Golden name to page. */
export function pagesOf(values: Values, context: PageContext): Readonly<Record<string, string>> {
  const { INCIDENT, ITEMS, TASKS, DIAGNOSIS, SNAPSHOTS, SNAPSHOT, HOSTS } = values
  const [failed, queued] = [SNAPSHOTS[1] ?? SNAPSHOT, SNAPSHOTS[2] ?? SNAPSHOT]
  const [host] = HOSTS
  const signature = {
    id: ITEMS[0]?.signature ?? '',
    version: 1,
    title: ITEMS[0]?.title ?? '',
    severity: 'critical',
    why: 'An exiting task flushes a FUSE file and waits for a daemon that its own dying pid namespace has killed.\n',
    source: 'fs/fuse/file.c, fuse_flush(); kernel/pid_namespace.c, zap_pid_ns_processes()\n',
  } as const
  const row = { signature, open: 3, incidents: 44, hosts: 9, lastSeen: '2026-11-23T11:52:00Z' }
  return {
    fleet: fleetPage(context, { ...FLEET, newest: ITEMS, snapshots: SNAPSHOTS }),
    'fleet-calm': fleetPage(context, {
      ...FLEET,
      open: {},
      hostsAffected: 0,
      bySignature: [],
      byKernel: [],
      newest: [],
      snapshots: SNAPSHOTS,
    }),
    'fleet-empty': fleetPage(context, {
      ...FLEET,
      open: {},
      newest: [],
      snapshots: [],
      snapshotsTotal: 0,
    }),
    incidents: incidentsPage(context, {
      page: { items: ITEMS, next: 'bmV4dA', total: 214 },
      filter: { severity: ['critical', 'high'], q: 'ndrive' },
      sort: 'lastSeen',
      address: '/incidents?severity=critical&severity=high&q=ndrive',
      cursor: null,
      kept: [],
      facets: [
        {
          name: 'state',
          title: 'State',
          values: [
            { value: 'open', incidents: 120, isChosen: false },
            { value: 'acknowledged', incidents: 14, isChosen: false },
            { value: 'resolved', incidents: 80, isChosen: false },
          ],
        },
        {
          name: 'severity',
          title: 'Severity',
          values: [
            { value: 'critical', incidents: 90, isChosen: true },
            { value: 'high', incidents: 124, isChosen: true },
            { value: 'medium', incidents: 31, isChosen: false },
          ],
        },
        {
          name: 'signature',
          title: 'Signature',
          values: ITEMS.map((each, index) => ({
            value: each.signature,
            incidents: 50 - index,
            isChosen: false,
          })),
        },
        {
          name: 'kernel',
          title: 'Kernel',
          values: Array.from({ length: 14 }, (_, index) => ({
            value: `6.${index}.0-generic`,
            incidents: 14 - index,
            isChosen: index === 12,
          })),
        },
      ],
    }),
    'incidents-none': incidentsPage(context, {
      page: { items: [], next: null, total: 0 },
      filter: { host: ['nowhere'] },
      sort: 'lastSeen',
      facets: [],
      address: '/incidents?host=nowhere',
      cursor: null,
      kept: [{ name: 'host', value: 'nowhere' }],
    }),
    incident: incidentPage(context, {
      incident: INCIDENT,
      tasks: TASKS,
      elsewhere: ITEMS.slice(1, 3),
      elsewhereTotal: 12,
    }),
    hosts: hostsPage(context, {
      page: { items: HOSTS, next: null, total: HOSTS.length },
      q: '',
      cursor: null,
    }),
    host: host ? hostPage(context, { host, incidents: ITEMS, snapshots: SNAPSHOTS }) : '',
    snapshots: snapshotsPage(context, {
      page: { items: SNAPSHOTS, next: null, total: 3 },
      status: null,
      cursor: null,
    }),
    snapshot: snapshotPage(context, {
      snapshot: SNAPSHOT,
      incidents: ITEMS.slice(0, 1),
      diagnosis: DIAGNOSIS,
    }),
    'snapshot-failed': snapshotPage(context, { snapshot: failed, incidents: [], diagnosis: null }),
    'snapshot-queued': snapshotPage(context, { snapshot: queued, incidents: [], diagnosis: null }),
    signatures: signaturesPage(context, [
      row,
      {
        ...row,
        signature: {
          ...signature,
          id: 'unknown',
          title: 'Stuck, and nothing explains it',
          severity: 'medium',
        },
        open: 0,
        incidents: 0,
        hosts: 0,
        lastSeen: null,
      },
    ]),
    signature: signaturePage(context, {
      signature: {
        ...signature,
        subject: 'pid-namespace',
        subsumes: ['hung-task', 'pidns-teardown-stuck'],
      },
      row,
      byKernel: FLEET.byKernel.map(({ key, counts }) => ({ kernel: key, counts })),
      trend: TREND,
      newest: ITEMS.slice(0, 2),
    }),
    analyze: analyzePage(context),
    'analyze-failed': analyzePage(context, {
      title: 'The text holds nothing that Hangar reads',
      says: ['Paste the lines as they are, prefixes included.'],
    }),
    analyzed: analyzedPage(context, DIAGNOSIS, 'titus-agent-042.tar.gz'),
    'analyzed-healthy': analyzedPage(
      context,
      { ...DIAGNOSIS, incidents: [], tasks: [], faults: [] },
      'pasted text',
    ),
    problem: problemPage(context, 'incident-unknown', { id: '<b>4711' }),
    'problem-kind': problemKindPage(context, 'archive-proc-empty'),
    fault: faultPage(context),
  }
}
