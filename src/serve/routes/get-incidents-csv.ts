import type { IncidentItem } from '../../model/incident.ts'
import { eachIncident } from '../../store/incident-list.ts'
import { CSV_TYPE, type CsvColumns, csvOf } from '../csv.ts'
import { fileRoute, locatedIncident } from '../route.ts'
import { IncidentsQuery } from '../schemas-query.ts'

const COLUMNS: CsvColumns<IncidentItem> = {
  id: ({ id }) => id,
  url: ({ url }) => url,
  severity: ({ severity }) => severity,
  verdict: ({ verdict }) => verdict,
  state: ({ state }) => state,
  resolution: ({ resolution }) => resolution,
  mutedUntil: ({ mutedUntil }) => mutedUntil,
  signature: ({ signature }) => signature,
  signatureVersion: ({ signatureVersion }) => signatureVersion,
  title: ({ title }) => title,
  summary: ({ summary }) => summary,
  subjectKind: ({ subject }) => subject.kind,
  subjectId: ({ subject }) => subject.id,
  host: ({ host }) => host,
  kernel: ({ kernel }) => kernel,
  class: (incident) => incident.class,
  fingerprint: ({ fingerprint }) => fingerprint,
  taskCount: ({ taskCount }) => taskCount,
  firstSeen: ({ firstSeen }) => firstSeen,
  lastSeen: ({ lastSeen }) => lastSeen,
  since: ({ since }) => since,
  snapshots: ({ snapshots }) => snapshots,
  labels: ({ labels }) => JSON.stringify(labels),
  links: ({ links }) => links.map(({ url }) => url).join(' '),
}

/** Every incident that passes the filter, however many: they are read as the client takes them. */
export const getIncidentsCsv = fileRoute({
  method: 'get',
  path: '/incidents.csv',
  summary: 'All incidents that pass the filters, as CSV; also GET /incidents with Accept: text/csv',
  limited: 'filter',
  input: IncidentsQuery.omit({ limit: true, cursor: true }),
  type: 'text/csv',
  problems: ['request-invalid'],
  async handle(query, { store }, call) {
    async function* pages() {
      for await (const items of eachIncident(store, query)) {
        yield items.map((item) => locatedIncident(item, call))
      }
    }
    return { type: CSV_TYPE, content: csvOf(COLUMNS, pages()), saveAs: 'incidents.csv' }
  },
})
