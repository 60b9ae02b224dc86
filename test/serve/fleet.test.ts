import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { HOSTS, startFleet } from './fleet.ts'
import type { Service } from './service.ts'

let service: Service
before(async () => {
  service = await startFleet()
})
after(() => service.close())

test('counts agree with the list', async () => {
  const { json } = await service.ask('/api/v1/counts?by=signature')
  assert.equal(json.rows.length, 1)
  assert.equal(json.rows[0].signature, 'fuse-flush-deadlock')
  assert.equal(json.rows[0].incidents, HOSTS.length)
  assert.equal(json.rows[0].hosts, HOSTS.length)
  const byRack = await service.ask('/api/v1/counts?by=label.rack,signature')
  assert.deepEqual(
    byRack.json.rows.map((row: Record<string, unknown>) => [row['label.rack'], row['incidents']]),
    [
      ['r1', 2],
      ['r2', 2],
    ],
  )
  const filtered = await service.ask('/api/v1/counts?by=host&label.rack=r2')
  assert.equal(filtered.json.rows.length, 2)
  const total = await service.ask('/api/v1/counts')
  assert.equal(total.json.rows[0].incidents, HOSTS.length)
  const byDay = await service.ask('/api/v1/counts?by=signature&interval=day')
  assert.equal(byDay.json.rows.length, 4)
  for (const query of ['by=colour', 'interval=week', 'by=host&limit=1']) {
    assert.equal((await service.ask(`/api/v1/counts?${query}`)).status, 400)
  }
})

test('hosts are listed, found by part of the name, and shown with what came of them', async () => {
  const { json } = await service.ask('/api/v1/hosts')
  assert.equal(json.total, HOSTS.length + 1)
  assert.equal((await service.ask('/api/v1/hosts?q=web')).json.total, 2)
  const { json: host } = await service.ask('/api/v1/hosts/web-1')
  assert.equal(host.openIncidents, 1)
  assert.deepEqual(host.labels, { rack: 'r1' })
  assert.match(host.recentIncidents[0].url, /^http:/)
  assert.match(host.recentSnapshots[0].url, /^http:/)
  const none = await service.ask('/api/v1/hosts/nobody')
  assert.equal(none.json.type, '/problems/host-unknown')
})

test('a function is found wherever in the fleet it stands', async () => {
  const { json } = await service.ask('/api/v1/stacks?frame=fuse_flush')
  assert.equal(json.items.length, 1)
  assert.equal(json.items[0].hosts, HOSTS.length)
  const { fingerprint } = json.items[0]
  const one = await service.ask(`/api/v1/stacks/${encodeURIComponent(fingerprint)}`)
  assert.equal(one.json.items[0].fingerprint, fingerprint)
  assert.equal((await service.ask('/api/v1/stacks')).status, 400)
  const none = await service.ask('/api/v1/stacks/nothing')
  assert.equal(none.json.type, '/problems/stack-unknown')
})

test('signatures are listed, and each shown with its rules', async () => {
  const { json } = await service.ask('/api/v1/signatures')
  assert.ok(json.total >= 12)
  const { json: one } = await service.ask('/api/v1/signatures/fuse-flush-deadlock')
  assert.equal(one.id, 'fuse-flush-deadlock')
  assert.ok(one.roles.length > 0)
  const none = await service.ask('/api/v1/signatures/nothing')
  assert.equal(none.json.type, '/problems/signature-unknown')
})

test('the figures for a monitor tell requests, snapshots and unresolved incidents', async () => {
  const { text, headers } = await service.ask('/metrics')
  assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  assert.match(text, /^hangar_snapshots\{status="done"\} 5$/m)
  assert.match(
    text,
    /^hangar_incidents_unresolved\{signature="fuse-flush-deadlock",severity="\w+"\} \d$/m,
  )
  assert.match(text, /^hangar_http_requests_total\{status="200"\} \d+$/m)
  for (const line of text.trimEnd().split('\n')) {
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/)
  }
})

test('health, readiness and the documents answer without the prefix', async () => {
  assert.deepEqual((await service.ask('/healthz')).json, { status: 'ok' })
  assert.equal((await service.ask('/readyz')).json.status, 'ready')
  assert.equal((await service.ask('/openapi.json')).json.openapi, '3.1.0')
})

test('the page of the API loads nothing from elsewhere, and no script stands in it', async () => {
  const { text, headers } = await service.ask('/docs')
  assert.match(headers.get('content-type') ?? '', /^text\/html/)
  const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
  assert.ok(addresses.length >= 4)
  for (const address of addresses) {
    assert.match(address, /^\/(?!\/)/)
    assert.equal((await service.ask(address)).status, 200, address)
  }
  assert.doesNotMatch(text, /<script>|scarf/)
})
