import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WEBHOOK_FORMATS } from '../../src/model/webhook.ts'
import { NOTICES, type Notice } from '../../src/web/notices.ts'
import { ITEM } from './values.ts'

const NOTICE: Notice = {
  delivery: '0193a1c2-0000-7000-8000-000000000001',
  event: 'incident.opened',
  at: '2026-11-23T09:12:00Z',
  who: 'hangar',
  why: null,
  snapshot: null,
  incident: { ...ITEM, url: `https://hangar.example${ITEM.url}` },
  origin: 'https://hangar.example',
}

/** Freely looked into, as its receivers do. */
// biome-ignore lint/suspicious/noExplicitAny: each format has a shape of its own
function said(format: keyof typeof NOTICES, notice: Notice): any {
  return JSON.parse(JSON.stringify(NOTICES[format](notice, 'R0UTINGKEY')))
}

test('the format of our own holds the incident as lists show it', () => {
  const { incident, event, delivery } = said('hangar', NOTICE)
  assert.deepEqual(incident, NOTICE.incident)
  assert.equal(event, 'incident.opened')
  assert.equal(delivery, NOTICE.delivery)
})

test('Slack is given one line, a button to the incident, and blocks within its limits', () => {
  const { text, attachments } = said('slack', NOTICE)
  assert.match(text, /^Opened: FUSE flush deadlock .* on titus-agent-042 \[critical\]\nhttps:/)
  const [{ blocks, color }] = attachments
  assert.match(color, /^#[0-9a-f]{6}$/)
  assert.deepEqual(
    blocks.map(({ type }: { type: string }) => type),
    ['section', 'section', 'context', 'actions'],
  )
  assert.equal(blocks[3].elements[0].url, NOTICE.incident?.url)
})

test('PagerDuty is given one alert for each incident, which a resolution ends', () => {
  const opened = said('pagerduty', NOTICE)
  assert.equal(opened.event_action, 'trigger')
  assert.equal(opened.routing_key, 'R0UTINGKEY')
  assert.equal(opened.dedup_key, ITEM.id)
  assert.equal(opened.payload.severity, 'critical')
  assert.equal(opened.payload.source, ITEM.host)
  const over = said('pagerduty', { ...NOTICE, event: 'incident.resolved', why: 'cleared' })
  assert.deepEqual(over, {
    routing_key: 'R0UTINGKEY',
    dedup_key: ITEM.id,
    event_action: 'resolve',
  })
  const SEVERITIES = { high: 'error', medium: 'warning', low: 'info', info: 'info' } as const
  for (const [severity, theirs] of Object.entries(SEVERITIES)) {
    const incident = { ...ITEM, severity: severity as keyof typeof SEVERITIES }
    assert.equal(said('pagerduty', { ...NOTICE, incident }).payload.severity, theirs)
  }
})

const HOSTILE = [
  '<!channel> <https://evil.example|click>',
  '@here @everyone *bold* _it_ `code` ~no~',
  'a\nb\u0000\u001b[31m\u202egnp.exe',
  'x'.repeat(10_000),
]

for (const hostile of HOSTILE) {
  test(`what a host calls ${JSON.stringify(hostile.slice(0, 40))} is text in every format, and short`, () => {
    const incident = {
      ...ITEM,
      title: hostile,
      summary: hostile,
      host: hostile,
      kernel: hostile,
      labels: { [hostile]: hostile },
    }
    for (const format of WEBHOOK_FORMATS.filter((name) => name !== 'hangar')) {
      const text = JSON.stringify(said(format, { ...NOTICE, incident }))
      assert.ok(text.length < 40_000, `${format} ${text.length}`)
      assert.doesNotMatch(text, /\\u0000|\\u001b|\u202e/)
    }
    const { text, attachments } = said('slack', { ...NOTICE, incident })
    assert.doesNotMatch(text, /[<>]|(?<!\u200b)[*_~`]/)
    assert.ok(attachments[0].blocks.every((block: unknown) => isPlain(block)))
    const { payload } = said('pagerduty', { ...NOTICE, incident })
    assert.ok(payload.summary.length <= 1024)
  })
}

/** Nothing in a block is read as markup. */
function isPlain(block: unknown): boolean {
  return !JSON.stringify(block).includes('mrkdwn')
}
