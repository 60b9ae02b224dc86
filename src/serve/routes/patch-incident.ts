import { z } from 'zod'
import { changeIncident } from '../../store/incidents.ts'
import { changeFields, muteOf, SAYS_NOTHING, saysSomething } from '../change-fields.ts'
import { located, route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Incident } from '../schemas-stored.ts'

export const patchIncident = route({
  method: 'patch',
  path: '/incidents/:id',
  summary: 'Acknowledges, resolves, reopens or mutes an incident, or adds a note',
  limited: 'incident',
  takes: 'json',
  input: z.strictObject({ id, ...changeFields }).refine(saysSomething, { error: SAYS_NOTHING }),
  output: Incident,
  problems: [
    'request-invalid',
    'media-type-unsupported',
    'body-too-large',
    'incident-unknown',
    'incident-changed',
  ],
  async handle({ id, mutedUntil, ...change }, { store }, { origin, who, labels }) {
    const at = new Date().toISOString()
    const muted = { mutedUntil: muteOf(mutedUntil) }
    return located(
      await changeIncident(store, id, { ...change, ...muted, who, at }, labels),
      origin,
    )
  },
})
