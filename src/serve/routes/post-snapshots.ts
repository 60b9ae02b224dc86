import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { findDiagnosis } from '../../store/snapshots.ts'
import { problemOf } from '../diagnosis-of.ts'
import { absolute, reply, uploadRoute } from '../route.ts'
import { Diagnosis, list, text } from '../schemas.ts'
import { digits } from '../schemas-query.ts'
import { url } from '../schemas-stored.ts'
import type { Services } from '../services.ts'
import { uploadFields } from '../upload-fields.ts'

const WAIT_SECONDS_MAX = 300

const kept = { id: text, sha256: text, url }
const Kept = z.object({ ...kept, status: z.enum(['queued', 'processing', 'done', 'failed']) })
const Done = z.object({
  ...kept,
  status: z.literal('done'),
  incidents: list(text).meta({ description: 'Ids of the incidents it opened or saw again' }),
  diagnosis: Diagnosis,
})

export const postSnapshots = uploadRoute({
  method: 'post',
  path: '/snapshots',
  summary: 'Takes a bundle in',
  needs: 'collector',
  limited: 'handler',
  takes: 'bundle',
  input: z.strictObject({
    ...uploadFields,
    wait: digits(0, WAIT_SECONDS_MAX)
      .meta({ description: 'Seconds to wait for the diagnosis' })
      .exactOptional(),
  }),
  outputs: {
    200: {
      says: 'These bytes were here before: the first id; host, collectedAt and labels stay as they were sent then',
      schema: z.union([Done, Kept]),
    },
    201: { says: 'Kept and diagnosed', schema: Done },
    202: { says: 'Kept, and to be diagnosed', schema: Kept },
  },
  problems: [
    'request-invalid',
    'bundle-field-missing',
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
    'upload-too-slow',
    'host-of-others',
    'store-full',
    'too-busy',
  ],
  async handle({ wait = 0 }, services, { upload, origin }) {
    const { id, sha256, isNew, status } = await services.ingest.receive(upload.bytes, upload.given)
    const item = { id, sha256, status, url: absolute(`/snapshots/${id}`, origin) }
    const done = wait > 0 ? await waitFor(services, item, { seconds: wait, isNew }) : null
    if (done?.diagnosis) {
      const { incidents, diagnosis } = done
      return reply(isNew ? 201 : 200, { ...item, status: 'done' as const, incidents, diagnosis })
    }
    return reply(isNew ? 202 : 200, { ...item, status: done?.status ?? status })
  },
})

/**
 * What has become of a snapshot within so many seconds. Who waits for it is told that its bytes are
 * unusable: nothing is kept then, unless somebody was told before that it is.
 * @throws {Problem} the one that ended its diagnosis
 */
async function waitFor(
  { ingest, store }: Services,
  { id, url }: { readonly id: string; readonly url: string },
  { seconds, isNew }: { readonly seconds: number; readonly isNew: boolean },
) {
  const snapshot = await ingest.waitFor(id, seconds * 1000)
  if (snapshot.problem) {
    const { kind, facts } = problemOf(snapshot.problem)
    const isGone = isNew && (await ingest.discardUnshared(id))
    throw new Problem(kind, isGone ? facts : { ...facts, id, url })
  }
  const isDone = snapshot.status === 'done'
  const diagnosis = isDone ? await findDiagnosis(store, id) : null
  return { status: snapshot.status, incidents: snapshot.incidents, diagnosis }
}
