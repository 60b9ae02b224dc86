import { z } from 'zod'
import { instantGiven } from './schemas-query.ts'

// What can be said of a bundle beside its bytes, in the query or in fields of a form.

const UNPRINTABLE = /\p{C}/gu
const NAME_CHARS_MAX = 255

/** Names have no controls: a line end in one would be a second line wherever it is shown. */
const printed = z.string().regex(/^\P{Cc}*$/u, 'expected no control characters')

/** `rack=r1,row=7`, or the same as JSON, or `label.rack=r1` as gathered from several fields. */
const labelsGiven = z
  .preprocess(
    (given, context) => {
      const read = (Array.isArray(given) ? given : [given]).map(labelsOf)
      if (read.includes(null)) {
        context.addIssue('expected name=value,name=value or a JSON object of texts')
        return z.NEVER
      }
      return Object.assign({}, ...read)
    },
    z.record(printed.min(1).max(200), printed.max(1000)),
  )
  .meta({
    description: 'Labels of the host: `rack=r1,row=7` or a JSON object',
    example: 'rack=r1,row=7',
    override({ jsonSchema }) {
      for (const name of ['propertyNames', 'additionalProperties'] as const) delete jsonSchema[name]
      jsonSchema.type = 'string'
    },
  })

/** What can be said of a bundle, in the query or in fields of the form. */
export const uploadFields = {
  host: printed
    .min(1)
    .max(255)
    .meta({ description: 'Name of the host; stronger than what the bundle says' })
    .exactOptional(),
  collectedAt: instantGiven.meta({ description: 'When it was collected' }).exactOptional(),
  labels: labelsGiven.exactOptional(),
  name: z
    .string()
    .min(1)
    .max(1000)
    .transform(plainName)
    .meta({ description: 'Name of the file' })
    .exactOptional(),
}

export const UploadFields = z.strictObject(uploadFields)

/** The last part of a path, as people can read it. */
export function plainName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  return last.replace(UNPRINTABLE, '').slice(-NAME_CHARS_MAX)
}

/** Labels in any of their forms, not yet checked; null where the text is none of them. */
function labelsOf(given: unknown): unknown {
  if (typeof given === 'string') {
    return given.trimStart().startsWith('{') ? jsonOf(given) : pairsOf(given)
  }
  if (typeof given !== 'object' || given === null) return null
  // A label that is given twice has the last value.
  const last = Object.entries(given).map(([name, value]) => [name, [value].flat().at(-1)])
  return Object.fromEntries(last)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Null is what this answers for any text that holds no labels.
    return null
  }
}

function pairsOf(text: string): Record<string, string> | null {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '')
  const entries = pairs.map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, Math.max(equals, 0)).trim(), pair.slice(equals + 1).trim()] as const
  })
  return entries.some(([name]) => name === '') ? null : Object.fromEntries(entries)
}
