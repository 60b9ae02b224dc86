import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { listDeliveries } from '../../src/store/deliveries.ts'
import { openStore } from '../../src/store/open.ts'
import { addWebhook } from '../../src/store/webhooks.ts'
import { incidentWith, ingest, snapshotWith, temporaryFolder } from '../store/build.ts'
import { type Received, startReceiver, until } from './receiver.ts'

const EVENTS = 12

test('a service killed again and again tells every receiver all, and what it repeats by the same id', async (t) => {
  // Answers after a while, so that kills fall before, within and after the sending.
  const place = await startReceiver((response) => setTimeout(() => response.end('ok'), 30))
  t.after(() => place.close())
  const folder = temporaryFolder()
  const store = openStore(folder)
  t.after(() => store.close())
  const { id } = await addWebhook(store, {
    name: 'test',
    url: place.url,
    format: 'hangar',
    events: ['incident.opened'],
    filters: { severity: 'info', signatures: [], labels: {} },
    secret: 'whsec_0123456789abcdef',
    routingKey: null,
    atMs: 0,
    who: 'mara',
  })
  for (let index = 0; index < EVENTS; index += 1) {
    await ingest(store, snapshotWith({ host: `web-${index}`, incidents: [incidentWith()] }))
  }
  let kills = 0
  while (place.received.length < EVENTS || (await waiting()) > 0) {
    const child = spawn(process.execPath, ['test/notify/crash-child.ts', folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const before = place.received.length
    await until(async () => place.received.length > before || (await waiting()) === 0)
    await new Promise((resolve) => setTimeout(resolve, (kills % 4) * 20))
    child.kill('SIGKILL')
    await once(child, 'exit')
    kills += 1
    assert.ok(kills < 60, 'it gets on')
  }
  assertToldAll(place.received)
  assert.ok(kills > 2, `${kills} kills`)

  async function waiting(): Promise<number> {
    const { items } = await listDeliveries(store, id, { limit: 500 })
    const outbox = await store.read.get<{ n: number }>('SELECT count(*) AS n FROM incident_outbox')
    return items.filter(({ status }) => status === 'waiting').length + (outbox?.n ?? 0)
  }
})

function assertToldAll(received: readonly Received[]): void {
  const hosts = received.map(({ body }) => JSON.parse(body).incident.host)
  const expected = Array.from({ length: EVENTS }, (_, index) => `web-${index}`)
  assert.deepEqual([...new Set(hosts)], expected)
  const ids = received.map(({ headers, body }) => `${headers['hangar-delivery']} ${body}`)
  assert.equal(new Set(ids).size, EVENTS, 'a repetition has the id and the bytes of the first')
}
