import { SAVED_VERSION_FIRST, type SavedVersion } from '../model/catalogue.ts'
import { toTime } from './packed.ts'
import type { Sql } from './sql.ts'

/** What of the catalogue is not as its files have it. */
export type SignatureState = {
  readonly id: string
  /** The saved text in force, and its version; null where a file's is. */
  readonly saved: { readonly version: number; readonly yaml: string } | null
  readonly isDisabled: boolean
}

export type ChangedBy = { readonly who: string; readonly atMs: number }

export async function listSignatureStates(sql: Sql): Promise<readonly SignatureState[]> {
  const rows = await sql.all<{
    id: string
    version: number | null
    yaml: string | null
    isDisabled: number
  }>(
    `SELECT s.signature AS id, s.saved_version AS version, v.yaml, s.is_disabled AS isDisabled
     FROM signature_states s LEFT JOIN saved_signatures v
       ON v.signature = s.signature AND v.version = s.saved_version ORDER BY s.signature`,
  )
  return rows.map(({ id, version, yaml, isDisabled }) => ({
    id,
    saved: version === null || yaml === null ? null : { version, yaml },
    isDisabled: isDisabled === 1,
  }))
}

/** Every text that was saved under an id, newest first. */
export async function listSavedVersions(sql: Sql, id: string): Promise<readonly SavedVersion[]> {
  const rows = await sql.all<{
    version: number
    yaml: string
    who: string
    at: number
    note: string | null
  }>(
    `SELECT version, yaml, saved_by AS who, saved_at AS at, note FROM saved_signatures
     WHERE signature = ? ORDER BY version DESC`,
    id,
  )
  return rows.map((row) => ({ ...row, at: toTime(row.at) }))
}

/** The version that the next text saved under an id has. */
export async function nextSavedVersion(sql: Sql, id: string): Promise<number> {
  const row = await sql.get<{ version: number | null }>(
    'SELECT max(version) AS version FROM saved_signatures WHERE signature = ?',
    id,
  )
  return row?.version ? row.version + 1 : SAVED_VERSION_FIRST
}

/** Keeps a text and puts it in force. */
export async function addSavedVersion(
  tx: Sql,
  id: string,
  saved: { readonly version: number; readonly yaml: string; readonly note: string | null },
  by: ChangedBy,
): Promise<void> {
  await tx.run(
    `INSERT INTO saved_signatures (signature, version, yaml, saved_by, saved_at, note)
     VALUES (?, ?, ?, ?, ?, ?)`,
    id,
    saved.version,
    saved.yaml,
    by.who,
    by.atMs,
    saved.note,
  )
  await setSignatureState(tx, { id, version: saved.version, isDisabled: false }, by)
}

/** Says which text of a signature is in force, and whether it is matched at all. */
export async function setSignatureState(
  tx: Sql,
  state: { readonly id: string; readonly version: number | null; readonly isDisabled: boolean },
  by: ChangedBy,
): Promise<void> {
  await tx.run(
    `INSERT INTO signature_states (signature, saved_version, is_disabled, changed_by, changed_at)
     VALUES (?, ?, ?, ?, ?) ON CONFLICT (signature) DO UPDATE SET
       saved_version = excluded.saved_version, is_disabled = excluded.is_disabled,
       changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
    state.id,
    state.version,
    state.isDisabled ? 1 : 0,
    by.who,
    by.atMs,
  )
}
