import { z } from 'zod'
import type * as model from '../model/fleet-problem.ts'
import { PROBLEM_SORTS } from '../model/fleet-problem.ts'
import { isPlain } from '../model/link.ts'
import { WAIT_CLASSES } from '../model/wait.ts'
import { exactly, yields } from './exactly.ts'
import { flag, instant, list, text, wholeNumber } from './schemas.ts'
import { instantGiven, many, paging, yesNo } from './schemas-query.ts'
import { IncidentItem, url } from './schemas-stored.ts'

// Problems of the fleet: what may be asked and said of them, and what the API answers.

export const fingerprint = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'Of a waiting shape, as incidents have it' })

const NAME_CHARS_MAX = 200
const NOTE_CHARS_MAX = 10_000

export const note = z
  .string()
  .trim()
  .min(1)
  .max(NOTE_CHARS_MAX)
  .refine((given) => !given.includes('\0'), 'holds a zero byte')

export const name = z
  .string()
  .trim()
  .min(1)
  .max(NAME_CHARS_MAX)
  .refine(isPlain, 'holds characters that are not seen, or turn the direction of text')

export const ProblemsQuery = yields<model.ProblemQuery>()(
  z.strictObject({
    known: yesNo
      .meta({ description: 'Only what some signature explains, or only what none does' })
      .exactOptional(),
    class: many(z.enum(WAIT_CLASSES)).exactOptional(),
    signature: many(z.string().min(1)).exactOptional(),
    q: z
      .string()
      .min(1)
      .max(500)
      .meta({ description: 'Words of name and title, beginnings of functions on its stacks' })
      .exactOptional(),
    since: instantGiven.meta({ description: 'Last seen at or after' }).exactOptional(),
    sort: z
      .enum(PROBLEM_SORTS)
      .meta({ description: '`unknown` (what nothing explains first, by hosts) unless said' })
      .exactOptional(),
    ...paging,
  }),
)

const itemFields = {
  fingerprint: text,
  url,
  name: text.nullable().meta({ description: 'What people call it' }),
  title: text.nullable().meta({ description: 'Of its newest incident' }),
  class: text.nullable(),
  known: flag.meta({ description: 'True when some signature explains it' }),
  incidents: wholeNumber,
  open: wholeNumber,
  hosts: wholeNumber,
  firstSeen: instant.nullable(),
  lastSeen: instant.nullable(),
  signatures: list(text),
  trend: list(z.object({ at: instant, incidents: wholeNumber }).readonly()).meta({
    description: 'Incidents by the day (UTC) they were first seen, the last thirty that had any',
  }),
}

export const ProblemItem = exactly<model.ProblemItem>()(
  z.object(itemFields).readonly().meta({
    id: 'FleetProblemItem',
    description: 'A waiting shape of the fleet, with all that was merged into it',
  }),
)

const ProblemPart = z
  .object({
    name: text.nullable(),
    incidents: wholeNumber,
    firstSeen: instant,
    lastSeen: instant,
  })
  .readonly()

export const FleetProblem = z
  .object({
    ...itemFields,
    note: text.nullable(),
    mergedInto: text.nullable(),
    bySignature: list(ProblemPart),
    byKernel: list(ProblemPart),
    byHost: list(ProblemPart),
    members: list(
      z
        .object({
          fingerprint: text,
          name: text.nullable(),
          title: text.nullable(),
          mergedInto: text.nullable(),
        })
        .readonly(),
    ),
    history: list(
      z
        .object({
          at: instant,
          who: text,
          what: z.enum(['named', 'noted', 'merged', 'parted']),
          other: text.nullable(),
          note: text.nullable(),
        })
        .readonly(),
    ),
    example: z
      .object({
        incident: IncidentItem,
        snapshot: text,
        task: z.record(z.string(), z.unknown()).nullable(),
        nearMisses: list(z.record(z.string(), z.unknown())),
      })
      .readonly()
      .nullable(),
  })
  .readonly()
  .meta({ id: 'FleetProblem', description: 'A problem of the fleet whole' })
