import { z } from 'zod'
import { saveSignature } from '../../ingest/edit-signatures.ts'
import { route } from '../route.ts'
import { Signature } from '../schemas-stored.ts'
import { toSignature } from './get-signature.ts'

const YAML_CHARS_MAX = 60_000
const NOTE_CHARS_MAX = 2_000

/** The text of a signature, as a field of a request. */
export const yamlGiven = z
  .string()
  .min(1)
  .max(YAML_CHARS_MAX)
  .meta({ description: 'Text of the signature, as its file would have it' })

export const postSignatures = route({
  method: 'post',
  path: '/signatures',
  summary: 'Saves a signature, as the newest version of its id; it is matched from now on',
  takes: 'json',
  input: z.strictObject({
    yaml: yamlGiven,
    note: z.string().max(NOTE_CHARS_MAX).exactOptional(),
    ifVersion: z.int().min(0).exactOptional().meta({
      description: 'The version that the text was made from (0: none): refused when it is another',
    }),
  }),
  output: Signature,
  problems: [
    'request-invalid',
    'media-type-unsupported',
    'body-too-large',
    'signature-invalid',
    'signature-changed',
  ],
  async handle({ yaml, note = null, ifVersion }, services, { who }) {
    const { store, ingest } = services
    const by = { who, atMs: Date.now() }
    const parts = { store, catalogue: ingest.catalogue }
    return toSignature(await saveSignature(parts, { yaml, note, ifVersion }, by), services)
  },
})
