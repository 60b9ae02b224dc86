import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { foldedKey, type LinkTarget } from '../../src/model/link.ts'
import { countIncidents } from '../../src/store/counts.ts'
import { incidentConditions, whereAll } from '../../src/store/incident-filter.ts'
import { findIncident, listIncidents } from '../../src/store/incidents.ts'
import { addLink, listLinks, removeLink } from '../../src/store/links.ts'
import type { Store } from '../../src/store/open.ts'
import { findTicket, listTickets } from '../../src/store/tickets.ts'
import { incidentWith, ingest, START_MS, snapshotWith, temporaryStore } from './build.ts'

let added = 0

function link(store: Store, kind: LinkTarget, id: string, key: string) {
  added += 1
  const url = `https://tracker.example/${foldedKey(key)}/${added}`
  return addLink(
    store,
    { kind, id },
    { url, key, title: null, atMs: START_MS + added, who: 'mara' },
  )
}

/** Hosts a, b, c with an incident of s1, s2, s3 each; shapes 1:a of s1 and s2, 1:b of s3. */
async function fill(store: Store): Promise<ReadonlyMap<string, string>> {
  for (const [index, host] of ['a', 'b', 'c'].entries()) {
    const kernel = `6.${index}.0`
    const incidents = ['s1', 's2', 's3'].map((signature) =>
      incidentWith({ signature, fingerprint: signature === 's3' ? '1:b' : '1:a' }),
    )
    await ingest(store, snapshotWith({ host, kernel, incidents, atMs: START_MS + index }))
  }
  const { items } = await listIncidents(store, { limit: 100 })
  return new Map(items.map(({ host, signature, id }) => [`${host} ${signature}`, id]))
}

test('an incident shows its own links, then those of its shape and its signature, each once', async (t) => {
  const store = temporaryStore(t)
  const ids = await fill(store)
  const id = ids.get('a s1') ?? ''
  await link(store, 'signature', 's1', 'SIG-1')
  await link(store, 'problem', '1:a', 'PROB-1')
  const own = await link(store, 'incident', id, 'OWN-1')
  const { url } = own
  const again = { url, key: 'OTHER-1', title: null, atMs: START_MS, who: 'x' }
  await addLink(store, { kind: 'signature', id: 's1' }, again)
  const links = (await findIncident(store, id))?.links ?? []
  assert.deepEqual(
    links.map(({ key, from }) => [key, from]),
    [
      ['OWN-1', 'incident'],
      ['PROB-1', 'problem'],
      ['SIG-1', 'signature'],
    ],
  )
  assert.deepEqual(await listLinks(store, { kind: 'incident', id }), links)
  const other = (await findIncident(store, ids.get('b s2') ?? ''))?.links ?? []
  assert.deepEqual(
    other.map(({ key }) => key),
    ['PROB-1'],
  )
})

test('the same link twice is one, and takes on a title it had not', async (t) => {
  const store = temporaryStore(t)
  await fill(store)
  const on = { kind: 'signature', id: 's1' } as const
  const given = { url: 'https://x.example/1', key: 'X-1', title: null, atMs: START_MS, who: 'mara' }
  const first = await addLink(store, on, given)
  const second = await addLink(store, on, { ...given, title: 'Flush hangs', who: 'other' })
  assert.deepEqual(second, { ...first, title: 'Flush hangs' })
  assert.equal((await listLinks(store, on)).length, 1)
  assert.equal((await findTicket(store, 'x-1', { limit: 10 })).linksTotal, 1)
})

test('a ticket is gone with its last link', async (t) => {
  const store = temporaryStore(t)
  await fill(store)
  const one = await link(store, 'signature', 's1', 'T-1')
  const two = await link(store, 'problem', '1:b', 't-1')
  await removeLink(store, one.id)
  assert.equal((await findTicket(store, 'T-1', { limit: 10 })).incidents.total, 3)
  await removeLink(store, two.id)
  await assert.rejects(findTicket(store, 'T-1', { limit: 10 }), { kind: 'ticket-unknown' })
  await assert.rejects(removeLink(store, two.id), { kind: 'link-unknown' })
  assert.deepEqual(await listTickets(store, { limit: 10 }), { items: [], next: null, total: 0 })
})

test('links hang on nothing that is not there', async (t) => {
  const store = temporaryStore(t)
  await fill(store)
  await assert.rejects(link(store, 'incident', 'nobody', 'A-1'), { kind: 'incident-unknown' })
  await assert.rejects(link(store, 'problem', '1:zzz', 'A-1'), { kind: 'stack-unknown' })
  await assert.rejects(link(store, 'problem', '', 'A-1'), { kind: 'stack-unknown' })
})

