import { z } from 'zod'
import { hasLabels, type Labels } from '../../model/access.ts'
import { SEVERITIES, VERDICTS } from '../../model/diagnosis.ts'
import { type CountKey, INCIDENT_STATES, type Incident } from '../../model/incident.ts'
import { Problem } from '../../model/problem.ts'
import type { IncidentFilter, IncidentQuery } from '../../model/query.ts'
import { countValues } from '../../store/facets.ts'
import { listIncidents } from '../../store/incident-list.ts'
import { changeIncident, FOR_GOOD_MS, findIncident } from '../../store/incidents.ts'
import type { Store } from '../../store/open.ts'
import { seenBy } from '../../store/seen-by.ts'
import { findDiagnosis, findSnapshotLabels } from '../../store/snapshots.ts'
import { incidentPage } from '../../web/pages/incident.ts'
import { type Facet, incidentsPage } from '../../web/pages/incidents.ts'
import { narrowed } from '../limited.ts'
import { checked } from '../route.ts'
import { IncidentsQuery } from '../schemas-query.ts'
import type { Services } from '../services.ts'
import { type AskedPage, type FormAnswer, filled } from './asked.ts'
import { UNRESOLVED } from './fleet.ts'

/** The facets, in their order; values in a fixed order where they have one. */
const FACETS = [
  { name: 'state', title: 'State', order: INCIDENT_STATES },
  { name: 'severity', title: 'Severity', order: SEVERITIES },
  { name: 'verdict', title: 'Verdict', order: VERDICTS },
  { name: 'signature', title: 'Signature', order: null },
  { name: 'kernel', title: 'Kernel', order: null },
  { name: 'class', title: 'Waits for', order: null },
] as const satisfies readonly {
  name: keyof IncidentFilter & CountKey
  title: string
  order: readonly string[] | null
}[]

const FACET_VALUES_MAX = 60

export async function showIncidents({ context, query, labels }: AskedPage, { store }: Services) {
  const asked = checked(IncidentsQuery, withLabels(filled(query)))
  const { cursor = null, limit, sort = 'lastSeen', ...filter } = asked
  const page = await listIncidents(store, narrowed({ ...asked, limit }, labels))
  const seen = narrowed(filter, labels)
  const facets = await Promise.all(FACETS.map((facet) => facetOf(store, facet, seen)))
  return incidentsPage(context, {
    page,
    filter,
    sort,
    facets,
    address: addressOf(asked),
    cursor,
    kept: keptOf(filter, facets),
  })
}

/** Counts each value as if the facet's own choice were open, so that others can be added to it. */
async function facetOf(
  store: Store,
  { name, title, order }: (typeof FACETS)[number],
  filter: IncidentFilter,
): Promise<Facet> {
  const { [name]: own, ...others } = filter
  const chosen = new Set<string>(own ?? [])
  const counts = await countValues(store, name, others)
  const plain = [...chosen].filter((value) => !value.startsWith('!'))
  const names = order ?? [...new Set([...counts.keys(), ...plain])].slice(0, FACET_VALUES_MAX)
  const values = names
    .map((value) => ({ value, incidents: counts.get(value) ?? 0, isChosen: chosen.has(value) }))
    .filter(({ incidents, isChosen }) => incidents > 0 || isChosen)
  return { name, title, values }
}

/** Filters that no facet shows a box for: they stay in force as hidden fields. */
function keptOf(
  filter: IncidentFilter,
  facets: readonly Facet[],
): readonly { readonly name: string; readonly value: string }[] {
  const boxed = new Set(
    facets.flatMap(({ name, values }) => values.map(({ value }) => `${name}=${value}`)),
  )
  return [...pairsOf(filter)]
    .filter(([name, value]) => name !== 'q' && !boxed.has(`${name}=${value}`))
    .map(([name, value]) => ({ name, value }))
}

/** The page's address without its cursor: what is bookmarked and linked. */
function addressOf({ cursor: _cursor, limit: _limit, sort, ...filter }: IncidentQuery): string {
  const query = new URLSearchParams([...pairsOf(filter)])
  if (sort !== undefined && sort !== 'lastSeen') query.append('sort', sort)
  return query.size === 0 ? '/incidents' : `/incidents?${query}`
}

