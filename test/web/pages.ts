// Every page from the fixed values, once: goldens, tests of hostile text and pictures read it.

import { SEVERITIES } from '../../src/model/diagnosis.ts'
import type { FleetProblem } from '../../src/model/fleet-problem.ts'
import type { Ticket, TicketItem } from '../../src/model/ticket.ts'
import type { Delivery, Webhook } from '../../src/model/webhook.ts'
import type { Work } from '../../src/model/work.ts'
import type { TrendColumn } from '../../src/web/charts.ts'
import type { PageContext } from '../../src/web/layout.ts'
import { analyzedPage, analyzePage } from '../../src/web/pages/analyze.ts'
import { comparePage, FATES } from '../../src/web/pages/compare.ts'
import { type Fleet, fleetPage } from '../../src/web/pages/fleet.ts'
import { hostPage, hostsPage } from '../../src/web/pages/hosts.ts'
import { incidentPage } from '../../src/web/pages/incident.ts'
import { type Facet, incidentsPage } from '../../src/web/pages/incidents.ts'
import { jobPage, jobsPage } from '../../src/web/pages/jobs.ts'
import { faultPage, problemKindPage, problemPage } from '../../src/web/pages/problem.ts'
import { fleetProblemPage, problemsPage } from '../../src/web/pages/problems.ts'
import { type SignatureRow, signaturePage, signaturesPage } from '../../src/web/pages/signatures.ts'
import { type SnapshotView, snapshotPage, snapshotsPage } from '../../src/web/pages/snapshots.ts'
import { ticketPage, ticketsPage } from '../../src/web/pages/tickets.ts'
import { newWebhookPage, webhookPage, webhooksPage } from '../../src/web/pages/webhooks.ts'
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

const FLEET: Omit<Fleet, 'newest' | 'snapshots' | 'unknowns' | 'byLabel'> = {
  hostsBySeverity: { critical: 2, high: 4, medium: 2, low: 1 },
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
  trend: {
    what: 'Incidents by severity, by when they were first seen (UTC)',
    series: SEVERITIES.map((name) => ({ name, fill: `fill-${name}` })),
    columns: TREND.map(({ label, counts }, index) => ({
      label,
      axis: index % 5 === 0 ? label : null,
      address: `/incidents?since=2026-11-${10 + index}`,
      values: SEVERITIES.map((severity) => counts[severity] ?? 0),
    })),
  },
  trendChoice: {
    range: '7d',
    ranges: ['24h', '7d', '30d'],
    key: 'severity',
    keys: ['severity', 'signature'],
  },
  snapshotsTotal: 15_402,
  ingest: { queued: 2, processing: 1, failed: 1, oldestQueuedAt: '2026-11-23T11:50:00Z' },
}

type PageMaker = (values: Values, context: PageContext) => string

const FACETS: readonly Facet[] = [
  { name: 'state', title: 'State', values: facetValues(['open', 'acknowledged', 'resolved'], []) },
  {
    name: 'severity',
    title: 'Severity',
    values: facetValues(['critical', 'high', 'medium'], ['critical', 'high']),
  },
  {
    name: 'kernel',
    title: 'Kernel',
    values: facetValues(
      Array.from({ length: 14 }, (_, index) => `6.${index}.0-generic`),
      ['6.12.0-generic'],
    ),
  },
]

function facetValues(names: readonly string[], chosen: readonly string[]): Facet['values'] {
  return names.map((value, index) => ({
    value,
    incidents: 120 - index,
    isChosen: chosen.includes(value),
  }))
}

/** A signature by the words of an incident, so that what is hostile there is hostile here. */
function signatureOf({ ITEMS: [item] }: Values): SignatureRow['signature'] {
  return {
    id: item?.signature ?? '',
    version: 1,
    title: item?.title ?? '',
    severity: 'critical',
    why: `${item?.summary ?? ''}\n`,
    source: 'fs/fuse/file.c, fuse_flush(); kernel/pid_namespace.c, zap_pid_ns_processes()\n',
  }
}

