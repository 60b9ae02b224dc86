import { z } from 'zod'
import { saveLink } from '../linked.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Link } from '../schemas-stored.ts'
import { newLink } from '../schemas-tickets.ts'

export const postSignatureLink = route({
  method: 'post',
  path: '/signatures/:id/links',
  summary: 'Ties a ticket or page to a signature, for all its incidents',
  takes: 'json',
  status: 201,
  input: z.strictObject({ id, ...newLink }),
  output: Link,
  problems: [
    'request-invalid',
    'media-type-unsupported',
    'body-too-large',
    'signature-unknown',
    'links-too-many',
  ],
  async handle({ id, ...link }, services, { who }) {
    return saveLink(services, { kind: 'signature', id }, link, who)
  },
})
