import { z } from 'zod'
import { INCIDENT_STATES } from '../../model/incident.ts'
import { changeIncident } from '../../store/incidents.ts'
import { located, route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Incident } from '../schemas-stored.ts'

const NOTE_CHARS_MAX = 10_000

export const patchIncident = route({
  method: 'patch',
  path: '/incidents/:id',
  summary: 'Acknowledges, resolves or reopens an incident, or adds a note',
  takes: 'json',
  input: z
    .strictObject({
      id,
      state: z.enum(INCIDENT_STATES).exactOptional(),
      note: z
        .string()
        .min(1)
        .max(NOTE_CHARS_MAX)
        .refine((note) => !note.includes('\0'), 'holds a zero byte')
        .exactOptional(),
    })
    .refine(({ state, note }) => state !== undefined || note !== undefined, {
      error: 'expected state, note or both',
    }),
  output: Incident,
  problems: ['request-invalid', 'media-type-unsupported', 'body-too-large', 'incident-unknown'],
  async handle({ id, state, note }, { store }, { origin, who }) {
    const at = new Date().toISOString()
    return located(await changeIncident(store, id, { state, note, who, at }), origin)
  },
})