function rowOf(values: Values): SignatureRow {
  const signature = signatureOf(values)
  return { signature, open: 3, incidents: 44, hosts: 9, lastSeen: '2026-11-23T11:52:00Z' }
}

const NEVER = { open: 0, incidents: 0, hosts: 0, lastSeen: null }

const FIGURES = { incidents: 44, open: 14, hosts: 31, openHosts: 9 } as const

function ticketItemOf({ INCIDENT: { links } }: Values): TicketItem {
  const key = links[0]?.key ?? ''
  return { key, url: '/tickets/x', links: 3, linkedAt: '2026-11-23T11:06:00Z', ...FIGURES }
}

function ticketOf({ INCIDENT, ITEMS, HOSTS }: Values): Ticket {
  const { signature, kernel, links } = INCIDENT
  const seen = { firstSeen: '2026-11-02T08:00:00Z', lastSeen: '2026-11-23T11:52:00Z' }
  const hosts = HOSTS.map(({ name }) => ({ name, incidents: 3, open: 1, ...seen }))
  return {
    key: links[0]?.key ?? '',
    url: '/tickets/x',
    counts: { ...FIGURES, tasks: 120, ...seen },
    bySignature: [{ name: signature, ...FIGURES, ...seen }],
    byKernel: [
      { name: kernel, ...FIGURES, ...seen },
      { name: null, ...FIGURES, open: 0, ...seen },
    ],
    hosts,
    links: links.map((link) => ({
      ...link,
      on: link.from === 'incident' ? INCIDENT.id : signature,
    })),
    linksTotal: 40,
    incidents: { items: ITEMS, next: 'bmV4dA', total: 44 },
  }
}

function jobOf(kind: Work['kind'], hostile: string): Work {
  const tally = { incidents: 3, snapshots: 4, hosts: 2, kernels: 1 }
  const said = { verdict: 'likely', severity: 'high', version: 1001, tasks: 2 } as const
  return {
    id: `0193a1c2-0000-7000-8000-${kind}`,
    kind,
    state: kind === 'try' ? 'running' : 'failed',
    who: hostile,
    asked: '2026-11-02T08:00:00Z',
    started: '2026-11-02T08:00:01Z',
    ended: null,
    input: {
      yaml: null,
      limit: 5000,
      since: null,
      host: hostile,
      signature: null,
      fingerprint: null,
    },
    progress: { done: 1200, total: 5000, unreadable: 3, rate: 300, etaSeconds: 13 },
    result: {
      gained: tally,
      lost: { ...tally, hosts: null },
      changed: tally,
      rewritten: 0,
      examples: [
        {
          kind: 'gained',
          signature: 'made-here',
          title: hostile,
          host: hostile,
          kernel: null,
          snapshot: '0193a1c2-0000-7000-8000-000000000001',
          incident: null,
          before: null,
          after: said,
          tasks: [],
          evidence: [{ file: 'proc/7/stack', line: 1, text: hostile, says: 'it waits' }],
        },
      ],
    },
    problem: kind === 'try' ? null : 'crash',
  }
}

function webhookOf(name: string, state: Webhook['state']): Webhook {
  return {
    id: `0193a1c2-0000-7000-8000-${state}`,
    name,
    url: 'https://hooks.example.com/services/T0/B0/secret',
    format: 'slack',
    events: ['incident.opened', 'incident.resolved'],
    filters: { severity: 'high', signatures: [], labels: { [name]: name } },
    state,
    why: state === 'disabled' ? 'the receiver answered 410: it is gone for good' : null,
    createdAt: '2026-11-02T08:00:00Z',
    createdBy: name,
    waiting: 2,
    delivered: 1204,
    failed: 3,
    skipped: 40,
  }
}

