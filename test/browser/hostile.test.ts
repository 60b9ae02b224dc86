import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { signatureText } from '../ingest/made-signature.ts'
import { type Receiver, startReceiver } from '../notify/receiver.ts'
import type { Service } from '../serve/service.ts'
import { bearer, giveToken, startAsAdmin } from '../serve/tokens.ts'
import { HOSTILE, hostileBundle, PLANTED } from '../web/hostile-bundle.ts'
import { pageAddresses } from './addresses.ts'
import { launch } from './browser.ts'

let service: Service
let receiver: Receiver
let browser: Browser
let headers: Record<string, string>

before(async () => {
  receiver = await startReceiver()
  service = await startAsAdmin()
  headers = bearer(await giveToken(service, 'admin')).headers
  browser = await launch()
  for (const format of ['hangar', 'slack', 'pagerduty']) {
    const routingKey = format === 'pagerduty' ? { routingKey: 'abcdefghij' } : {}
    await send('/webhooks', { url: receiver.url, format, name: PEOPLE_MAY_WRITE[0], ...routingKey })
  }
  for (const [index, text] of Object.values(HOSTILE).entries()) await uploadHost(text, index)
  for (const text of PEOPLE_MAY_WRITE) await writeEverywhere(text)
  await jobsAreOver()
})
after(async () => {
  await browser?.close()
  await service?.close()
  await receiver?.close()
})

/** What is refused where people write is not among them: what cannot be seen. */
const PEOPLE_MAY_WRITE = ['markup', 'quotes', 'formula', 'chat', 'unbroken'].map((trait) =>
  (HOSTILE[trait] ?? '').slice(0, 90),
)

async function send(path: string, body: unknown, method = 'POST') {
  const sent = await service.ask(`/api/v1${path}`, {
    method,
    body: JSON.stringify(body),
    headers: { ...headers, 'content-type': 'application/json' },
  })
  assert.ok(sent.status < 300, `${path}: ${sent.text.slice(0, 300)}`)
  return sent.json
}

async function uploadHost(text: string, number: number): Promise<void> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are refused in a name given by people
  const name = text.replace(/[\x00-\x1f\x7f-\x9f]/g, '').slice(0, 200)
  const query = new URLSearchParams({ wait: '60', name: `${name}.tar.gz`, [`label.${name}`]: name })
  const bytes = hostileBundle({ text, number: number + 1 })
  const { status, text: answer } = await service.post(`/api/v1/snapshots?${query}`, bytes)
  assert.equal(status, 201, answer.slice(0, 300))
}

async function writeEverywhere(text: string): Promise<void> {
  const { items } = (await service.ask('/api/v1/incidents?limit=100')).json
  for (const { id } of items.slice(0, 10)) {
    await send(`/incidents/${id}`, { state: 'acknowledged', note: text }, 'PATCH')
    const url = `https://example.com/${encodeURIComponent(text)}`
    await send(`/incidents/${id}/links`, { url, key: text, title: text })
  }
  await send('/signatures/fuse-flush-deadlock/links', {
    url: 'https://example.com/2',
    key: `2 ${text}`,
    title: text,
  })
  await send('/tokens', { name: text, role: 'viewer', labels: { [text]: text } })
  const yaml = signatureText({ id: `made-${text.length}`, title: JSON.stringify(text) })
  await send('/signatures', { yaml, note: text })
  await send('/signatures/try', { yaml })
}

/** A page of a job that is under way loads itself again. */
async function jobsAreOver(): Promise<void> {
  const { items } = (await service.ask('/api/v1/jobs')).json
  if (items.every(({ ended }: { ended: string | null }) => ended !== null)) return
  await sleep(200)
  await jobsAreOver()
}

// What a browser made of the page is asked, not its text: an element or attribute that our
// templates do not write came from a host. The last are characters that turn or hide text.
const PLANTS = `(() => {
  const all = [...document.querySelectorAll('*')]
  const bad = all.filter((each) =>
    each.localName === '${PLANTED}' ||
    /^(img|iframe|object|embed|base|style)$/.test(each.localName) ||
    (each.localName === 'script' && !each.getAttribute('src')?.startsWith('/static/')) ||
    [...each.attributes].some(({ name, value }) =>
      name === '${PLANTED}' || (name === 'autofocus' && each.id !== 'token') || name.startsWith('on') ||
      (/^(href|src|action|formaction)$/.test(name) && /^\\s*(javascript|data|vbscript):/i.test(value))))
  const unseen = /[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]/
  const texts = [document.title, document.body.textContent, ...all.flatMap((each) => [...each.attributes].map(({ value }) => value))]
  return [
    ...bad.slice(0, 3).map((each) => 'planted ' + each.outerHTML.slice(0, 200)),
    ...texts.filter((text) => unseen.test(text)).slice(0, 3).map((text) => 'unseen in ' + text.slice(0, 100)),
    ...(window.ran === undefined ? [] : ['a script ran']),
  ]
})()`

