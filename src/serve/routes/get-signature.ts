import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Signature } from '../schemas-stored.ts'
import { toSignatureItem } from './get-signatures.ts'

export const getSignature = route({
  method: 'get',
  path: '/signatures/:id',
  summary: 'One signature, with the rules it matches by',
  input: z.strictObject({ id }),
  output: Signature,
  problems: ['signature-unknown'],
  async handle({ id }, { catalogue }) {
    const signature = catalogue.signatures.find((one) => one.id === id)
    if (!signature) throw new Problem('signature-unknown', { id })
    const { roles, verdicts } = signature
    return { ...toSignatureItem(signature), roles, verdicts }
  },
})
