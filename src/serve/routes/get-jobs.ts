import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { listWork } from '../../store/work.ts'
import { route } from '../route.ts'
import { paging } from '../schemas-query.ts'
import { pageOf } from '../schemas-stored.ts'
import { Work } from '../schemas-work.ts'

export const getJobs = route({
  method: 'get',
  path: '/jobs',
  summary: 'Work that takes long: trials of signatures and history read again, the newest first',
  input: z.strictObject(paging),
  output: pageOf(Work),
  problems: ['request-invalid', 'cursor-invalid'],
  async handle({ limit, cursor }, { store }) {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw new Problem('cursor-invalid')
    return listWork(store.read, { limit, before: cursor === undefined ? null : Number(cursor) })
  },
})