function deliveriesOf(text: string): readonly Delivery[] {
  const delivery: Delivery = {
    id: '0193a1c2-0000-7000-8000-00000000000a',
    event: 'incident.opened',
    incident: '0193a1c2-8f3e-7c41-9d0a-5b6c7d8e9f00',
    status: 'waiting',
    attempts: 3,
    madeAt: '2026-11-23T11:52:00Z',
    dueAt: '2026-11-23T12:02:00Z',
    endedAt: null,
    answer: 500,
    error: 'answered 500',
    excerpt: text,
    body: JSON.stringify({ text }),
  }
  const ended = { dueAt: null, endedAt: '2026-11-23T11:53:00Z' }
  return [
    delivery,
    { ...delivery, ...ended, id: 'b', status: 'delivered', answer: 200, error: null },
    {
      ...delivery,
      ...ended,
      id: 'c',
      event: 'test',
      incident: null,
      status: 'failed',
      error: text,
    },
  ]
}

const LOOKS: Parameters<typeof hostPage>[1]['looks'] = [
  { snapshot: 's1', takenAt: '2026-11-01T11:00:00Z', boot: 'b1', kernel: '6.1.0-55-amd64' },
  { snapshot: 's2', takenAt: '2026-11-20T11:00:00Z', boot: 'b1', kernel: '6.1.0-55-amd64' },
  { snapshot: 's3', takenAt: '2026-11-23T11:00:00Z', boot: 'b2', kernel: '6.1.0-56-amd64' },
]

/** Every task of a diagnosis as a stack of its own. */
function stacksOf({ tasks }: Values['DIAGNOSIS']): SnapshotView['stacks'] {
  return tasks.map(({ stack, state, waitsOn }) => ({
    stack,
    class: waitsOn?.class ?? null,
    waitsOn,
    tasks: 2,
    states: { [state ?? '']: 2 },
  }))
}

/** A problem by the words of an incident, so that what is hostile there is hostile here. */
function problemOf({ ITEMS: [item], TASKS: [task], INCIDENT }: Values): FleetProblem | null {
  if (!item) return null
  const seen = { firstSeen: '2026-11-02T08:00:00Z', lastSeen: '2026-11-23T11:52:00Z' }
  const part = (name: string | null) => ({ name, incidents: 44, ...seen })
  const { fingerprint, title } = item
  const near = { signature: item.signature, held: 2, failed: [title] }
  return {
    ...{ fingerprint, url: '/problems/x', name: title, title, class: item.class, known: false },
    ...{ incidents: 44, open: 3, hosts: 9, ...seen, signatures: [item.signature] },
    trend: [{ at: '2026-11-23T00:00:00Z', incidents: 4 }],
    ...{ note: item.summary, mergedInto: fingerprint },
    bySignature: [part(item.signature)],
    byKernel: [part(item.kernel), part(null)],
    byHost: [part(item.host)],
    members: [{ fingerprint, name: title, title, mergedInto: null }],
    history: [{ at: seen.lastSeen, who: title, what: 'merged', other: fingerprint, note: title }],
    example: {
      incident: item,
      snapshot: INCIDENT.snapshot,
      task: task ?? null,
      nearMisses: [near],
    },
  }
}

