import { z } from 'zod'
import { listAudit } from '../../store/audit.ts'
import { route } from '../route.ts'
import { AuditItem } from '../schemas-access.ts'
import { instantGiven, paging } from '../schemas-query.ts'
import { pageOf } from '../schemas-stored.ts'

/** Which part of the trail is asked for. */
export const AuditQuery = z.strictObject({
  who: z.string().min(1).max(200).meta({ description: 'Name of who did it' }).exactOptional(),
  since: instantGiven.meta({ description: 'At or after' }).exactOptional(),
  until: instantGiven.meta({ description: 'Before' }).exactOptional(),
  ...paging,
})

export const getAudit = route({
  method: 'get',
  path: '/audit',
  summary: 'What was changed and who did it, the newest first; sign-ins that failed, too',
  needs: 'admin',
  input: AuditQuery,
  output: pageOf(AuditItem),
  problems: ['request-invalid', 'cursor-invalid'],
  handle: (input, { store }) => listAudit(store, input),
})
