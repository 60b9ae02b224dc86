import { z } from 'zod'
import { reply, uploadRoute } from '../route.ts'
import { Diagnosis } from '../schemas.ts'
import { yesNo } from '../schemas-query.ts'
import { uploadFields } from '../upload-fields.ts'

export const postAnalyze = uploadRoute({
  method: 'post',
  path: '/analyze',
  summary: 'Diagnoses a bundle or a text; nothing is stored',
  needs: 'viewer',
  limited: 'no-host',
  takes: 'bundle-or-text',
  input: z.strictObject({
    ...uploadFields,
    allTasks: yesNo
      .meta({ description: 'Answer all tasks, not only the notable ones' })
      .exactOptional(),
  }),
  outputs: { 200: { says: 'What it shows', schema: Diagnosis } },
  problems: [
    'request-invalid',
    'body-empty',
    'not-an-archive',
    'media-type-unsupported',
    'archive-truncated',
    'archive-corrupt',
    'archive-foreign',
    'archive-proc-empty',
    'bundle-too-large',
    'bundle-inflates-too-far',
    'entries-too-many',
    'entry-too-large',
    'path-too-long',
    'text-unreadable',
    'upload-too-slow',
    'too-busy',
  ],
  async handle({ allTasks = false }, { ingest }, { upload }) {
    const { bytes, given, isText } = upload
    return reply(200, await ingest.analyze(bytes, given, { isText, allTasks }))
  },
})
