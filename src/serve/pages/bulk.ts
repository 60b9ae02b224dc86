import { z } from 'zod'
import { changeIncidents } from '../../store/incident-change.ts'
import { checked } from '../route.ts'
import type { Services } from '../services.ts'
import { type AskedPage, type FormAnswer, filled } from './asked.ts'

/** More than a page of the list has. */
const CHANGED_MAX = 500

const BulkForm = z.object({
  id: z
    .preprocess(
      (given) => (given === undefined ? [] : [given].flat()),
      z.array(z.string().max(100)).max(CHANGED_MAX),
    )
    .default([]),
  state: z.enum(['acknowledged', 'resolved']),
  note: z.string().trim().max(2000).optional(),
  back: z
    .string()
    .regex(/^\/incidents(?:\?|$)/)
    .default('/incidents'),
})

/** Does to the ticked incidents what the button says, and goes back to the list. */
export async function changeTicked(
  { who }: AskedPage,
  body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  const { id: ids, state, note, back } = checked(BulkForm, filled(body))
  const at = new Date().toISOString()
  if (ids.length > 0) await changeIncidents(store, ids, { state, note, who, at })
  return { goTo: back }
}
