import { z } from 'zod'
import { readLinks } from '../linked.ts'
import { route } from '../route.ts'
import { list } from '../schemas.ts'
import { Link } from '../schemas-stored.ts'

export const getProblemLinks = route({
  method: 'get',
  path: '/problems/:fingerprint/links',
  summary: 'Links of a problem',
  input: z.strictObject({ fingerprint: z.string().min(1) }),
  output: z.object({ items: list(Link) }),
  problems: ['stack-unknown'],
  async handle({ fingerprint }, services, { labels }) {
    return { items: await readLinks(services, { kind: 'problem', id: fingerprint }, labels) }
  },
})
