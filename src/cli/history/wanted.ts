import type { WorkInput } from '../../model/work.ts'
import { type Arguments, type Option, UsageError } from '../command.ts'

/** Which snapshots are gone through. */
export const WANTED_OPTIONS: readonly Option[] = [
  { name: 'since', value: 'TIME', help: 'only snapshots taken then or later, e.g. 2026-11-01' },
  { name: 'host', value: 'NAME', help: 'only snapshots of this host' },
]

/**
 * What is asked for by flags; null where nothing is said.
 * @throws {UsageError} for a time or a number that is none
 */
export function wantedOf({ values }: Arguments, yaml: string | null): WorkInput {
  const { since, limit } = values
  return {
    yaml,
    limit: limit === undefined ? null : countOf(limit),
    since: since === undefined ? null : instantOf(since),
    host: values['host'] ?? null,
    signature: values['signature'] ?? null,
    fingerprint: values['fingerprint'] ?? null,
  }
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`--limit takes a number of snapshots, not ${text}`)
}

function instantOf(text: string): string {
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return new Date(at).toISOString()
  throw new UsageError(`--since takes a date or a time like 2026-11-01T08:00Z, not ${text}`)
}
