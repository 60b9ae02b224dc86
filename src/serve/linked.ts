import type { Labels } from '../model/access.ts'
import { keyOf, type Link } from '../model/link.ts'
import { Problem } from '../model/problem.ts'
import { addLink, type Linked, listLinks } from '../store/links.ts'
import type { Services } from './services.ts'

export type GivenLink = {
  readonly url: string
  readonly key?: string | undefined
  readonly title?: string | undefined
}

/**
 * Ties what somebody gave to an incident, a signature or a problem.
 * @throws {Problem} incident-unknown, signature-unknown, stack-unknown, links-too-many
 */
export async function saveLink(
  services: Services,
  on: Linked,
  { url, key, title }: GivenLink,
  who: string,
): Promise<Link> {
  refuseUnknownSignature(services, on)
  const link = { url, key: key ?? keyOf(url), title: title ?? null, atMs: Date.now(), who }
  return addLink(services.store, on, link)
}

/** @throws {Problem} incident-unknown, signature-unknown, stack-unknown */
export async function readLinks(
  services: Services,
  on: Linked,
  labels: Labels | null,
): Promise<readonly Link[]> {
  refuseUnknownSignature(services, on)
  return listLinks(services.store, on, labels)
}

function refuseUnknownSignature({ catalogue }: Services, { kind, id }: Linked): void {
  if (kind !== 'signature' || catalogue.signatures.some((signature) => signature.id === id)) return
  throw new Problem('signature-unknown', { id })
}
