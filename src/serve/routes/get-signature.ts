import { z } from 'zod'
import { entryOf } from '../../ingest/edit-signatures.ts'
import type { CatalogueEntry } from '../../model/catalogue.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Signature } from '../schemas-stored.ts'
import type { Services } from '../services.ts'
import { signatureFigures } from '../signature-figures.ts'
import { toSignatureItem } from './get-signatures.ts'

export const getSignature = route({
  method: 'get',
  path: '/signatures/:id',
  summary: 'One signature: its text, the rules it matches by, and what it has found',
  input: z.strictObject({ id }),
  output: Signature,
  problems: ['signature-unknown'],
  async handle({ id }, services) {
    return toSignature(entryOf(services.ingest.catalogue, id), services)
  },
})

/** A signature whole. */
export async function toSignature(entry: CatalogueEntry, { store }: Pick<Services, 'store'>) {
  const { roles, verdicts, id } = entry.signature
  const figuresOf = await signatureFigures(store)
  const { yaml } = entry
  return { ...toSignatureItem(entry), yaml, counts: figuresOf(id), roles, verdicts }
}
