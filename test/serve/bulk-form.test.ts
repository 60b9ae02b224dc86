import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startFleet } from './fleet.ts'
import type { Service } from './service.ts'

let service: Service
before(async () => {
  service = await startFleet()
})
after(() => service.close())

async function send(fields: readonly (readonly [string, string])[]) {
  const form = new URLSearchParams()
  for (const [name, value] of fields) form.append(name, value)
  return service.ask('/incidents/bulk', {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })
}

async function countIn(state: string): Promise<number> {
  return Number((await service.ask(`/api/v1/incidents?state=${state}`)).json.total)
}

test('the ticked incidents are acknowledged with the note, and no other; the list comes back', async () => {
  const { json } = await service.ask('/api/v1/incidents?limit=2')
  const ids: readonly string[] = json.items.map(({ id }: { id: string }) => id)
  const open = await countIn('open')
  const sent = await send([
    ...ids.map((id) => ['id', id] as const),
    ['state', 'acknowledged'],
    ['note', 'on it'],
    ['back', '/incidents?state=open'],
  ])
  assert.equal(sent.status, 303)
  assert.equal(sent.headers.get('location'), '/incidents?state=open')
  assert.equal(await countIn('acknowledged'), 2)
  assert.equal(await countIn('open'), open - 2)
  const { json: incident } = await service.ask(`/api/v1/incidents/${ids[0]}`)
  assert.ok(incident.history.some(({ note }: { note: string | null }) => note === 'on it'))
})

test('without a tick nothing changes, and nobody is led to another site', async () => {
  const open = await countIn('open')
  assert.equal((await send([['state', 'resolved']])).status, 303)
  assert.equal(await countIn('open'), open)
  const away = await send([
    ['state', 'resolved'],
    ['back', 'https://elsewhere.example/'],
  ])
  assert.equal(away.status, 400)
  assert.equal((await send([['state', 'open']])).status, 400)
})
