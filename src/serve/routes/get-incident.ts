import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { findIncident } from '../../store/incidents.ts'
import { located, route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Incident } from '../schemas-stored.ts'

export const getIncident = route({
  method: 'get',
  path: '/incidents/:id',
  summary: 'One incident, with its evidence and history',
  limited: 'incident',
  input: z.strictObject({ id }),
  output: Incident,
  problems: ['incident-unknown'],
  async handle({ id }, { store }, { origin, labels }) {
    const incident = await findIncident(store, id, labels)
    if (!incident) throw new Problem('incident-unknown', { id })
    return located(incident, origin)
  },
})
