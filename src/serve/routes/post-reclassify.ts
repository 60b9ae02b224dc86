import { z } from 'zod'
import { route } from '../route.ts'
import { instantGiven } from '../schemas-query.ts'
import { Work } from '../schemas-work.ts'

const filter = (description: string) => z.string().min(1).exactOptional().meta({ description })

export const postReclassify = route({
  method: 'post',
  path: '/reclassify',
  summary: 'Applies the present signatures to all stored snapshots; a job, which can be resumed',
  takes: 'json',
  input: z.strictObject({
    since: instantGiven.exactOptional(),
    host: filter('Snapshots of this host alone'),
    signature: filter('Only where incidents of this signature change'),
    fingerprint: filter('Only where incidents of this shape change'),
  }),
  output: Work,
  problems: ['request-invalid', 'media-type-unsupported', 'body-too-large'],
  async handle(
    { since = null, host = null, signature = null, fingerprint = null },
    { ingest },
    { who },
  ) {
    const input = { yaml: null, limit: null, since, host, signature, fingerprint }
    return ingest.work.ask('reclassify', input, who)
  },
})
