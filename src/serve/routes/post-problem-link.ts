import { z } from 'zod'
import { saveLink } from '../linked.ts'
import { route } from '../route.ts'
import { Link } from '../schemas-stored.ts'
import { newLink } from '../schemas-tickets.ts'

export const postProblemLink = route({
  method: 'post',
  path: '/problems/:fingerprint/links',
  summary: 'Ties a ticket or page to a problem, for all incidents of its shape',
  takes: 'json',
  status: 201,
  input: z.strictObject({ fingerprint: z.string().min(1), ...newLink }),
  output: Link,
  problems: [
    'request-invalid',
    'media-type-unsupported',
    'body-too-large',
    'stack-unknown',
    'links-too-many',
  ],
  async handle({ fingerprint, ...link }, services, { who }) {
    return saveLink(services, { kind: 'problem', id: fingerprint }, link, who)
  },
})
