import { z } from 'zod'
import { readLinks } from '../linked.ts'
import { route } from '../route.ts'
import { list } from '../schemas.ts'
import { id } from '../schemas-query.ts'
import { Link } from '../schemas-stored.ts'

export const getIncidentLinks = route({
  method: 'get',
  path: '/incidents/:id/links',
  summary: 'Links of an incident, with those it inherits',
  limited: 'incident',
  input: z.strictObject({ id }),
  output: z.object({ items: list(Link) }),
  problems: ['incident-unknown'],
  async handle({ id }, services, { labels }) {
    return { items: await readLinks(services, { kind: 'incident', id }, labels) }
  },
})
