import type { Labels } from '../model/access.ts'
import type { IncidentItem } from '../model/incident.ts'
import { foldedKey, LINK_TARGETS, type Link, type LinkTarget } from '../model/link.ts'
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

/**
 * An incident's own links, then those of its signature and of its shape; each address once. What it
 * inherits may tell of any host: whoever is limited to labels sees its own alone.
 */
export async function linksOfIncident(
  sql: Sql,
  incident: Pick<IncidentRow, 'id' | 'signature' | 'fingerprint'>,
  labels: Labels | null,
): Promise<readonly Link[]> {
  const own = await linksOn(sql, { kind: 'incident', id: incident.id })
  if (labels !== null) return own
  const all = [
    ...own,
    ...(await linksOn(sql, { kind: 'problem', id: incident.fingerprint })),
    ...(await linksOn(sql, { kind: 'signature', id: incident.signature })),
  ]
  return onceEach(all)
}

/** Incidents as lists show them, the links of all of them looked up together. */
export async function withLinks(
  sql: Sql,
  rows: readonly IncidentRow[],
): Promise<readonly IncidentItem[]> {
  const found = new Map<string, readonly Link[]>()
  for (const [kind, targetOf] of LINKED_BY) {
    const targets = [...new Set(rows.map(targetOf))]
    const links = await sql.all<LinkRow>(
      `SELECT * FROM links WHERE target_kind = ? AND target IN (SELECT value FROM json_each(?))
       ORDER BY link_no`,
      kind,
      JSON.stringify(targets),
    )
    for (const [target, group] of Map.groupBy(links, (link) => link.target)) {
      found.set(`${kind} ${target}`, group.slice(0, LINKS_MAX).map(toLink))
    }
  }
  return rows.map((row) => {
    const all = LINKED_BY.flatMap(([kind, targetOf]) => found.get(`${kind} ${targetOf(row)}`) ?? [])
    return { ...toIncidentItem(row), links: onceEach(all) }
  })
}

/** What the links of an incident hang on, its own first. */
const LINKED_BY: readonly (readonly [LinkTarget, (row: IncidentRow) => string])[] = [
  ['incident', ({ id }) => id],
  ['problem', ({ fingerprint }) => fingerprint],
  ['signature', ({ signature }) => signature],
]

function onceEach(links: readonly Link[]): readonly Link[] {
  return links.filter((link, index) => links.findIndex(({ url }) => url === link.url) === index)
}

/** Of a problem, those on any of its shapes: they follow a merge, and part again. */
async function linksOn(sql: Sql, { kind, id }: Linked): Promise<readonly Link[]> {
  const targets = kind === 'problem' ? await membersOf(sql, id) : [id]
  const rows: LinkRow[] = []
  for (const target of targets) {
    rows.push(
      ...(await sql.all<LinkRow>(
        'SELECT * FROM links WHERE target_kind = ? AND target = ? ORDER BY link_no LIMIT ?',
        kind,
        target,
        LINKS_MAX,
      )),
    )
  }
  return rows.map(toLink)
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

type LinkedRow = Pick<IncidentRow, 'id' | 'host_id' | 'incident_no' | 'signature' | 'fingerprint'>

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
