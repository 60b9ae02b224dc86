import { z } from 'zod'
import { entryOf } from '../../ingest/edit-signatures.ts'
import { listSavedVersions } from '../../store/saved-signatures.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { pageOf, SavedVersion } from '../schemas-stored.ts'

export const getSignatureVersions = route({
  method: 'get',
  path: '/signatures/:id/versions',
  summary: 'Every text of a signature that was saved here, newest first',
  input: z.strictObject({ id }),
  output: pageOf(SavedVersion),
  problems: ['signature-unknown'],
  async handle({ id }, { store, ingest }) {
    const items = await listSavedVersions(store.read, id)
    // One that was saved and deleted has no entry any more, and its versions all the same.
    if (items.length === 0) entryOf(ingest.catalogue, id)
    return { items, next: null, total: items.length }
  },
})
