import type { Labels } from '../model/access.ts'
import type { IncidentItem } from '../model/incident.ts'
import { foldedKey, LINK_TARGETS, type Link, type LinkTarget, linksSeenBy } from '../model/link.ts'
import { Problem } from '../model/problem.ts'
import { hostIdOf, newId } from './ids.ts'
import { oneOf, toIncidentItem } from './incident-rows.ts'
import type { Store } from './open.ts'
import { toTime } from './packed.ts'
import { membersOf } from './problem-groups.ts'
import type { IncidentRow, LinkRow } from './schema.ts'
import type { Sql } from './sql.ts'

/** What links hang on. */
export type Linked = { readonly kind: LinkTarget; readonly id: string }

export type NewLink = Pick<Link, 'url' | 'key' | 'title'> & {
  readonly atMs: number
  readonly who: string
}

/** Of one incident, signature or problem: every page that shows it shows all of them. */
const LINKS_MAX = 100

/**
 * Ties a link to an incident, a signature or a problem. One that hangs there already is answered
 * as it is, with the title if it had none.
 * @throws {Problem} incident-unknown, stack-unknown, signature-unknown, links-too-many
 */
export async function addLink(store: Store, on: Linked, link: NewLink): Promise<Link> {
  return store.write(async (tx) => {
    const place = await placeOf(tx, on)
    const known = await tx.get<LinkRow>(
      'SELECT * FROM links WHERE target_kind = ? AND target = ? AND url = ?',
      on.kind,
      on.id,
      link.url,
    )
    if (known) return toLink(await titled(tx, known, link.title))
    await refuseMany(tx, on)
    const row = rowOf(on, place, link)
    await tx.run(
      `INSERT INTO links (id, ticket, key, target_kind, target, host_id, incident_no, url, title, added_at, added_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[row.id, row.ticket, row.key, row.target_kind, row.target, row.host_id, row.incident_no],
      ...[row.url, row.title, row.added_at, row.added_by],
    )
    await tx.run(
      `INSERT INTO tickets (ticket, links, linked_at) VALUES (?, 1, ?)
       ON CONFLICT (ticket) DO UPDATE SET links = tickets.links + 1,
         linked_at = CASE WHEN tickets.linked_at > excluded.linked_at THEN tickets.linked_at ELSE excluded.linked_at END`,
      row.ticket,
      row.added_at,
    )
    return toLink(row)
  }, 'durable')
}

/**
 * Takes a link away, from whatever it hangs on, and answers it.
 * @throws {Problem} link-unknown
 */
export async function removeLink(store: Store, id: string): Promise<Link> {
  return store.write(async (tx) => {
    const row = await tx.get<LinkRow>('SELECT * FROM links WHERE id = ?', id)
    if (!row) throw new Problem('link-unknown', { id })
    await tx.run('DELETE FROM links WHERE id = ?', id)
    await tx.run('UPDATE tickets SET links = links - 1 WHERE ticket = ?', row.ticket)
    await tx.run('DELETE FROM tickets WHERE ticket = ? AND links = 0', row.ticket)
    return toLink(row)
  }, 'durable')
}

/**
 * Links of an incident, a signature or a problem, oldest first; of an incident those that it
 * inherits behind its own.
 * @throws {Problem} incident-unknown, stack-unknown, signature-unknown
 */
export async function listLinks(
  store: Store,
  on: Linked,
  labels: Labels | null = null,
): Promise<readonly Link[]> {
  if (on.kind !== 'incident') {
    await placeOf(store.read, on)
    return linksOn(store.read, on)
  }
  return linksOfIncident(store.read, await incidentRow(store.read, on.id), labels)
}

/** An incident's links that somebody limited to these labels may see: its own, then those it inherits. */
export async function linksOfIncident(
  sql: Sql,
  incident: LinkedIncident,
  labels: Labels | null,
): Promise<readonly Link[]> {
  const [links = []] = await linksOfEach(sql, [incident])
  return linksSeenBy(labels, links)
}

/** Incidents as lists show them, with all their links. */
export async function withLinks(
  sql: Sql,
  rows: readonly IncidentRow[],
): Promise<readonly IncidentItem[]> {
  const links = await linksOfEach(sql, rows)
  return rows.map((row, index) => ({ ...toIncidentItem(row), links: links[index] ?? [] }))
}

type LinkedIncident = Pick<IncidentRow, 'id' | 'signature' | 'fingerprint'>

/** What the links of an incident hang on, its own first. */
const LINKED_BY: readonly (readonly [LinkTarget, (incident: LinkedIncident) => string])[] = [
  ['incident', ({ id }) => id],
  ['problem', ({ fingerprint }) => fingerprint],
  ['signature', ({ signature }) => signature],
]

/** The links of incidents, of all of them looked up together; each address once. */
async function linksOfEach(
  sql: Sql,
  incidents: readonly LinkedIncident[],
): Promise<readonly (readonly Link[])[]> {
  const links = incidents.map((): Link[] => [])
  for (const [kind, idOf] of LINKED_BY) {
    const found = await linksOnEach(sql, kind, new Set(incidents.map(idOf)))
    for (const [index, incident] of incidents.entries()) {
      links[index]?.push(...(found.get(idOf(incident)) ?? []))
    }
  }
  return links.map(onceEach)
}

function onceEach(links: readonly Link[]): readonly Link[] {
  return links.filter((link, index) => links.findIndex(({ url }) => url === link.url) === index)
}

async function linksOn(sql: Sql, { kind, id }: Linked): Promise<readonly Link[]> {
  return (await linksOnEach(sql, kind, new Set([id]))).get(id) ?? []
}

/** Of a problem, those on any of its shapes: they follow a merge, and part again. */
async function linksOnEach(
  sql: Sql,
  kind: LinkTarget,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly Link[]>> {
  const targets = new Map<string, readonly string[]>()
  for (const id of ids) targets.set(id, kind === 'problem' ? await membersOf(sql, id) : [id])
  const rows = await sql.all<LinkRow>(
    `SELECT * FROM links WHERE target_kind = ? AND target IN (SELECT value FROM json_each(?))
     ORDER BY link_no`,
    kind,
    JSON.stringify([...targets.values()].flat()),
  )
  const onTarget = Map.groupBy(rows, ({ target }) => target)
  const linksOf = (target: string) => onTarget.get(target)?.slice(0, LINKS_MAX).map(toLink) ?? []
  return new Map([...targets].map(([id, own]) => [id, own.flatMap(linksOf)]))
}

export function toLink(row: LinkRow): Link {
  return {
    id: row.id,
    url: row.url,
    key: row.key,
    title: row.title,
    from: oneOf(LINK_TARGETS, row.target_kind, 'incident'),
    addedAt: toTime(row.added_at),
    addedBy: row.added_by,
  }
}

type Place = Pick<LinkRow, 'host_id' | 'incident_no'>

const NOWHERE: Place = { host_id: 0, incident_no: 0 }

/** Where a target stands; that it is there at all. Signatures are the catalogue's to know, not the store's. */
async function placeOf(sql: Sql, { kind, id }: Linked): Promise<Place> {
  if (kind === 'signature') return NOWHERE
  if (kind === 'incident') return incidentRow(sql, id)
  const stack =
    (await sql.get('SELECT 1 FROM incidents WHERE fingerprint = ? LIMIT 1', id)) ??
    (await sql.get('SELECT 1 FROM stacks WHERE fingerprint = ? LIMIT 1', id))
  if (!stack || id === '') throw new Problem('stack-unknown', { fingerprint: id })
  return NOWHERE
}

type LinkedRow = LinkedIncident & Pick<IncidentRow, 'host_id' | 'incident_no'>

async function incidentRow(sql: Sql, id: string): Promise<LinkedRow> {
  const row = await sql.get<LinkedRow>(
    'SELECT id, host_id, incident_no, signature, fingerprint FROM incidents WHERE host_id = ? AND id = ?',
    hostIdOf(id) ?? 0,
    id,
  )
  if (!row) throw new Problem('incident-unknown', { id })
  return row
}

async function refuseMany(tx: Sql, { kind, id }: Linked): Promise<void> {
  const has = await tx.get<{ n: number }>(
    'SELECT count(*) AS n FROM links WHERE target_kind = ? AND target = ?',
    kind,
    id,
  )
  if ((has?.n ?? 0) >= LINKS_MAX) throw new Problem('links-too-many', { linksMax: LINKS_MAX })
}

async function titled(tx: Sql, row: LinkRow, title: string | null): Promise<LinkRow> {
  if (title === null || row.title !== null) return row
  await tx.run('UPDATE links SET title = ? WHERE id = ?', title, row.id)
  return { ...row, title }
}

function rowOf(on: Linked, place: Place, { url, key, title, atMs, who }: NewLink): LinkRow {
  return {
    id: newId(atMs),
    ticket: foldedKey(key),
    key,
    target_kind: on.kind,
    target: on.id,
    host_id: place.host_id,
    incident_no: place.incident_no,
    url,
    title,
    added_at: atMs,
    added_by: who,
  }
}
