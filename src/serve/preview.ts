import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { Problem } from '../model/problem.ts'
import { countSignature } from '../store/alike.ts'
import { findIncident } from '../store/incidents.ts'
import { incidentCard } from '../web/card/incident-card.ts'
import { callerOf } from './caller.ts'
import { pngOf } from './png.ts'
import type { Services } from './services.ts'

/**
 * The picture a chat shows of an incident; drawn only for who has not the same one already.
 * @throws {Problem} incident-unknown
 */
export async function sendPreview(
  request: Request,
  response: Response,
  { store }: Services,
): Promise<void> {
  const id = String(request.params['id'])
  const { labels } = callerOf(request)
  const incident = await findIncident(store, id, labels)
  if (!incident) throw new Problem('incident-unknown', { id: id.slice(0, 100) })
  const counts = await countSignature(store, incident.signature, labels)
  const { severity, verdict, state, resolution, title, host, kernel } = incident
  const shows = [severity, verdict, state, resolution, title, host, kernel, counts, DRAWING]
  const tag = createHash('sha256').update(JSON.stringify(shows)).digest('base64url').slice(0, 22)
  response.set('Cache-Control', 'private, no-cache').set('ETag', `"${tag}"`)
  if (request.fresh) {
    response.status(304).end()
    return
  }
  response.type('image/png').send(pngOf(incidentCard(incident, counts)))
}

/** Changes with how it is drawn. */
const DRAWING = 1