const WIDER = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return []
  const wide = [...document.querySelectorAll('main *, header *, footer *')].filter((each) =>
    each.getBoundingClientRect().right > clientWidth && each.getBoundingClientRect().width > 0 && !each.closest('pre, .scroll, figure, svg *, header.top nav'))
  return [scrollWidth + ' > ' + clientWidth + ' by ' + wide.slice(0, 4).map((each) => each.localName + '.' + each.getAttribute('class')).join(' ')]
})()`

const WIDTHS = [390, 1280]

/** What is wrong with a page, at both widths. */
async function wrongsOf(page: Page, address: string): Promise<readonly string[]> {
  await page.goto(service.url + address)
  const found: unknown[] = [await page.evaluate(PLANTS)]
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    found.push(await page.evaluate(WIDER))
  }
  return found.flat().map((each) => `${address.slice(0, 100)}: ${each}`)
}

// Without the policy a planted script would run and tell of itself; with it the browser complains.
for (const bypassCSP of [true, false]) {
  const how = bypassCSP ? 'nothing a host says becomes' : 'the policy of content finds no'
  test(`${how} markup, and no page is wider than its screen`, async () => {
    const context = await browser.newContext({ bypassCSP, extraHTTPHeaders: headers })
    const page = await context.newPage()
    const wrong: string[] = []
    page.on('dialog', (dialog) => wrong.push(`a dialog: ${dialog.message()}`))
    page.on('pageerror', (error) => wrong.push(`an error: ${error.message}`))
    page.on('console', (message) => {
      if (/Content.Security/i.test(message.text())) wrong.push(message.text())
    })
    for (const address of await pageAddresses(service, bypassCSP ? 12 : 1)) {
      wrong.push(...(await wrongsOf(page, address)))
    }
    await context.close()
    assert.deepEqual(wrong, [])
  })
}

test('the look at a page is no tautology: what is planted is found', async () => {
  const page = await browser.newPage()
  await page.setContent(
    `<p onclick="x">a</p><${PLANTED}></${PLANTED}><a href="javascript:x">b</a>\u202e`,
  )
  const found = await page.evaluate(PLANTS)
  assert.equal(Array.isArray(found) && found.length, 4)
  await page.close()
})

test('answers say what they are, and no browser may guess otherwise', async () => {
  for (const list of [
    'incidents',
    'hosts',
    'snapshots',
    'signatures',
    'tickets',
    'tokens',
    'webhooks',
    'audit',
    'stacks?frame=fuse_flush',
    'counts?by=host',
  ]) {
    const answer = await service.ask(`/api/v1/${list}`)
    assert.equal(answer.status, 200, list)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  }
})

test('Markdown of an incident forms no link, mention, image or element of what a host said', async () => {
  const { items } = (await service.ask('/api/v1/incidents?limit=100')).json
  assert.ok(items.length >= Object.keys(HOSTILE).length)
  for (const { id } of items) {
    const { text, headers: told } = await service.ask(`/api/v1/incidents/${id}.md`)
    assert.match(told.get('content-type') ?? '', /^text\/markdown/)
    const outside = text
      .replace(/^ *(`{3,})text\n[\s\S]*?^ *\1$/gm, '')
      .replace(/(`+)(?:(?!\1)[^\n])+?\1(?!`)/g, '')
    assert.doesNotMatch(
      outside,
      /(?<!\\)\[[^\]\n]*(?<!\\)\]\(|@(?:everyone|here|channel)|(?<!\\)<(?!https?:\/\/)[a-z!/]/i,
    )
    assert.doesNotMatch(text, UNSEEN)
  }
})

test('receivers are told in text that calls nobody and leads nowhere', async () => {
  await receiver.got(3 * Object.keys(HOSTILE).length)
  const bodies = receiver.received.map(({ body }) => body)
  const slack = bodies.map((body) => JSON.parse(body)).filter(({ attachments }) => attachments)
  assert.ok(slack.length >= Object.keys(HOSTILE).length)
  for (const { text, attachments } of slack) {
    assert.doesNotMatch(text + attachments[0].fallback, /[<>]/)
    const kinds = JSON.stringify(attachments[0].blocks).match(/"type":"\w+"/g) ?? []
    assert.deepEqual(
      kinds.filter((kind) => !/section|plain_text|context|actions|button/.test(kind)),
      [],
    )
  }
  for (const body of bodies.filter((each) => each.includes('routing_key'))) {
    assert.doesNotMatch(body, UNSEEN)
  }
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/
