import { z } from 'zod'
import type { CatalogueEntry } from '../../model/catalogue.ts'
import { route } from '../route.ts'
import { pageOf, SignatureItem } from '../schemas-stored.ts'

export const getSignatures = route({
  method: 'get',
  path: '/signatures',
  summary: 'What is looked for in every bundle',
  limited: 'no-host',
  input: z.strictObject({}),
  output: pageOf(SignatureItem),
  problems: ['request-invalid'],
  async handle(_input, { ingest }) {
    const items = [...ingest.catalogue.entries.values()].map(toSignatureItem)
    return { items, next: null, total: items.length }
  },
})

/** What a signature is about, without its rules. */
export function toSignatureItem({ signature, source: origin, hides, isDisabled }: CatalogueEntry) {
  const { id, version, title, severity, why, source, subject, subsumes } = signature
  const said = { id, version, title, severity, why, source, subject, subsumes }
  return { ...said, origin, hides, disabled: isDisabled }
}
