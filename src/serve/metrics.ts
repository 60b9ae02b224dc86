import type { RequestHandler } from 'express'
import { countIncidents } from '../store/counts.ts'
import { countSnapshots } from '../store/snapshots.ts'
import type { Gate } from './gate.ts'
import type { Services } from './services.ts'

type Labels = Readonly<Record<string, string>>
type Sample = { readonly labels?: Labels; readonly value: number }
type Metric = {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly samples: readonly Sample[]
}

/** Figures for a Prometheus server, and the handler that counts requests for them. */
export function createMetrics(
  services: Services,
  gate: Gate,
): { readonly count: RequestHandler; readonly answer: RequestHandler } {
  const requests = new Map<string, number>()
  return {
    count(_request, response, next) {
      response.once('close', () => {
        const status = String(response.statusCode)
        requests.set(status, (requests.get(status) ?? 0) + 1)
      })
      next()
    },
    async answer(_request, response) {
      const metrics = [...ownMetrics(requests, gate), ...(await storedMetrics(services))]
      response.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.map(show).join(''))
    },
  }
}

function ownMetrics(requests: ReadonlyMap<string, number>, gate: Gate): readonly Metric[] {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return [
    {
      name: 'hangar_http_requests_total',
      type: 'counter',
      help: 'Requests answered, by status.',
      samples: [...requests].sort().map(([status, value]) => ({ labels: { status }, value })),
    },
    gauge('hangar_uploads_in_progress', 'Uploads being received.', gate.inside()),
    gauge('process_resident_memory_bytes', 'Resident memory.', rss),
    gauge('nodejs_heap_used_bytes', 'Heap in use by the main thread.', heapUsed),
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      help: 'User and system CPU time, of all threads.',
      samples: [{ value: (user + system) / 1e6 }],
    },
  ]
}

async function storedMetrics({ store, ingest }: Services): Promise<readonly Metric[]> {
  const snapshots = await countSnapshots(store)
  const rows = await countIncidents(store, {
    by: ['signature', 'severity'],
    filter: { state: ['open', 'acknowledged'] },
    interval: null,
  })
  const { oldestQueuedMs, workers } = await ingest.stats()
  return [
    {
      name: 'hangar_snapshots',
      type: 'gauge',
      help: 'Snapshots kept, by status.',
      samples: Object.entries(snapshots).map(([status, value]) => ({ labels: { status }, value })),
    },
    gauge(
      'hangar_queue_oldest_seconds',
      'Age of the snapshot that waits longest for its diagnosis.',
      (oldestQueuedMs ?? 0) / 1000,
    ),
    gauge('hangar_workers', 'Threads that diagnose bundles.', workers),
    {
      name: 'hangar_incidents_unresolved',
      type: 'gauge',
      help: 'Incidents open or acknowledged, by signature.',
      samples: rows.map(({ signature, severity, incidents }) => ({
        labels: { signature: String(signature), severity: String(severity) },
        value: incidents,
      })),
    },
  ]
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [{ value }] }
}

/** Source of the format: the Prometheus documentation, "Text-based format". */
function show({ name, type, help, samples }: Metric): string {
  const lines = samples.map(({ labels = {}, value }) => `${name}${showLabels(labels)} ${value}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n')
}

function showLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quoted(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function quoted(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
