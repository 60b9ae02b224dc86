import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { type Stage, setStage, upload } from './browser.ts'

const BUNDLES = [
  'fuse-writer-and-its-victims',
  'fuse-flush-deadlock-docker-kill',
  'mutex-holder-waits-for-device',
]

let stage: Stage

before(async () => {
  stage = await setStage()
  for (const name of BUNDLES) {
    const file = `samples/bundle/${name}.tar.gz`
    await upload(stage, readFileSync(file), file)
  }
})
after(() => stage.close())

// What a page is does not change with its look: the second look asks only for what can.
const LOOKS = {
  'by day': { options: { colorScheme: 'light' }, rules: null },
  'by night on a phone': {
    options: { colorScheme: 'dark', viewport: { width: 375, height: 800 } },
    rules: ['color-contrast', 'scrollable-region-focusable', 'link-in-text-block', 'target-size'],
  },
} as const

/** Every page, and one of each kind that is of something stored. */
async function addresses(): Promise<readonly string[]> {
  const [incident, snapshot, host] = await Promise.all(
    ['incidents', 'snapshots', 'hosts'].map(firstOf),
  )
  return [
    '/',
    '/incidents',
    '/incidents?state=open&severity=!info',
    `/incidents/${incident?.id}`,
    '/hosts',
    `/hosts/${host?.name}`,
    '/snapshots',
    `/snapshots/${snapshot?.id}`,
    `/snapshots/${snapshot?.id}/compare/${snapshot?.id}`,
    '/signatures',
    '/signatures/fuse-flush-deadlock',
    '/tickets',
    `/tickets/${await linkedTicket(incident?.id ?? '')}`,
    '/analyze',
    '/nowhere',
  ]
}

/** The key of a ticket that hangs on an incident. */
async function linkedTicket(id: string): Promise<string> {
  const answer = await fetch(`${stage.url}/api/v1/incidents/${id}/links`, {
    method: 'POST',
    body: JSON.stringify({ url: 'https://jira.example.com/browse/OPS-4711', title: 'It hangs' }),
    headers: { 'content-type': 'application/json' },
  })
  return JSON.parse(await answer.text()).key
}

type Item = { readonly id?: string; readonly name?: string }

async function firstOf(list: string): Promise<Item | undefined> {
  const answer = await fetch(`${stage.url}/api/v1/${list}?limit=1`)
  const { items }: { items: readonly Item[] } = JSON.parse(await answer.text())
  return items[0]
}

for (const [look, { options, rules }] of Object.entries(LOOKS)) {
  test(`no page shuts anybody out, ${look}`, async () => {
    const found: string[] = []
    const page = await stage.open('/', { bypassCSP: true, ...options })
    for (const address of await addresses()) {
      await page.goto(stage.url + address)
      found.push(...(await violationsOf(page, rules)).map((each) => `${address}: ${each}`))
    }
    await page.context().close()
    assert.deepEqual(found, [])
  })
}

async function violationsOf(
  page: Page,
  rules: readonly string[] | null,
): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const asked = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) }
  const text = await page.evaluate(
    `axe.run(${JSON.stringify(asked)}).then(({ violations }) => JSON.stringify(violations.flatMap(({ id, nodes }) => nodes.slice(0, 2).map((node) => id + ' ' + node.target + ' ' + node.failureSummary))))`,
  )
  return JSON.parse(String(text))
}
