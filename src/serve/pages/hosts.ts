import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { readHostTimeline } from '../../store/host-timeline.ts'
import { findHost, listHosts } from '../../store/hosts.ts'
import { hostPage, hostsPage } from '../../web/pages/hosts.ts'
import { checked } from '../route.ts'
import { paging } from '../schemas-query.ts'
import type { Services } from '../services.ts'
import { type AskedPage, filled } from './asked.ts'

const HostsQuery = z.strictObject({ q: z.string().max(255).exactOptional(), ...paging })

export async function showHosts({ context, query, labels }: AskedPage, { store }: Services) {
  const asked = checked(HostsQuery, filled(query))
  const page = await listHosts(store, { ...asked, sort: 'open', labels })
  return hostsPage(context, { page, q: asked.q ?? '', cursor: asked.cursor ?? null })
}

export async function showHost({ context, params, labels }: AskedPage, { store }: Services) {
  const name = params['name'] ?? ''
  const host = await findHost(store, name, labels)
  if (!host) throw new Problem('host-unknown', { name: name.slice(0, 255) })
  const { recentIncidents: incidents, recentSnapshots: snapshots } = host
  const looks = await readHostTimeline(store, host.name, labels)
  return hostPage(context, { host, incidents, looks, snapshots })
}
