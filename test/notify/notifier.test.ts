import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { WebhookFilters } from '../../src/model/webhook.ts'
import { fanOut } from '../../src/notify/fan-out.ts'
import { Notifier, type NotifierSettings } from '../../src/notify/notifier.ts'
import { addDelivery, listDeliveries } from '../../src/store/deliveries.ts'
import { changeIncident, listIncidents } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/open.ts'
import {
  addWebhook,
  findWebhook,
  type NewWebhook,
  setWebhookState,
} from '../../src/store/webhooks.ts'
import { incidentWith, ingest, START_MS, snapshotWith, temporaryStore } from '../store/build.ts'
import { accept, type Receiver, startReceiver, until } from './receiver.ts'

const SECRET = 'whsec_0123456789abcdef'
const ALL: WebhookFilters = { severity: 'info', signatures: [], labels: {} }

function webhook(store: Store, url: string, given: Partial<NewWebhook> = {}) {
  return addWebhook(store, {
    name: 'test',
    url,
    format: 'hangar',
    events: ['incident.opened', 'incident.reopened', 'incident.resolved'],
    filters: ALL,
    secret: SECRET,
    routingKey: null,
    atMs: START_MS,
    who: 'mara',
    ...given,
  })
}

/** A notifier that runs until the test ends; its clock says START_MS and may be moved on. */
function notifier(t: TestContext, store: Store, given: Partial<NotifierSettings> = {}) {
  const clock = { ms: START_MS }
  const running = new Notifier({
    store,
    rules: { isPrivateAllowed: true },
    origin: () => 'https://hangar.example',
    ageMaxMs: 24 * 3_600_000,
    timeoutMs: 500,
    everyMs: 5,
    now: () => clock.ms,
    random: () => 1,
    whenFailed: (error) => assert.fail(String(error)),
    ...given,
  })
  running.start()
  t.after(() => running.close())
  return { clock, running }
}

async function receiver(t: TestContext, answer?: Parameters<typeof startReceiver>[0]) {
  const started = await startReceiver(answer)
  t.after(() => started.close())
  return started
}

function hang(store: Store, host: string, atMs = START_MS, signature = 'fuse-flush-deadlock') {
  const incidents = [incidentWith({ signature })]
  return ingest(store, snapshotWith({ host, atMs, incidents, labels: { rack: 'r1' } }))
}

const events = ({ received }: Receiver) =>
  received.map(({ headers, body }) => `${headers['hangar-event']} ${hostOf(body)}`)

function hostOf(body: string): string {
  return JSON.parse(body).incident?.host ?? ''
}

test('a receiver is told of what opens, is resolved and is reopened, in this order', async (t) => {
  const store = temporaryStore(t)
  const place = await receiver(t)
  await webhook(store, place.url)
  notifier(t, store)
  await hang(store, 'web-1')
  const [item] = (await listIncidents(store, { limit: 1 })).items
  const at = (minutes: number) => new Date(START_MS + minutes * 60_000).toISOString()
  const id = item?.id ?? ''
  await changeIncident(store, id, { state: 'resolved', who: 'mara', at: at(1) })
  await changeIncident(store, id, { state: 'open', who: 'mara', at: at(2) })
  await place.got(3)
  assert.deepEqual(events(place), [
    'incident.opened web-1',
    'incident.resolved web-1',
    'incident.reopened web-1',
  ])
  const told = JSON.parse(place.received[1]?.body ?? '')
  assert.equal(told.who, 'mara')
  assert.equal(told.incident.url, `https://hangar.example/incidents/${id}`)
  assert.equal(told.delivery, place.received[1]?.headers['hangar-delivery'])
})

