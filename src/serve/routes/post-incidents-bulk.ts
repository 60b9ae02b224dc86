import { z } from 'zod'
import { changeIncidents } from '../../store/incident-change.ts'
import { listIncidents } from '../../store/incidents.ts'
import { changeFields, muteOf, SAYS_NOTHING, saysSomething } from '../change-fields.ts'
import { route } from '../route.ts'
import { list, text, wholeNumber } from '../schemas.ts'
import { IncidentFilterQuery } from '../schemas-query.ts'

/** Of one request: the service goes on answering others meanwhile. */
const CHANGED_MAX = 500

export const postIncidentsBulk = route({
  method: 'post',
  path: '/incidents/bulk',
  summary: 'Acknowledges, resolves, reopens or mutes many incidents, or adds a note to them',
  takes: 'json',
  input: z
    .strictObject({
      ids: z.array(z.string().max(100)).min(1).max(CHANGED_MAX).exactOptional(),
      filter: IncidentFilterQuery.meta({
        description: `As of GET /incidents; the ${CHANGED_MAX} seen last are changed, ask again for the rest`,
      }).exactOptional(),
      ...changeFields,
    })
    .refine(saysSomething, { error: SAYS_NOTHING })
    .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
      error: 'expected either ids or filter',
    }),
  output: z.object({
    changed: list(text).meta({ description: 'Ids of the incidents it changed' }),
    unchanged: list(text).meta({ description: 'It said nothing new of these' }),
    refused: list(text).meta({ description: 'No such incident, or it is not in the state asked' }),
    left: wholeNumber.meta({ description: 'How many more the filter passes' }),
  }),
  problems: ['request-invalid', 'media-type-unsupported', 'body-too-large'],
  async handle({ ids, filter, mutedUntil, ...change }, { store }, { who }) {
    const page = filter ? await listIncidents(store, { ...filter, limit: CHANGED_MAX }) : null
    const chosen = ids ?? page?.items.map(({ id }) => id) ?? []
    const at = new Date().toISOString()
    const muted = { mutedUntil: muteOf(mutedUntil) }
    const done = await changeIncidents(store, chosen, { ...change, ...muted, who, at })
    return { ...done, left: page ? page.total - page.items.length : 0 }
  },
})
