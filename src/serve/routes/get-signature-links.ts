import { z } from 'zod'
import { readLinks } from '../linked.ts'
import { route } from '../route.ts'
import { list } from '../schemas.ts'
import { id } from '../schemas-query.ts'
import { Link } from '../schemas-stored.ts'

export const getSignatureLinks = route({
  method: 'get',
  path: '/signatures/:id/links',
  summary: 'Links of a signature',
  input: z.strictObject({ id }),
  output: z.object({ items: list(Link) }),
  problems: ['signature-unknown'],
  async handle({ id }, services, { labels }) {
    return { items: await readLinks(services, { kind: 'signature', id }, labels) }
  },
})
