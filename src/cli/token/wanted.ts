import { type Labels, ROLES } from '../../model/access.ts'
import type { NewToken } from '../../store/tokens.ts'
import { type Arguments, UsageError } from '../command.ts'

/** A token to be made, before it is known who makes it. */
export type Wanted = Omit<NewToken, 'createdBy'>

const UNITS_MS = {
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
} as const

/**
 * What `token create` was asked for.
 * @throws {UsageError}
 */
export function wantedOf({ paths, values, all }: Arguments, nowMs: number): Wanted {
  const [name, ...rest] = paths
  if (name === undefined || name.trim() === '') throw new UsageError('create needs a NAME')
  if (rest.length > 0) throw new UsageError(`create takes one NAME, not also ${rest.join(' ')}`)
  if (name.length > 200 || /\p{Cc}/u.test(name)) throw new UsageError('NAME is one short line')
  const role = ROLES.find((each) => each === (values['role'] ?? 'viewer'))
  if (!role) throw new UsageError(`--role is one of ${ROLES.join(', ')}, not ${values['role']}`)
  const labels = labelsOf(all['label'] ?? [])
  if (role === 'admin' && Object.keys(labels).length > 0) {
    throw new UsageError('an admin sees everything: --label is for the other roles')
  }
  const expires = values['expires']
  return { name, role, labels, expiresAtMs: expires === undefined ? null : endOf(expires, nowMs) }
}

function labelsOf(given: readonly string[]): Labels {
  const pairs = given.map((text) => {
    const at = text.indexOf('=')
    const [name, value] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
    const isOdd = name === '' || value === '' || value.startsWith('!') || text.length > 256
    if (isOdd || /\p{Cc}/u.test(text)) throw new UsageError(`--label takes NAME=VALUE, not ${text}`)
    return [name, value] as const
  })
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new UsageError('--label takes one value for each name')
  }
  return Object.fromEntries(pairs)
}

function endOf(text: string, nowMs: number): number {
  const [, count, unit] = /^(\d{1,5})([hdwy])$/.exec(text) ?? []
  const known = Object.entries(UNITS_MS).find(([name]) => name === unit)
  const end = known ? nowMs + Number(count) * known[1] : Date.parse(text)
  const isDate = known !== undefined || /^\d{4}-\d\d-\d\d/.test(text)
  if (isDate && end > nowMs && end < nowMs + 100 * UNITS_MS.y) return end
  throw new UsageError(`--expires takes 12h, 90d, 1y or a date to come, not ${text}`)
}
