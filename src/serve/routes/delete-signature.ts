import { z } from 'zod'
import { removeSignature } from '../../ingest/edit-signatures.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { SignatureItem } from '../schemas-stored.ts'
import { toSignatureItem } from './get-signatures.ts'

export const deleteSignature = route({
  method: 'delete',
  path: '/signatures/:id',
  summary: 'Goes back to what the files have of a saved signature; its versions are kept',
  input: z.strictObject({ id }),
  output: z.object({
    inForce: SignatureItem.nullable().meta({
      description: 'The one of the files that is matched now; null where they have none',
    }),
  }),
  problems: ['signature-unknown', 'signature-not-saved'],
  async handle({ id }, { store, ingest }, { who }) {
    const parts = { store, catalogue: ingest.catalogue }
    const entry = await removeSignature(parts, id, { who, atMs: Date.now() })
    return { inForce: entry && toSignatureItem(entry) }
  },
})