function* pairsOf({ labels, ...filter }: IncidentFilter): Generator<[string, string]> {
  for (const [name, value] of Object.entries(filter)) {
    for (const one of [value].flat()) yield [name, String(one)]
  }
  for (const [name, values] of Object.entries(labels ?? {})) {
    for (const value of values) yield [`label.${name}`, value]
  }
}

/** `label.K=V` gathered under `labels`, as the schema has it. */
function withLabels(query: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(query)
  const labels = entries.filter(([name]) => name.startsWith(LABEL))
  if (labels.length === 0) return query
  const others = entries.filter(([name]) => !name.startsWith(LABEL))
  return {
    ...Object.fromEntries(others),
    labels: Object.fromEntries(labels.map(([name, value]) => [name.slice(LABEL.length), value])),
  }
}

const LABEL = 'label.'

const ELSEWHERE_SHOWN = 5

export async function showIncident({ context, params, labels }: AskedPage, { store }: Services) {
  const incident = await incidentOf(store, params['id'] ?? '', labels)
  const [diagnosis, elsewhere] = await Promise.all([
    diagnosisSeen(store, incident.snapshot, labels),
    listIncidents(store, {
      ...UNRESOLVED,
      fingerprint: [incident.fingerprint],
      limit: ELSEWHERE_SHOWN + 1,
      ...seenBy(labels),
    }),
  ])
  const found = diagnosis?.incidents.find(
    ({ signature, subject }) =>
      signature === incident.signature && subject.id === incident.subject.id,
  )
  const others = elsewhere.items.filter(({ id }) => id !== incident.id)
  return incidentPage(context, {
    incident,
    tasks: diagnosis?.tasks ?? [],
    nearMisses: found?.nearMisses ?? [],
    elsewhere: others.slice(0, ELSEWHERE_SHOWN),
    elsewhereTotal: elsewhere.total,
  })
}

/** The diagnosis of a snapshot that the caller may see; null for any other. */
async function diagnosisSeen(store: Store, snapshot: string, labels: Labels | null) {
  if (labels !== null) {
    const has = await findSnapshotLabels(store, snapshot)
    if (!hasLabels(has ?? {}, labels)) return null
  }
  return findDiagnosis(store, snapshot)
}

/** @throws {Problem} incident-unknown */
async function incidentOf(store: Store, id: string, labels: Labels | null): Promise<Incident> {
  const incident = await findIncident(store, id, labels)
  if (!incident) throw new Problem('incident-unknown', { id: id.slice(0, 100) })
  return incident
}

const NOTE_CHARS_MAX = 2000

const StateForm = z.strictObject({
  state: z.enum(INCIDENT_STATES).optional(),
  note: z.string().trim().max(NOTE_CHARS_MAX).optional(),
  /** Hours, `forever` or `off`. */
  mute: z
    .string()
    .regex(/^(?:[1-9]\d{0,4}|forever|off)$/)
    .optional(),
  /** The button that sends the note alone. */
  only: z.literal('note').optional(),
})

/** Does what the form on an incident's page says; goes on to its page. */
export async function changeState(
  { params, who, labels }: AskedPage,
  body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  const { id } = await incidentOf(store, params['id'] ?? '', labels)
  const { state, note, mute } = checked(StateForm, body)
  const nowMs = Date.now()
  const at = new Date(nowMs).toISOString()
  const mutedUntil = mute === undefined ? undefined : muteEnd(mute, nowMs)
  await changeIncident(store, id, { state, note: note || undefined, mutedUntil, who, at })
  return { goTo: `/incidents/${encodeURIComponent(id)}` }
}

const HOUR_MS = 60 * 60 * 1000

function muteEnd(mute: string, nowMs: number): string | null {
  if (mute === 'off') return null
  const ms = mute === 'forever' ? FOR_GOOD_MS : nowMs + Number(mute) * HOUR_MS
  return new Date(ms).toISOString()
}