/** Golden name to page. */
export const PAGES: Readonly<Record<string, PageMaker>> = {
  fleet: ({ ITEMS, SNAPSHOTS }, context) =>
    fleetPage(context, {
      ...FLEET,
      newest: ITEMS,
      unknowns: ITEMS.slice(0, 1),
      byLabel: ITEMS.flatMap(({ labels }) => Object.entries(labels)).map(([name, value]) => ({
        name,
        value,
        incidents: 5,
        hosts: 2,
      })),
      snapshots: SNAPSHOTS,
    }),
  'fleet-calm': ({ SNAPSHOTS }, context) =>
    fleetPage(context, {
      ...FLEET,
      open: {},
      hostsAffected: 0,
      bySignature: [],
      byKernel: [],
      byLabel: [],
      newest: [],
      unknowns: [],
      snapshots: SNAPSHOTS,
    }),
  'fleet-empty': (_values, context) =>
    fleetPage(context, {
      ...FLEET,
      open: {},
      newest: [],
      unknowns: [],
      byLabel: [],
      snapshots: [],
      snapshotsTotal: 0,
    }),
  incidents: ({ ITEMS, HOSTS }, context) =>
    incidentsPage(context, {
      page: { items: ITEMS, next: 'bmV4dA', total: 214 },
      filter: { severity: ['critical', 'high'], q: HOSTS[0]?.name ?? '' },
      sort: 'lastSeen',
      address: `/incidents?${new URLSearchParams({ severity: 'critical', q: HOSTS[0]?.name ?? '' })}`,
      cursor: null,
      kept: [{ name: 'label.rack', value: HOSTS[0]?.name ?? '' }],
      facets: [
        ...FACETS,
        {
          name: 'signature',
          title: 'Signature',
          values: facetValues(
            ITEMS.map(({ signature }) => signature),
            [],
          ),
        },
      ],
    }),
  problems: (values, context) => {
    const problem = problemOf(values)
    return problemsPage(context, {
      page: { items: problem ? [problem] : [], next: 'bmV4dA', total: 214 },
      query: { known: false, q: problem?.title ?? '', sort: 'trend' },
      address: '/problems?known=false',
      cursor: null,
    })
  },
  'problems-none': (_values, context) =>
    problemsPage(context, {
      page: { items: [], next: null, total: 0 },
      query: {},
      address: '/problems',
      cursor: null,
    }),
  'problem-of-fleet': (values, context) => {
    const problem = problemOf(values)
    return problem ? fleetProblemPage(context, { problem, links: values.INCIDENT.links }) : ''
  },
  'incidents-none': (_values, context) =>
    incidentsPage(context, {
      page: { items: [], next: null, total: 0 },
      filter: { host: ['nowhere'] },
      sort: 'severity',
      facets: [],
      address: '/incidents?host=nowhere&sort=severity',
      cursor: 'bmV4dA',
      kept: [{ name: 'host', value: 'nowhere' }],
    }),
  incident: ({ INCIDENT, TASKS, ITEMS, DIAGNOSIS }, context) =>
    incidentPage(context, {
      incident: INCIDENT,
      tasks: TASKS,
      nearMisses: DIAGNOSIS.incidents[0]?.nearMisses ?? [],
      elsewhere: ITEMS.slice(1, 3),
      elsewhereTotal: 12,
    }),
  hosts: ({ HOSTS }, context) =>
    hostsPage(context, {
      page: { items: HOSTS, next: null, total: HOSTS.length },
      q: HOSTS[0]?.name ?? '',
      cursor: null,
    }),
  host: ({ HOSTS: [host], ITEMS, SNAPSHOTS }, context) =>
    host ? hostPage(context, { host, incidents: ITEMS, looks: LOOKS, snapshots: SNAPSHOTS }) : '',
  snapshots: ({ SNAPSHOTS }, context) =>
    snapshotsPage(context, {
      page: { items: SNAPSHOTS, next: null, total: SNAPSHOTS.length },
      status: null,
      cursor: null,
    }),
  snapshot: ({ SNAPSHOT, ITEMS, DIAGNOSIS }, context) =>
    snapshotPage(context, {
      snapshot: SNAPSHOT,
      incidents: ITEMS.slice(0, 1),
      diagnosis: DIAGNOSIS,
      stacks: stacksOf(DIAGNOSIS),
      others: [SNAPSHOT],
    }),
  compare: ({ SNAPSHOT, DIAGNOSIS }, context) =>
    comparePage(context, {
      earlier: { ...SNAPSHOT, collectedAt: '2026-11-23T11:00:00Z' },
      later: SNAPSHOT,
      isSameBoot: false,
      incidents: DIAGNOSIS.incidents.map((incident) => ({ fate: 'stayed', incident })),
      tasks: DIAGNOSIS.tasks.map((task, index) => ({
        fate: FATES[index % FATES.length] ?? 'came',
        task,
        before: task.waitsOn,
      })),
      stacks: stacksOf(DIAGNOSIS).map((stack, index) => ({ ...stack, before: index, after: 3 })),
    }),
  'snapshot-failed': ({ SNAPSHOTS, SNAPSHOT }, context) =>
    snapshotPage(context, {
      snapshot: SNAPSHOTS[1] ?? SNAPSHOT,
      incidents: [],
      diagnosis: null,
      stacks: [],
      others: [],
    }),
  'snapshot-queued': ({ SNAPSHOTS, SNAPSHOT }, context) =>
    snapshotPage(context, {
      snapshot: SNAPSHOTS[2] ?? SNAPSHOT,
      incidents: [],
      diagnosis: null,
      stacks: [],
      others: [],
    }),
  signatures: (values, context) =>
    signaturesPage(context, [rowOf(values), { signature: signatureOf(values), ...NEVER }]),
  signature: (values, context) =>
    signaturePage(context, {
      signature: {
        ...signatureOf(values),
        subject: 'pid-namespace',
        subsumes: ['hung-task', 'pidns-teardown-stuck'],
      },
      row: rowOf(values),
      byKernel: FLEET.byKernel.map(({ key, counts }) => ({ kernel: key, counts })),
      trend: TREND,
      newest: values.ITEMS.slice(0, 2),
    }),
  tickets: (values, context) =>
    ticketsPage(context, {
      page: { items: [ticketItemOf(values)], next: 'bmV4dA', total: 120 },
      cursor: null,
    }),
  'tickets-none': (_values, context) =>
    ticketsPage(context, { page: { items: [], next: null, total: 0 }, cursor: null }),
  ticket: (values, context) => ticketPage(context, { ticket: ticketOf(values), cursor: null }),
  webhooks: ({ HOSTS: [host] }, context) =>
    webhooksPage(context, [webhookOf(host?.name ?? '', 'active'), webhookOf('pager', 'disabled')]),
  jobs: ({ HOSTS: [host] }, context) =>
    jobsPage(context, {
      page: {
        items: [jobOf('try', host?.name ?? ''), jobOf('reclassify', 'ann')],
        next: '7',
        total: 9,
      },
      cursor: null,
    }),
  'jobs-none': (_values, context) =>
    jobsPage(context, { page: { items: [], next: null, total: 0 }, cursor: null }),
  job: ({ HOSTS: [host] }, context) => jobPage(context, jobOf('try', host?.name ?? '')),
  'webhooks-none': (_values, context) => webhooksPage(context, []),
  'webhook-new': ({ HOSTS: [host] }, context) =>
    newWebhookPage(context, webhookOf(host?.name ?? '', 'active'), 'whsec_0123456789'),
  webhook: ({ HOSTS: [host] }, context) =>
    webhookPage(context, {
      webhook: webhookOf(host?.name ?? '', 'disabled'),
      deliveries: { items: deliveriesOf(host?.name ?? ''), next: 'bmV4dA', total: 90 },
      cursor: null,
    }),
  analyze: (_values, context) => analyzePage(context),
  'analyze-failed': ({ HOSTS: [host] }, context) =>
    analyzePage(context, { title: 'The bundle is torn', says: [host?.name ?? ''] }),
  analyzed: ({ DIAGNOSIS, SNAPSHOT }, context) => analyzedPage(context, DIAGNOSIS, SNAPSHOT.name),
  'analyzed-healthy': ({ DIAGNOSIS }, context) =>
    analyzedPage(context, { ...DIAGNOSIS, incidents: [], tasks: [], faults: [] }, 'pasted text'),
  problem: ({ HOSTS: [host] }, context) =>
    problemPage(context, 'host-unknown', { name: host?.name ?? '', hint: null }),
  'problem-kind': (_values, context) => problemKindPage(context, 'archive-proc-empty'),
  fault: (_values, context) => faultPage(context),
}
