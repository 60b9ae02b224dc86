import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { csvOf } from '../../src/serve/csv.ts'
import { HOSTS, startFleet } from './fleet.ts'
import type { Service } from './service.ts'

let service: Service
before(async () => {
  service = await startFleet()
})
after(() => service.close())

test('a table is RFC 4180, and no cell of it is a formula', async () => {
  const columns = { name: ({ a }: { a: string | null }) => a, size: () => -1 }
  const rows = ['a,b', 'say "x"', 'two\r\nlines', '=1+1', '+1', '-1', '@x', '\tx', 'ü', null]
  let text = ''
  for await (const piece of csvOf(columns, [rows.map((a) => ({ a }))])) text += piece
  const expected = [
    ...['name', '"a,b"', '"say ""x"""', '"two\r\nlines"'],
    ...["'=1+1", "'+1", "'-1", "'@x", "'\tx", 'ü', ''],
  ]
  assert.equal(text, expected.map((cell, row) => `${cell},${row === 0 ? 'size' : -1}\r\n`).join(''))
})

test('incidents come as CSV, all that pass the filters', async () => {
  const { status, headers, text } = await service.ask('/api/v1/incidents.csv?label.rack=r2')
  assert.equal(status, 200)
  assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.match(headers.get('content-disposition') ?? '', /incidents\.csv/)
  const [head = '', ...lines] = text.trimEnd().split('\r\n')
  assert.match(head, /^id,url,severity,/)
  assert.equal(lines.length, 2)
  for (const line of lines) assert.match(line, /,db-[12],/)
  assert.equal((await service.ask('/api/v1/incidents.csv?limit=5')).status, 400)
})

test('who would rather have CSV than JSON is answered CSV', async () => {
  const csv = await service.ask('/api/v1/counts?by=host', { headers: { accept: 'text/csv' } })
  assert.equal(csv.headers.get('vary')?.includes('Accept'), true)
  const [head, ...lines] = csv.text.trimEnd().split('\r\n')
  assert.equal(head, 'host,incidents,hosts,tasks,firstSeen,lastSeen')
  assert.equal(lines.length, HOSTS.length)
  const either = await service.ask('/api/v1/counts?by=host', { headers: { accept: '*/*' } })
  assert.equal(either.json.rows.length, HOSTS.length)
})

test('times may say how long ago, on every page of a list', async () => {
  const first = await service.ask('/api/v1/incidents?since=5200w&until=1m&limit=1')
  assert.equal(first.status, 200)
  assert.equal((await service.ask('/api/v1/incidents?since=7y')).status, 400)
  const days = Math.ceil((Date.now() - Date.UTC(2026, 10, 1)) / 86_400_000) + 1
  const page = await service.ask(`/api/v1/incidents?since=${Math.max(days, 1)}d&limit=1`)
  const next = encodeURIComponent(page.json.next)
  const query = `since=${Math.max(days, 1)}d&limit=1&cursor=${next}`
  const behind = await service.ask(`/api/v1/incidents?${query}`)
  assert.equal(behind.status, 200)
  assert.notEqual(behind.json.items[0].id, page.json.items[0].id)
  const other = await service.ask(`/api/v1/incidents?state=open&${query}`)
  assert.equal(other.json.type, '/problems/cursor-invalid')
})

test('a list shows the links of each incident, and those it inherits', async () => {
  const url = 'https://github.com/acme/ops/issues/7'
  await service.ask('/api/v1/signatures/fuse-flush-deadlock/links', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  })
  const { json } = await service.ask('/api/v1/incidents')
  assert.equal(json.items.length, HOSTS.length)
  for (const item of json.items) {
    assert.equal(item.links[0].url, url)
    assert.equal(item.links[0].from, 'signature')
    const whole = await service.ask(`/api/v1/incidents/${item.id}`)
    assert.deepEqual(item.links, whole.json.links)
  }
})
