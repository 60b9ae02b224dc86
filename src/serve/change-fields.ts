import { z } from 'zod'
import { INCIDENT_STATES } from '../model/incident.ts'
import { FOR_GOOD_MS } from '../store/incidents.ts'
import { instantGiven } from './schemas-query.ts'

// What people may say of incidents, of one or of many.

const NOTE_CHARS_MAX = 10_000

export const changeFields = {
  state: z.enum(INCIDENT_STATES).exactOptional(),
  note: z
    .string()
    .min(1)
    .max(NOTE_CHARS_MAX)
    .refine((note) => !note.includes('\0'), 'holds a zero byte')
    .exactOptional(),
  mutedUntil: z
    .union([z.literal('forever'), z.null(), instantGiven])
    .meta({
      description:
        'Nobody wants to hear of it until then: an instant to come, `forever`, or null to end it',
    })
    .exactOptional(),
  ifState: z
    .enum(INCIDENT_STATES)
    .meta({ description: 'Refused with 409 unless it is still in this state' })
    .exactOptional(),
}

type Change = { readonly [Field in keyof typeof changeFields]?: string | null | undefined }

/** True when something is said. */
export function saysSomething({ state, note, mutedUntil }: Change): boolean {
  return state !== undefined || note !== undefined || mutedUntil !== undefined
}

export const SAYS_NOTHING = 'expected state, note or mutedUntil'

/** `forever` as the instant that stands for it. */
export function muteOf(mutedUntil: string | null | undefined): string | null | undefined {
  return mutedUntil === 'forever' ? new Date(FOR_GOOD_MS).toISOString() : mutedUntil
}
