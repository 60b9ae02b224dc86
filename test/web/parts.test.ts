import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rankChart, trendChart } from '../../src/web/charts.ts'
import { html } from '../../src/web/html.ts'
import { stepsPart } from '../../src/web/parts/remedy.ts'
import { stackView } from '../../src/web/parts/stack.ts'
import { ago, bytes, clipped, grouped, instant, lasted, plural } from '../../src/web/parts/words.ts'
import { readMarkup } from './markup.ts'
import { FLUSH, frames } from './values.ts'

const NOW = '2026-11-23T12:00:00Z'
const AGES = {
  '2026-11-23T11:59:30Z': 'just now',
  '2026-11-23T11:55:00Z': '5 min ago',
  '2026-11-23T09:00:00Z': '3 h ago',
  '2026-11-20T12:00:00Z': '3 days ago',
  '2026-01-02T12:00:00Z': '2026-01-02',
  '2026-11-23T14:00:00Z': 'in 2 h',
  'no instant': 'no instant',
} as const

for (const [at, wanted] of Object.entries(AGES)) {
  test(`${at} is told as ${wanted}`, () => assert.equal(ago(at, NOW), wanted))
}

test('numbers and sizes are told as people write them', () => {
  assert.equal(grouped(1_234_567), '1,234,567')
  assert.equal(plural(1, 'entry', 'entries'), '1 entry')
  assert.equal(plural(2, 'entry', 'entries'), '2 entries')
  assert.deepEqual([0, 812, 61_340, 9_120_000].map(bytes), [
    '0 bytes',
    '812 bytes',
    '61.3 KB',
    '9.1 MB',
  ])
  assert.deepEqual([12, 720, 30_000, 9_000_000].map(lasted), ['12 s', '12 min', '8 h', '104 days'])
  assert.equal(instant('2026-11-23T12:00:00.123Z'), '2026-11-23 12:00:00 UTC')
})

test('a cut leaves no half of a character', () => {
  assert.equal(clipped('ab\u{1f600}cd', 4), 'ab…')
  assert.equal(clipped('abcd', 4), 'abcd')
})

test('the telling frames are marked and the plumbing is folded', () => {
  const stack = frames(
    'request_wait_answer',
    'fuse_flush.isra.0 fuse',
    'do_exit',
    'do_group_exit',
    'get_signal',
    'do_syscall_64',
    'entry_SYSCALL_64_after_hwframe',
  )
  const elements = readMarkup(stackView(stack, FLUSH).markup)
  const telling = elements.filter(({ attributes }) => attributes.get('class') === 'telling')
  assert.equal(telling.length, 2)
  assert.match(telling[0]?.text ?? '', /fuse_flush\.isra\.0.*waits here \(fuse\)/s)
  const folded = elements.find(({ name }) => name === 'summary')
  assert.match(folded?.text ?? '', /^4 frames of plumbing/)
})

test('what a command costs is set off from what it does', () => {
  const steps = stepsPart([
    { text: 'Abort it. Lost: what is not written back.', command: 'echo 1 > x\necho 2' },
  ])
  const elements = readMarkup(steps?.markup ?? '')
  const texts = elements.filter(({ name }) => name === 'p').map(({ text }) => text)
  assert.deepEqual(texts, ['Abort it.', 'Lost: what is not written back.'])
  assert.equal(elements.find(({ name }) => name === 'code')?.text, 'echo 1 &gt; x\necho 2')
})

test('a trend fits its axis, and says its counts to those who do not see it', () => {
  const columns = [
    { label: '1 Nov', counts: { critical: 7, low: 3 } },
    { label: '2 Nov', counts: {} },
  ]
  const { markup } = trendChart(columns, 'Incidents')
  const rects = readMarkup(markup).filter(({ attributes }) =>
    attributes.get('class')?.startsWith('fill-'),
  )
  for (const { attributes } of rects) assert.ok(Number(attributes.get('y') ?? 0) >= 0)
  assert.match(
    markup,
    /<th scope="row">1 Nov<\/th><td class="number">10<\/td><td>7 critical, 3 low<\/td>/,
  )
})

test('the longest row of a ranking fills its track', () => {
  const { markup } = rankChart([
    { label: html`a`, counts: { high: 3, low: 1 }, note: null },
    { label: html`b`, counts: { high: 1 }, note: 'on 1 host' },
  ])
  assert.match(markup, /x="0%" width="75%".*x="75%" width="25%"/s)
  assert.match(markup, /x="0%" width="25%"/)
})
