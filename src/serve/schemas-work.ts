import { z } from 'zod'
import { SEVERITIES, VERDICTS } from '../model/diagnosis.ts'
import type * as work from '../model/work.ts'
import { DIFFERENCES, WORK_KINDS, WORK_STATES } from '../model/work.ts'
import { exactly } from './exactly.ts'
import { findingDetails, instant, list, text, wholeNumber } from './schemas.ts'

// What the API answers of work that takes long.

const Tally = exactly<work.Tally>()(
  z
    .object({
      incidents: wholeNumber,
      snapshots: wholeNumber.nullable(),
      hosts: wholeNumber.nullable(),
      kernels: wholeNumber.nullable(),
    })
    .readonly()
    .meta({ id: 'Tally', description: 'How many; null where it was not counted' }),
)

const Said = exactly<work.Said>()(
  z
    .object({
      verdict: z.enum(VERDICTS),
      severity: z.enum(SEVERITIES),
      version: wholeNumber,
      tasks: wholeNumber,
    })
    .readonly()
    .meta({ id: 'Said', description: 'What a signature says of an incident' }),
)

const Example = exactly<work.Example>()(
  z
    .object({
      kind: z.enum(DIFFERENCES),
      signature: text,
      title: text,
      host: text,
      kernel: text.nullable(),
      snapshot: text,
      incident: text.nullable(),
      before: Said.nullable(),
      after: Said.nullable(),
      tasks: findingDetails.tasks,
      evidence: findingDetails.evidence,
    })
    .readonly()
    .meta({ id: 'Example', description: 'An incident that a trial finds otherwise' }),
)

const filters = {
  yaml: text.nullable(),
  limit: wholeNumber.nullable(),
  since: instant.nullable(),
  host: text.nullable(),
  signature: text.nullable(),
  fingerprint: text.nullable(),
}

export const Work = exactly<work.Work>()(
  z
    .object({
      id: text,
      kind: z.enum(WORK_KINDS),
      state: z.enum(WORK_STATES),
      who: text,
      asked: instant,
      started: instant.nullable(),
      ended: instant.nullable(),
      input: z.object(filters).readonly(),
      progress: z
        .object({
          done: wholeNumber,
          total: wholeNumber,
          unreadable: wholeNumber,
          rate: z.number().nullable().meta({ description: 'Snapshots a second' }),
          etaSeconds: wholeNumber.nullable(),
        })
        .readonly(),
      result: z
        .object({
          gained: Tally,
          lost: Tally,
          changed: Tally,
          rewritten: wholeNumber,
          examples: list(Example),
        })
        .readonly(),
      problem: text.nullable(),
    })
    .readonly()
    .meta({ id: 'Job', description: 'Work that takes long, as it stands' }),
)
