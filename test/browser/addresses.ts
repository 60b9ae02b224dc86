import { PAGES } from '../../src/serve/pages.ts'
import type { Service } from '../serve/service.ts'

type Item = Readonly<Record<'id' | 'name' | 'key' | 'fingerprint', string | undefined>>

/** Pages of things that no list of the API has. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  problems: ['archive-corrupt', 'bundle-too-large'],
}

/** Addresses beside those of the table of pages. */
const BESIDE = ['/sign-in?next=/hosts', '/nowhere', '/incidents?q=x-planted&severity=!info']

/**
 * The address of every page of the table, and of each thing there is a page of, up to `most` of a
 * kind: so a new page is looked at the day it is written.
 */
export async function pageAddresses({ ask }: Pick<Service, 'ask'>, most: number) {
  const addresses: string[] = [...BESIDE]
  for (const { path } of PAGES) {
    const [before = '', ...rest] = path.split(/:\w+/)
    if (rest.length === 0) addresses.push(path)
    else addresses.push(...(await namesOf(ask, before, most)).map((name) => filled(path, name)))
  }
  return [...new Set(addresses)]
}

function filled(path: string, name: string): string {
  return path.replace(/:\w+/g, () => encodeURIComponent(name))
}

async function namesOf(ask: Service['ask'], before: string, most: number) {
  const list = before.split('/').at(-2) ?? ''
  const { status, json } = await ask(`/api/v1/${list}`)
  const items: readonly Item[] = status === 200 ? json.items : []
  const names = items.map(({ fingerprint, key, id, name }) =>
    list === 'problems' ? fingerprint : (id ?? key ?? name),
  )
  const found = [...(OTHERWISE[list] ?? []), ...names.flatMap((name) => name ?? [])].slice(0, most)
  if (found.length === 0) throw new Error(`Nothing to fill ${before} with`)
  return found
}