test('a ticket counts what stands behind it, an incident that is there in two ways once', async (t) => {
  const store = temporaryStore(t)
  const ids = await fill(store)
  await link(store, 'signature', 's1', 'T-1')
  await link(store, 'problem', '1:a', 'T-1')
  await link(store, 'incident', ids.get('a s3') ?? '', 'T-1')
  await link(store, 'incident', ids.get('a s1') ?? '', 'T-1')
  // Host b comes back clean: what it had is resolved.
  await ingest(store, snapshotWith({ host: 'b', atMs: START_MS + 1000 }))
  const { counts, bySignature, byKernel, hosts, incidents } = await findTicket(store, 'T-1', {
    limit: 2,
  })
  assert.equal(counts.incidents, 7)
  assert.equal(counts.open, 5)
  assert.equal(counts.hosts, 3)
  assert.equal(counts.openHosts, 2)
  const shown = (shares: typeof bySignature | typeof hosts) =>
    shares.map(({ name, incidents, open }) => `${name} ${incidents} ${open}`)
  assert.deepEqual(shown(bySignature), ['s1 3 2', 's2 3 2', 's3 1 1'])
  assert.deepEqual(shown(byKernel), ['6.0.0 3 3', '6.2.0 2 2', '6.1.0 2 0'])
  assert.deepEqual(shown(hosts), ['a 3 3', 'c 2 2', 'b 2 0'])
  assert.equal(incidents.total, 7)
  assert.equal(incidents.items.length, 2)
  const rest = await findTicket(store, 'T-1', { limit: 100, cursor: incidents.next ?? '' })
  assert.equal(rest.incidents.items.length, 5)
})

test('tickets are listed by their last link, a page at a time', async (t) => {
  const store = temporaryStore(t)
  await fill(store)
  for (let index = 0; index < 5; index += 1) await link(store, 'signature', 's1', `T-${index}`)
  await link(store, 'problem', '1:b', 'T-1')
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await listTickets(store, { limit: 2, cursor })
    assert.equal(page.total, 5)
    seen.push(...page.items.map(({ key, incidents }) => `${key} ${incidents}`))
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  assert.deepEqual(seen, ['T-1 6', 'T-4 3', 'T-3 3', 'T-2 3', 'T-0 3'])
})

const someLink = fc.record({
  kind: fc.constantFrom('incident' as const, 'signature' as const, 'problem' as const),
  index: fc.nat({ max: 8 }),
  ticket: fc.constantFrom('T-1', 'T-2'),
})

test('a filter by tickets finds what asking every incident for its links finds', async (t) => {
  const store = temporaryStore(t)
  const ids = [...(await fill(store)).values()]
  const targets = { incident: ids, signature: ['s1', 's2', 's3'], problem: ['1:a', '1:b'] }
  await fc.assert(
    fc.asyncProperty(fc.array(someLink, { maxLength: 4 }), async (wanted) => {
      const made = []
      for (const { kind, index, ticket } of wanted) {
        const all = targets[kind]
        made.push(await link(store, kind, all[index % all.length] ?? '', ticket))
      }
      for (const filter of FILTERS) await assertFinds(store, ids, filter)
      for (const { id } of made) await removeLink(store, id)
    }),
    { numRuns: 25 },
  )
})

type Filter = {
  readonly ticket: readonly string[]
  readonly fits: (keys: readonly string[]) => boolean
}

async function assertFinds(store: Store, ids: readonly string[], { ticket, fits }: Filter) {
  const expected: string[] = []
  for (const id of ids) {
    const links = (await findIncident(store, id))?.links ?? []
    if (fits(links.map(({ key }) => key))) expected.push(id)
  }
  const page = await listIncidents(store, { ticket, limit: 100 })
  assert.deepEqual(page.items.map(({ id }) => id).sort(), expected.sort())
  assert.equal(page.total, expected.length)
  const [row] = await countIncidents(store, { by: [], filter: { ticket }, interval: null })
  assert.equal(row?.incidents ?? 0, expected.length)
}

const FILTERS: readonly Filter[] = [
  { ticket: ['T-1'], fits: (keys) => keys.includes('T-1') },
  { ticket: ['t-1', 'T-2'], fits: (keys) => keys.includes('T-1') || keys.includes('T-2') },
  { ticket: ['!T-1'], fits: (keys) => !keys.includes('T-1') },
  { ticket: ['T-1', '!T-2'], fits: (keys) => keys.includes('T-1') && !keys.includes('T-2') },
  { ticket: ['T-3'], fits: () => false },
]

test('tickets are found by indexes, never by going through all incidents', async (t) => {
  const store = temporaryStore(t)
  const ids = await fill(store)
  await link(store, 'signature', 's1', 'T-1')
  await link(store, 'problem', '1:b', 'T-1')
  await link(store, 'incident', ids.get('a s2') ?? '', 'T-1')
  const conditions = await incidentConditions(store, { ticket: ['T-1'] })
  const { rows: plan } = await sql<{ detail: string }>`
    EXPLAIN QUERY PLAN SELECT * FROM incidents ${whereAll(conditions)}`.execute(store.db)
  assert.ok(plan.some(({ detail }) => detail.includes('incidents_by_fingerprint')))
  const scans = plan.filter(({ detail }) => /^SCAN (?!CONSTANT)/.test(detail))
  assert.deepEqual(scans, [])
})
