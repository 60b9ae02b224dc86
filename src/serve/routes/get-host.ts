import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { findHost } from '../../store/hosts.ts'
import { locatedIncident, locatedSnapshot, route } from '../route.ts'
import { HostWhole } from '../schemas-stored.ts'

export const getHost = route({
  method: 'get',
  path: '/hosts/:name',
  summary: 'One host, with its last snapshots and incidents',
  limited: 'handler',
  input: z.strictObject({ name: z.string() }),
  output: HostWhole,
  problems: ['host-unknown'],
  async handle({ name }, { store }, call) {
    const host = await findHost(store, name, call.labels)
    if (!host) throw new Problem('host-unknown', { name })
    return {
      ...host,
      recentSnapshots: host.recentSnapshots.map((snapshot) =>
        locatedSnapshot(snapshot, call.origin),
      ),
      recentIncidents: host.recentIncidents.map((incident) => locatedIncident(incident, call)),
    }
  },
})
