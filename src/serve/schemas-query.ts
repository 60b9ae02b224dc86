import { z } from 'zod'
import { SEVERITIES, VERDICTS } from '../model/diagnosis.ts'
import { COUNT_KEYS, type CountKey, INCIDENT_STATES } from '../model/incident.ts'
import { INCIDENT_SORTS, type IncidentFilter, type IncidentQuery } from '../model/query.ts'
import { WAIT_CLASSES } from '../model/wait.ts'
import { yields } from './exactly.ts'

// What a query string may hold. A value that stands once arrives as a string, one that is repeated
// as a list; everything is text until a schema here has read it.

const LIMIT_DEFAULT = 50
const LIMIT_MAX = 500
/** A query string has at most 16 KiB; more alternatives than this are a mistake. */
const ALTERNATIVES_MAX = 100

/** One or several values of a parameter that may be repeated. */
export const many = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (given) => (typeof given === 'string' ? [given] : given),
    z.array(item).min(1).max(ALTERNATIVES_MAX),
  )

const word = z.string().min(1)

const negatable = <Value extends string>(values: readonly Value[]) =>
  z.enum([...values, ...values.map((value): `!${Value}` => `!${value}`)])

/** A whole number in decimal digits, nothing else that JavaScript would take for a number. */
export const digits = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .meta({
      override({ jsonSchema }) {
        delete jsonSchema.pattern
        Object.assign(jsonSchema, { type: 'integer', minimum: least, maximum: most })
      },
    })

export const yesNo = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((given) => given !== 'false' && given !== '0')
  .meta({
    override({ jsonSchema }) {
      jsonSchema.type = 'boolean'
      delete jsonSchema.enum
    },
  })

const DATE = /^\d{4}-\d\d-\d\d$/
// A plus sign that was not escaped arrives as a space: only an offset can stand there.
const SPACE_FOR_PLUS = / (?=\d\d:\d\d$)/
const asInstant = z.iso.datetime({ offset: true, error: 'expected an RFC 3339 date and time' })

/** An instant as people write it (a date alone is its midnight, UTC), made RFC 3339 in UTC. */
export const instantGiven = z
  .string()
  .transform((given) =>
    DATE.test(given) ? `${given}T00:00:00Z` : given.replace(SPACE_FOR_PLUS, '+').toUpperCase(),
  )
  .pipe(asInstant)
  .transform((given, context) => {
    const at = new Date(given)
    if (!Number.isNaN(at.getTime())) return at.toISOString()
    context.addIssue('expected a date that the calendar has')
    return z.NEVER
  })
  .meta({ override: { type: 'string', format: 'date-time' } })

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const AGO = /^(?<amount>\d{1,6})(?<unit>[mhdw])$/

/** The same, or how long ago: `30m`, `24h`, `7d`, `2w`. */
const whenGiven = z
  .string()
  .transform((given) => agoOf(given, Date.now()) ?? given)
  .pipe(instantGiven)

function agoOf(given: string, nowMs: number): string | null {
  const { amount, unit } = AGO.exec(given)?.groups ?? {}
  const unitMs = Object.entries(UNITS_MS).find(([name]) => name === unit)?.[1]
  if (!unitMs) return null
  return new Date(nowMs - Number(amount) * unitMs).toISOString()
}

export const cursor = z.string().min(1).max(1000).meta({ description: '`next` of the page before' })

/** How much of a list: the same two parameters everywhere. */
export const paging = {
  limit: digits(1, LIMIT_MAX)
    .prefault(String(LIMIT_DEFAULT))
    .meta({
      description: 'Rows a page',
      override({ jsonSchema }) {
        jsonSchema.default = LIMIT_DEFAULT
      },
    }),
  cursor: cursor.exactOptional(),
}

const not = 'Repeat for alternatives; `!` in front excludes'

/** Values of one label. */
export const labelValues = many(word).meta({ description: `Label K of the host. ${not}` })

const incidentFilter = {
  signature: many(word)
    .meta({ description: `Id of a signature. ${not}` })
    .exactOptional(),
  verdict: many(negatable(VERDICTS)).exactOptional(),
  severity: many(negatable(SEVERITIES)).exactOptional(),
  state: many(negatable(INCIDENT_STATES)).exactOptional(),
  muted: yesNo.meta({ description: 'Only what is muted, or only what is not' }).exactOptional(),
  host: many(word)
    .meta({ description: `Name of a host. ${not}` })
    .exactOptional(),
  kernel: many(word)
    .meta({ description: `Kernel release. ${not}` })
    .exactOptional(),
  class: many(negatable(WAIT_CLASSES)).exactOptional(),
  fingerprint: many(word).exactOptional(),
  frame: many(word)
    .meta({ description: 'Function on a stack of one of its tasks' })
    .exactOptional(),
  ticket: many(word)
    .meta({ description: `Key of a ticket that a link names. ${not}` })
    .exactOptional(),
  /** `label.K=V`, by K; the router gathers such parameters here. */
  labels: z.record(z.string().min(1).max(200), labelValues).exactOptional(),
  since: whenGiven
    .meta({ description: 'Last seen at or after; also so long ago: 24h, 7d' })
    .exactOptional(),
  until: whenGiven
    .meta({ description: 'First seen before; also so long ago: 24h, 7d' })
    .exactOptional(),
  q: z
    .string()
    .min(1)
    .max(500)
    .meta({ description: 'Words to find in title, host, comm and frames' })
    .exactOptional(),
}

export const IncidentFilterQuery = yields<IncidentFilter>()(z.strictObject(incidentFilter))

export const IncidentsQuery = yields<IncidentQuery>()(
  IncidentFilterQuery.extend({
    sort: z.enum(INCIDENT_SORTS).exactOptional(),
    ...paging,
  }),
)

const isCountKey = (key: string): key is CountKey =>
  COUNT_KEYS.some((known) => known === key) || /^label\../.test(key)

const countKey = z
  .string()
  .refine(isCountKey, `expected one of ${COUNT_KEYS.join(', ')} or label.NAME`)

/** `by=signature,kernel`, also repeated. */
const countKeys = z
  .preprocess(
    (given) => [given].flat().flatMap((one) => (typeof one === 'string' ? one.split(',') : [one])),
    z.array(countKey).max(5),
  )
  .meta({
    description: `Keys to count by, with commas between: ${COUNT_KEYS.join(', ')}, label.K`,
    override({ jsonSchema }) {
      for (const name of ['items', 'minItems', 'maxItems'] as const) delete jsonSchema[name]
      jsonSchema.type = 'string'
    },
    example: 'signature,kernel',
  })

export const CountsQuery = z.strictObject({
  by: countKeys.prefault([]),
  interval: z
    .enum(['hour', 'day'])
    .meta({ description: 'One row for each such stretch of time' })
    .exactOptional(),
  ...IncidentFilterQuery.shape,
})

export const id = z.string().meta({ description: 'As the list gave it' })