test('what is sent is signed over the very bytes and the second of the attempt', async (t) => {
  const store = temporaryStore(t)
  const place = await receiver(t)
  await webhook(store, place.url)
  notifier(t, store)
  await hang(store, 'web-1')
  const [first] = await place.got(1)
  const body = first?.body ?? ''
  const signature = String(first?.headers['hangar-signature'])
  const [, second = '', given = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
  const expected = createHmac('sha256', SECRET).update(`${second}.${body}`, 'utf8').digest('hex')
  assert.equal(given, expected)
  assert.equal(Number(second), START_MS / 1000)
})

test('an attempt that fails is repeated later with the same id and bytes, before what comes behind it', async (t) => {
  const store = temporaryStore(t)
  const place = await receiver(t, (response, turn) => {
    response.statusCode = turn < 2 ? 500 : 200
    response.end('x')
  })
  const { id } = await webhook(store, place.url)
  const { clock } = notifier(t, store)
  await hang(store, 'web-1')
  await hang(store, 'web-2')
  await place.got(1)
  await until(async () => (await deliveries(store, id)).some(({ attempts }) => attempts === 1))
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.equal(place.received.length, 1, 'nothing is sent before its time')
  clock.ms += 5_001
  await place.got(2)
  await until(async () => (await deliveries(store, id)).some(({ attempts }) => attempts === 2))
  clock.ms += 10_001
  await place.got(4)
  assert.deepEqual(
    place.received.map(({ body }) => hostOf(body)),
    ['web-1', 'web-1', 'web-1', 'web-2'],
  )
  const ids = place.received.map(({ headers }) => headers['hangar-delivery'])
  assert.equal(new Set(ids.slice(0, 3)).size, 1)
  assert.equal(new Set(place.received.slice(0, 3).map(({ body }) => body)).size, 1)
  await until(async () => (await findWebhook(store, id)).delivered === 2)
})

async function deliveries(store: Store, id: string) {
  return (await listDeliveries(store, id, { limit: 500 })).items
}

test('a receiver that never answers holds up no other, nor ingest', async (t) => {
  const store = temporaryStore(t)
  const slow = await receiver(t, () => {})
  const quick = await receiver(t)
  const { id } = await webhook(store, slow.url)
  await webhook(store, quick.url)
  notifier(t, store)
  for (let index = 0; index < 5; index += 1) await hang(store, `web-${index}`)
  await quick.got(5)
  assert.equal(slow.received.length, 1)
  await until(async () => (await deliveries(store, id)).some(({ attempts }) => attempts === 1))
  const first = (await deliveries(store, id)).at(-1)
  assert.match(first?.error ?? '', /no answer within 500 ms/)
  assert.equal(first?.status, 'waiting')
})

test('410 disables a webhook, and what waits for it is given up', async (t) => {
  const store = temporaryStore(t)
  const place = await receiver(t, (response) => {
    response.statusCode = 410
    response.end()
  })
  const { id } = await webhook(store, place.url)
  await hang(store, 'web-1')
  await hang(store, 'web-2')
  notifier(t, store)
  await until(async () => (await findWebhook(store, id)).state === 'disabled')
  const { failed, waiting, why } = await findWebhook(store, id)
  assert.equal(failed, 2)
  assert.equal(waiting, 0)
  assert.match(why ?? '', /410/)
  await hang(store, 'web-3')
  await until(async () => (await outboxRows(store)) === 0)
  assert.equal((await findWebhook(store, id)).waiting, 0)
  assert.equal(place.received.length, 1)
})

async function outboxRows(store: Store): Promise<number> {
  const row = await store.read.get<{ n: number }>('SELECT count(*) AS n FROM incident_outbox')
  return row?.n ?? -1
}

const ODD: Readonly<Record<string, Parameters<typeof startReceiver>[0]>> = {
  'resets the connection': (_response, _turn, request) => request.socket.resetAndDestroy(),
  'redirects elsewhere': (response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end()
  },
  'refuses for now': (response) => {
    response.writeHead(429, { 'retry-after': '600' }).end('<b>later</b>')
  },
}

for (const [what, answer] of Object.entries(ODD)) {
  test(`a receiver that ${what} is tried again, and nothing else is asked`, async (t) => {
    const store = temporaryStore(t)
    const place = await receiver(t, answer)
    const { id } = await webhook(store, place.url)
    notifier(t, store)
    await hang(store, 'web-1')
    await until(async () => (await deliveries(store, id))[0]?.attempts === 1)
    const [delivery] = await deliveries(store, id)
    assert.equal(delivery?.status, 'waiting')
    assert.notEqual(delivery?.error, null)
    const wait = Date.parse(delivery?.dueAt ?? '') - START_MS
    assert.equal(wait, what === 'refuses for now' ? 600_000 : 5_000)
    assert.equal(place.received.length, 1)
  })
}

test('of an endless answer only the beginning is read', async (t) => {
  const store = temporaryStore(t)
  let sent = 0
  const place = await receiver(t, (response) => {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const more = () => {
      while (!response.destroyed && sent < 1 << 30) {
        sent += chunk.length
        if (!response.write(chunk)) return
      }
    }
    response.on('drain', more)
    more()
  })
  const { id } = await webhook(store, place.url)
  notifier(t, store)
  await hang(store, 'web-1')
  await until(async () => (await findWebhook(store, id)).delivered === 1)
  const [delivery] = await deliveries(store, id)
  assert.equal(delivery?.excerpt, 'x'.repeat(500))
  assert.ok(sent < 1 << 26, `${sent} bytes were let in`)
})

test('a receiver that is away is given up after a day, one that refuses after an hour', async (t) => {
  for (const [status, hours, stepMs] of [
    [503, 24, 1_200_000],
    [400, 1, 60_000],
  ] as const) {
    const store = temporaryStore(t)
    const place = await receiver(t, (response) => {
      response.statusCode = status
      response.end()
    })
    const { id } = await webhook(store, place.url)
    const { clock } = notifier(t, store)
    await hang(store, 'web-1')
    let steps = 0
    await until(async () => {
      clock.ms += stepMs
      steps += 1
      return (await findWebhook(store, id)).failed === 1
    }, 60_000)
    const [delivery] = await deliveries(store, id)
    const age = Date.parse(delivery?.endedAt ?? '') - Date.parse(delivery?.madeAt ?? '')
    assert.ok(age <= hours * 3_600_000 + stepMs * 5, `${age} after ${steps} steps`)
    assert.ok(age >= (hours / 2) * 3_600_000 - stepMs, `${age}`)
  }
})

test('filters choose by severity, signature, label and event', async (t) => {
  const store = temporaryStore(t)
  const chosen: Readonly<Record<string, Partial<NewWebhook>>> = {
    all: {},
    mild: { filters: { ...ALL, severity: 'critical' } },
    other: { filters: { ...ALL, signatures: ['nfs-server-unresponsive'] } },
    rack: { filters: { ...ALL, labels: { rack: 'r2' } } },
    resolved: { events: ['incident.resolved'] },
  }
  const ids = new Map<string, string>()
  for (const [name, given] of Object.entries(chosen)) {
    ids.set(name, (await webhook(store, 'http://127.0.0.1:9/', { name, ...given })).id)
  }
  await hang(store, 'web-1', START_MS, 'nfs-server-unresponsive')
  const incident = incidentWith({ severity: 'high' })
  await ingest(
    store,
    snapshotWith({ host: 'web-2', incidents: [incident], labels: { rack: 'r2' } }),
  )
  const settings = { origin: 'http://x', nowMs: START_MS, ageMaxMs: 1000 }
  assert.equal(await fanOut(store, settings), 2)
  const counts: Record<string, number> = {}
  for (const [name, id] of ids) counts[name] = (await findWebhook(store, id)).waiting
  assert.deepEqual(counts, { all: 2, mild: 1, other: 1, rack: 1, resolved: 0 })
})

test('incidents of old bundles are told to nobody, and counted', async (t) => {
  const store = temporaryStore(t)
  const { id } = await webhook(store, 'http://127.0.0.1:9/')
  await hang(store, 'web-1', START_MS - 3 * 24 * 3_600_000)
  await hang(store, 'web-2', START_MS)
  await fanOut(store, { origin: 'http://x', nowMs: START_MS, ageMaxMs: 24 * 3_600_000 })
  const { skipped, waiting } = await findWebhook(store, id)
  assert.deepEqual({ skipped, waiting }, { skipped: 1, waiting: 1 })
})

test('while a webhook is paused nothing is sent or written down, and what waits goes out after', async (t) => {
  const store = temporaryStore(t)
  let isWell = false
  const place = await receiver(t, (response) => {
    response.statusCode = isWell ? 200 : 500
    response.end()
  })
  const { id } = await webhook(store, place.url)
  notifier(t, store)
  await hang(store, 'web-1')
  await until(async () => (await deliveries(store, id))[0]?.attempts === 1)
  await setWebhookState(store, id, 'paused')
  await hang(store, 'web-2')
  await until(async () => (await outboxRows(store)) === 0)
  isWell = true
  await setWebhookState(store, id, 'active')
  await hang(store, 'web-3')
  await until(async () => (await findWebhook(store, id)).delivered === 2)
  assert.deepEqual(
    place.received.map(({ body }) => hostOf(body)),
    ['web-1', 'web-1', 'web-3'],
  )
})

test('the log of a webhook is bounded', async (t) => {
  const store = temporaryStore(t)
  const place = await receiver(t)
  const { id } = await webhook(store, place.url)
  await store.write(async (tx) => {
    for (let index = 0; index < 520; index += 1) {
      const row = { id: `d${index}`, webhookId: id, cause: `${index}`, event: 'test' } as const
      await addDelivery(tx, { ...row, incidentId: null, body: `{"n":${index}}`, atMs: START_MS })
    }
  })
  notifier(t, store)
  await until(async () => (await findWebhook(store, id)).delivered === 520, 30_000)
  const page = await listDeliveries(store, id, { limit: 10 })
  assert.equal(page.total, 500)
  assert.deepEqual(
    place.received.map(({ body }) => JSON.parse(body).n),
    Array.from({ length: 520 }, (_, index) => index),
  )
})

test('a test goes out past what waits, and its answer is told', async (t) => {
  const store = temporaryStore(t)
  const place = await receiver(t, (response, _turn, request) => {
    response.statusCode = request.headers['hangar-event'] === 'test' ? 202 : 500
    response.end('thank you')
  })
  const { id } = await webhook(store, place.url)
  const { running } = notifier(t, store)
  await hang(store, 'web-1')
  await until(async () => (await deliveries(store, id))[0]?.attempts === 1)
  const told = await running.test(id, 'mara')
  assert.equal(told.status, 'delivered')
  assert.equal(told.answer, 202)
  assert.equal(told.excerpt, 'thank you')
  assert.equal((await findWebhook(store, id)).waiting, 1)
})

test('nothing is sent to a name that leads where nothing may be sent', async (t) => {
  const store = temporaryStore(t)
  const place = await receiver(t, accept)
  const { port } = new URL(place.url)
  const { id } = await webhook(store, `http://localhost:${port}/hook`)
  notifier(t, store, { rules: { isPrivateAllowed: false } })
  await hang(store, 'web-1')
  await until(async () => (await deliveries(store, id))[0]?.attempts === 1)
  const [delivery] = await deliveries(store, id)
  assert.match(delivery?.error ?? '', /refused: .* is private/)
  assert.equal(place.received.length, 0)
})
