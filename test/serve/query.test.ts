import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../src/model/problem.ts'
import { parseQuery } from '../../src/serve/query.ts'
import { checked } from '../../src/serve/route.ts'
import { CountsQuery, IncidentsQuery } from '../../src/serve/schemas-query.ts'

test('a parameter that is repeated becomes a list, one that stands once a string', () => {
  assert.deepEqual(parseQuery('state=open&host=a&host=b+c&q'), {
    state: 'open',
    host: ['a', 'b c'],
    q: '',
  })
})

for (const text of ['q=%zz', '%ff=1', 'q=%C3', 'a=b%00c']) {
  test(`the query ${text} is refused`, () => {
    assert.throws(() => parseQuery(text), { kind: 'request-invalid' })
  })
}

test('a parameter named __proto__ is a parameter like any other', () => {
  assert.deepEqual(Object.keys(parseQuery('__proto__=1')), ['__proto__'])
})

const DATES: Readonly<Record<string, string>> = {
  '2026-11-23': '2026-11-23T00:00:00.000Z',
  '2026-11-23T12:00:00Z': '2026-11-23T12:00:00.000Z',
  '2026-11-23t12:00:00.5z': '2026-11-23T12:00:00.500Z',
  '2026-11-23T12:00:00+02:00': '2026-11-23T10:00:00.000Z',
  '2026-11-23T12:00:00 02:00': '2026-11-23T10:00:00.000Z',
}

for (const [given, read] of Object.entries(DATES)) {
  test(`since=${given} is ${read}`, () => {
    assert.equal(checked(IncidentsQuery, { since: given }).since, read)
  })
}

const REFUSED: readonly Readonly<Record<string, unknown>>[] = [
  { since: 'yesterday' },
  { since: '2026-02-30' },
  { since: '2026-11-23T25:00:00Z' },
  { limit: '0' },
  { limit: '501' },
  { limit: '1e2' },
  { limit: ['1', '2'] },
  { state: 'opened' },
  { state: 'open,resolved' },
  { verdict: '!sure' },
  { class: 'nothing' },
  { sort: 'title' },
  { colour: 'red' },
  { cursor: '' },
  { q: '' },
]

for (const query of REFUSED) {
  test(`the query ${JSON.stringify(query)} is refused, and the answer names its field`, () => {
    const name = Object.keys(query)[0] ?? ''
    assert.throws(
      () => checked(IncidentsQuery, query),
      (error: unknown) =>
        error instanceof Problem &&
        error.kind === 'request-invalid' &&
        String(error.facts['detail']).includes(name),
    )
  })
}

test('what is not given is not there, but for the limit', () => {
  assert.deepEqual(checked(IncidentsQuery, {}), { limit: 50 })
})

test('one value of a filter is a list of one', () => {
  const query = checked(IncidentsQuery, { signature: '!unknown', labels: { rack: ['r1', '!r2'] } })
  assert.deepEqual(query.signature, ['!unknown'])
  assert.deepEqual(query.labels, { rack: ['r1', '!r2'] })
})

test('counts are by keys with commas between, or repeated', () => {
  assert.deepEqual(checked(CountsQuery, { by: 'signature,label.rack' }).by, [
    'signature',
    'label.rack',
  ])
  assert.deepEqual(checked(CountsQuery, { by: ['host', 'kernelSeries'] }).by, [
    'host',
    'kernelSeries',
  ])
  for (const by of ['', 'colour', 'label.', 'constructor', 'host,']) {
    assert.throws(() => checked(CountsQuery, { by }), { kind: 'request-invalid' })
  }
})
