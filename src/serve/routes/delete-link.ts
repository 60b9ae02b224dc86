import { z } from 'zod'
import { removeLink } from '../../store/links.ts'
import { route } from '../route.ts'
import { id } from '../schemas-query.ts'
import { Link } from '../schemas-stored.ts'

export const deleteLink = route({
  method: 'delete',
  path: '/links/:id',
  summary: 'Takes a link away, and answers what it was',
  input: z.strictObject({ id }),
  output: Link,
  problems: ['link-unknown'],
  async handle({ id }, { store }) {
    return removeLink(store, id)
  },
})
