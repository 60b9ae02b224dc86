import { listIncidents } from '../../store/incident-list.ts'
import { locatedIncident, route } from '../route.ts'
import { IncidentsQuery } from '../schemas-query.ts'
import { IncidentItem, pageOf } from '../schemas-stored.ts'

export const getIncidents = route({
  method: 'get',
  path: '/incidents',
  summary: 'Incidents of the fleet: one for each host boot, signature and subject',
  limited: 'filter',
  input: IncidentsQuery,
  output: pageOf(IncidentItem),
  problems: ['request-invalid', 'cursor-invalid'],
  async handle(query, { store }, call) {
    const page = await listIncidents(store, query)
    return { ...page, items: page.items.map((item) => locatedIncident(item, call)) }
  },
})
