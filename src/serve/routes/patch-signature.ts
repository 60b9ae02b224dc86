import { z } from 'zod'
import { disableSignature } from '../../ingest/edit-signatures.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Signature } from '../schemas-stored.ts'
import { toSignature } from './get-signature.ts'

export const patchSignature = route({
  method: 'patch',
  path: '/signatures/:id',
  summary: 'Matches with a signature no more, or again',
  takes: 'json',
  input: z.strictObject({ id, disabled: z.boolean() }),
  output: Signature,
  problems: ['request-invalid', 'media-type-unsupported', 'body-too-large', 'signature-unknown'],
  async handle({ id, disabled }, services, { who }) {
    const parts = { store: services.store, catalogue: services.ingest.catalogue }
    const by = { who, atMs: Date.now() }
    return toSignature(await disableSignature(parts, id, disabled, by), services)
  },
})
