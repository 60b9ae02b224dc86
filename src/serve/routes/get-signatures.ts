import { z } from 'zod'
import type { Signature } from '../../model/signature.ts'
import { route } from '../route.ts'
import { pageOf, SignatureItem } from '../schemas-stored.ts'

export const getSignatures = route({
  method: 'get',
  path: '/signatures',
  summary: 'What is looked for in every bundle',
  input: z.strictObject({}),
  output: pageOf(SignatureItem),
  problems: ['request-invalid'],
  async handle(_input, { catalogue }) {
    const items = catalogue.signatures.map(toSignatureItem)
    return { items, next: null, total: items.length }
  },
})

/** What a signature is about, without its rules. */
export function toSignatureItem(signature: Signature) {
  const { id, version, title, severity, why, source, subject, subsumes } = signature
  return { id, version, title, severity, why, source, subject, subsumes }
}
