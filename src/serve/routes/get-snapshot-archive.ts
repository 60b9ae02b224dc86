import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { findSnapshot } from '../../store/snapshots.ts'
import { fileRoute } from '../route.ts'
import { id } from '../schemas-query.ts'

export const getSnapshotArchive = fileRoute({
  method: 'get',
  path: '/snapshots/:id/archive',
  summary: 'The bytes as they were uploaded',
  limited: 'snapshot',
  type: 'application/octet-stream',
  input: z.strictObject({ id }),
  problems: ['snapshot-unknown', 'archive-removed'],
  async handle({ id }, { store, ingest }) {
    const snapshot = await findSnapshot(store, id)
    if (!snapshot) throw new Problem('snapshot-unknown', { id })
    const content = await ingest.openArchive(id)
    if (!content) throw new Problem('archive-removed', { id })
    // The name is ours: what the uploader or the host said never becomes a name of a file.
    return { type: 'application/octet-stream', content, saveAs: `hangar-${id}` }
  },
})
