import { z } from 'zod'
import {
  type AuditItem as AuditItemModel,
  ROLES,
  type Token as TokenModel,
} from '../model/access.ts'
import { exactly } from './exactly.ts'
import { instant, labels, text } from './schemas.ts'
import { instantGiven } from './schemas-query.ts'

const NAME_CHARS_MAX = 200
const LABEL_CHARS_MAX = 128
const LABELS_MAX = 8

/** Names have no controls: a line end in one would be a second line wherever it is shown. */
const printed = z.string().regex(/^\P{Cc}*$/u, 'expected no control characters')

const labelName = printed.min(1).max(LABEL_CHARS_MAX)
/** A value that begins with `!` would be read as an exclusion. */
const labelValue = printed
  .min(1)
  .max(LABEL_CHARS_MAX)
  .regex(/^[^!]/, 'expected a value that does not begin with !')

/** A token to be made. */
export const NewToken = z
  .strictObject({
    name: printed.trim().min(1).max(NAME_CHARS_MAX),
    role: z.enum(ROLES),
    expiresAt: instantGiven
      .meta({ description: 'Absent: it never does' })
      .refine((at) => Date.parse(at) > Date.now(), 'expected a time to come')
      .exactOptional(),
    labels: z
      .record(labelName, labelValue)
      .refine(
        (labels) => Object.keys(labels).length <= LABELS_MAX,
        `expected at most ${LABELS_MAX}`,
      )
      .meta({ description: 'What hosts must be labelled to be seen by it; absent: all are seen' })
      .exactOptional(),
  })
  .refine(({ role, labels = {} }) => role !== 'admin' || Object.keys(labels).length === 0, {
    error: 'an admin sees everything: labels are for the other roles',
  })

export const Token = exactly<TokenModel>()(
  z.object({
    id: text,
    name: text,
    role: z.enum(ROLES),
    labels,
    hint: text.meta({ description: 'How the token begins' }),
    createdAt: instant,
    createdBy: text,
    lastUsedAt: instant.nullable().meta({ description: 'To the minute; null: never' }),
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
  }),
)

export const AuditItem = exactly<AuditItemModel>()(
  z.object({
    at: instant,
    who: text,
    tokenId: text.nullable(),
    address: text.nullable(),
    action: text,
    method: text.nullable(),
    path: text.nullable(),
    target: text.nullable().meta({ description: 'Id of what was changed or made' }),
    status: z.int().nullable(),
  }),
)
