import { z } from 'zod'
import type { Labels } from '../../model/access.ts'
import type { Incident } from '../../model/incident.ts'
import { Problem } from '../../model/problem.ts'
import { countShape, countSignature } from '../../store/alike.ts'
import { findIncident } from '../../store/incidents.ts'
import type { Store } from '../../store/open.ts'
import { incidentMarkdown } from '../../web/incident-markdown.ts'
import { fileRoute, located } from '../route.ts'
import { id } from '../schemas-query.ts'

const MARKDOWN = 'text/markdown; charset=utf-8'

export const getIncidentMarkdown = fileRoute({
  method: 'get',
  path: '/incidents/:id.md',
  summary: 'One incident as Markdown, ready to paste in a ticket',
  limited: 'incident',
  type: MARKDOWN,
  input: z.strictObject({ id }),
  problems: ['incident-unknown'],
  async handle({ id }, { store }, { origin, labels }) {
    const incident = await findIncident(store, id, labels)
    if (!incident) throw new Problem('incident-unknown', { id })
    const content = incidentMarkdown(
      located(incident, origin),
      await countsOf(store, incident, labels),
    )
    return { type: MARKDOWN, content, saveAs: null }
  },
})

async function countsOf(store: Store, { signature, fingerprint }: Incident, labels: Labels | null) {
  return {
    signature: await countSignature(store, signature, labels),
    fingerprint: await countShape(store, fingerprint, labels),
    at: new Date().toISOString(),
  }
}
