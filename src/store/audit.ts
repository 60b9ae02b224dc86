import type { AuditItem } from '../model/access.ts'
import type { Page } from '../model/incident.ts'
import type { Store } from './open.ts'
import { fromTime, toTime } from './packed.ts'
import { fromCursor, limitOf, toCursor } from './page.ts'
import type { AuditRow } from './schema.ts'
import type { Sql } from './sql.ts'

/** Adds to the trail. */
export async function addAudit(tx: Sql, item: AuditItem): Promise<void> {
  await tx.run(
    `INSERT INTO audit (at, who, token_id, address, action, method, path, target, status)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    fromTime(item.at, 0),
    item.who,
    item.tokenId,
    item.address,
    item.action,
    item.method ?? '',
    item.path ?? '',
    item.target,
    item.status ?? 0,
  )
}

export type AuditQuery = {
  readonly limit: number
  readonly cursor?: string | null | undefined
  readonly who?: string | null | undefined
  /** RFC 3339; at or after. */
  readonly since?: string | null | undefined
  /** RFC 3339; before. */
  readonly until?: string | null | undefined
}

/** The trail, the newest first. `total` is null: nobody counts all of it for a page. */
export async function listAudit(store: Store, query: AuditQuery): Promise<Page<AuditItem>> {
  const who = query.who ?? null
  const since = fromTime(query.since, Number.MIN_SAFE_INTEGER)
  const until = fromTime(query.until, Number.MAX_SAFE_INTEGER)
  const question = ['audit', who, since, until]
  const after = fromCursor(question, query.cursor, 2)?.map(Number)
  const limit = limitOf(query.limit)
  let matching = store.db.selectFrom('audit').where('at', '>=', since).where('at', '<', until)
  if (who !== null) matching = matching.where('who', '=', who)
  let page = matching.selectAll().orderBy('at', 'desc').orderBy('audit_no', 'desc')
  if (after) {
    const [at = 0, auditNo = 0] = after
    page = page.where((eb) => eb(eb.refTuple('at', 'audit_no'), '<', eb.tuple(at, auditNo)))
  }
  const rows = await page.limit(limit + 1).execute()
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  const counted = await matching.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirst()
  return {
    items: shown.map(toAuditItem),
    next: last ? toCursor(question, [last.at, last.audit_no]) : null,
    total: counted?.n ?? 0,
  }
}

/** Rows that one call drops at most. */
export const PRUNED_AT_ONCE = 1000

/** Drops what is older, so many rows at a time; answers how many it dropped. */
export async function pruneAudit(tx: Sql, beforeMs: number): Promise<number> {
  return tx.run(
    `DELETE FROM audit WHERE audit_no IN (
       SELECT audit_no FROM audit WHERE at < ? ORDER BY at, audit_no LIMIT ${PRUNED_AT_ONCE})`,
    beforeMs,
  )
}

function toAuditItem(row: AuditRow): AuditItem {
  return {
    at: toTime(row.at),
    who: row.who,
    tokenId: row.token_id,
    address: row.address,
    action: row.action,
    method: row.method || null,
    path: row.path || null,
    target: row.target,
    status: row.status || null,
  }
}
