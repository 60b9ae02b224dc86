import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { listWork } from '../../store/work.ts'
import { JOBS_PATH, jobPage, jobPath, jobsPage } from '../../web/pages/jobs.ts'
import { checked } from '../route.ts'
import { paging } from '../schemas-query.ts'
import type { Services } from '../services.ts'
import { type AskedPage, type FormAnswer, type FormRoute, filled } from './asked.ts'

const JobsQuery = z.strictObject(paging)

export async function showJobs({ context, query }: AskedPage, { store }: Services) {
  const { limit, cursor } = checked(JobsQuery, filled(query))
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw new Problem('cursor-invalid')
  const before = cursor === undefined ? null : Number(cursor)
  const page = await listWork(store.read, { limit, before })
  return jobsPage(context, { page, cursor: cursor ?? null })
}

export async function showJob({ context, params }: AskedPage, { ingest }: Services) {
  return jobPage(context, await ingest.work.find(params['id'] ?? ''))
}

const ALL = { yaml: null, limit: null, since: null, host: null, signature: null, fingerprint: null }

async function readAgain({ who }: AskedPage, _body: unknown, { ingest }: Services) {
  return { goTo: jobPath((await ingest.work.ask('reclassify', ALL, who)).id) }
}

const MOVES = [
  ['cancel', 'cancelled'],
  ['pause', 'paused'],
  ['resume', 'queued'],
] as const

/** What can be done with work. */
export const JOB_FORMS: readonly FormRoute[] = [
  { path: JOBS_PATH, act: readAgain },
  ...MOVES.map(([name, to]) => ({
    path: `${JOBS_PATH}/:id/${name}`,
    async act({ params }: AskedPage, _body: unknown, { ingest }: Services): Promise<FormAnswer> {
      return { goTo: jobPath((await ingest.work.move(params['id'] ?? '', to)).id) }
    },
  })),
]
