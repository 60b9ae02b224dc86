import { z } from 'zod'
import { checkSignature } from '../../ingest/edit-signatures.ts'
import { route } from '../route.ts'
import { instantGiven } from '../schemas-query.ts'
import { Work } from '../schemas-work.ts'
import { yamlGiven } from './post-signatures.ts'

export const postSignaturesTry = route({
  method: 'post',
  path: '/signatures/try',
  summary: 'Tries a signature on stored snapshots, the newest first; a job, which writes nothing',
  takes: 'json',
  input: z.strictObject({
    yaml: yamlGiven,
    limit: z.int().min(1).exactOptional().meta({ description: 'Snapshots at most' }),
    since: instantGiven.exactOptional(),
    host: z.string().min(1).exactOptional(),
  }),
  output: Work,
  problems: ['request-invalid', 'media-type-unsupported', 'body-too-large', 'signature-invalid'],
  async handle({ yaml, limit = null, since = null, host = null }, { ingest }, { who }) {
    checkSignature(yaml, ingest.catalogue)
    const input = { yaml, limit, since, host, signature: null, fingerprint: null }
    return ingest.work.ask('try', input, who)
  },
})
