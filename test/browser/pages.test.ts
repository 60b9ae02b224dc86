import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { type Stage, setStage, upload } from './browser.ts'

const DEADLOCK = 'samples/bundle/fuse-flush-deadlock-docker-kill.tar.gz'
const VICTIMS = 'samples/bundle/fuse-writer-and-its-victims.tar.gz'
const HEALTHY = 'samples/bundle/healthy-idle-host.tar.gz'

const STACK = `[<0>] request_wait_answer+0x159/0x2a0 [fuse]
[<0>] fuse_simple_request+0x19a/0x300 [fuse]
[<0>] fuse_flush+0x1a1/0x1e0 [fuse]
[<0>] filp_close+0x2b/0x60
[<0>] put_files_struct+0x6f/0xc0
[<0>] do_exit+0x39c/0xb90
`

let stage: Stage

before(async () => {
  stage = await setStage()
})
after(() => stage.close())

const PICTURES = process.env['HANGAR_PICTURES']

/** A picture of the whole page, where the environment names a folder for it. */
async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

async function textOf(place: Locator): Promise<string> {
  return (await place.textContent()) ?? ''
}

async function heading(page: Page): Promise<string> {
  return textOf(page.locator('h1'))
}

/** Nothing is wider than the screen; what is too wide scrolls in its own box. */
async function assertFits(page: Page): Promise<void> {
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
  assert.equal(wider, 0, page.url())
}

test('a new user is told the next step', async () => {
  const page = await stage.open('/')
  assert.match(await heading(page), /first hung host/)
  const command = await textOf(page.locator('pre.command').last())
  assert.match(command, new RegExp(`^curl .*'${stage.url}/api/v1/snapshots`))
  await picture(page, 'welcome')
  await page.context().close()
})

test('a bundle chosen in the form is diagnosed at once, and nothing is stored', async () => {
  const page = await stage.open('/analyze')
  await page.setInputFiles('input[type=file]', DEADLOCK)
  await page.getByRole('button', { name: 'Diagnose' }).click()
  await page.locator('article.incident').first().waitFor()
  assert.equal(await heading(page), '1 incident found.')
  assert.match(await textOf(page.locator('h2.title')), /FUSE flush deadlock/)
  await picture(page, 'analyzed')
  await page.context().close()
  const { total } = (await (await fetch(`${stage.url}/api/v1/snapshots`)).json()) as {
    total: number
  }
  assert.equal(total, 0)
})

test('a pasted text is diagnosed without script, too', async () => {
  const page = await stage.open('/analyze', { javaScriptEnabled: false })
  await page.fill('textarea', STACK)
  await page.getByRole('button', { name: 'Diagnose' }).click()
  assert.match(await textOf(page.locator('h2.title')), /FUSE flush/)
  assert.equal(await page.locator('button.theme').isVisible(), false)
  await page.context().close()
})

test('a text of no use leads back to the form, which says why', async () => {
  const page = await stage.open('/analyze')
  await page.fill('textarea', 'nothing that hangs')
  await page.getByRole('button', { name: 'Diagnose' }).click()
  await page.getByRole('alert').waitFor()
  assert.match(await textOf(page.getByRole('alert')), /nothing that Hangar reads/)
  await page.context().close()
})

test('an empty form says what to do', async () => {
  const page = await stage.open('/analyze', { javaScriptEnabled: false })
  await page.getByRole('button', { name: 'Diagnose' }).click()
  assert.match(await textOf(page.getByRole('alert')), /Paste a text, or choose a file/)
  await page.context().close()
})

test('a file dropped on the page is sent', async () => {
  const page = await stage.open('/analyze')
  const bytes = readFileSync(DEADLOCK).toString('base64')
  const dropped = await page.evaluateHandle(
    `(() => { const bytes = Uint8Array.from(atob('${bytes}'), (c) => c.charCodeAt(0));
       const transfer = new DataTransfer();
       transfer.items.add(new File([bytes], 'dropped.tar.gz')); return transfer })()`,
  )
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
  await page.locator('article.incident').first().waitFor()
  assert.match(await textOf(page.locator('header .facts').first()), /dropped\.tar\.gz/)
  await page.context().close()
})

test('a task that calls itself markup stays a name', async () => {
  const page = await stage.open('/analyze')
  const comm = '<img src=x onerror=document.title=1>'
  await page.fill('textarea', `INFO: task ${comm}:77 blocked for more than 120 seconds.\n${STACK}`)
  await page.getByRole('button', { name: 'Diagnose' }).click()
  await page.getByText(comm).first().waitFor()
  assert.equal(await page.locator('img').count(), 0)
  assert.match(await page.title(), /Hangar$/)
  await page.context().close()
})

test('the fleet leads to an incident, which shows verdict, command, graph, evidence and stacks', async () => {
  for (const file of [DEADLOCK, VICTIMS, HEALTHY]) {
    await upload(stage, readFileSync(file), file.split('/').at(-1) ?? '')
  }
  const page = await stage.open('/')
  assert.match(await heading(page), /critical incidents? on \d hosts?/)
  await picture(page, 'fleet')
  await page.locator('a.row-title', { hasText: 'FUSE flush deadlock' }).click()
  assert.match(await heading(page), /FUSE flush deadlock/)
  assert.match(
    await textOf(page.locator('#run pre.command', { hasText: '/abort' }).first()),
    /\/abort$/,
  )
  assert.match(await page.locator('#graph svg').first().innerHTML(), /✕ flusher/)
  assert.match(await textOf(page.locator('#evidence')), /fuse_flush\+0x/)
  assert.match(await textOf(page.locator('#stacks .telling').first()), /fuse_flush.*waits here/s)
  await picture(page, 'incident')
  await page.context().close()
})

test('an incident is acknowledged and resolved with a note, by a form without script', async () => {
  const page = await stage.open('/incidents?state=open&severity=critical', {
    javaScriptEnabled: false,
  })
  await page.locator('a.row-title').first().click()
  await page.fill('#note', 'drained <b>the node</b>')
  await page.getByRole('button', { name: 'Acknowledge' }).click()
  assert.match(await textOf(page.locator('.verdict-head .marks')), /acknowledged/)
  assert.match(await textOf(page.locator('#history')), /drained <b>the node<\/b>/)
  await page.getByRole('button', { name: 'Resolve' }).click()
  assert.match(await textOf(page.locator('.verdict-head .marks')), /resolved/)
  await page.getByRole('button', { name: 'Reopen' }).click()
  assert.match(await textOf(page.locator('.verdict-head .marks')), /open/)
  await page.context().close()
})

test('a page of another site cannot send the form', async () => {
  const { items } = (await (await fetch(`${stage.url}/api/v1/incidents`)).json()) as {
    items: { id: string }[]
  }
  const response = await fetch(`${stage.url}/incidents/${items[0]?.id}/state`, {
    method: 'POST',
    headers: {
      origin: 'https://elsewhere.example',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'state=resolved',
    redirect: 'manual',
  })
  assert.equal(response.status, 403)
})

test('a ticked filter applies at once and is the address; its chip takes it away', async () => {
  const page = await stage.open('/incidents')
  const all = await page.locator('li.incident-row').count()
  await page.getByRole('checkbox', { name: 'critical' }).check()
  await page.waitForURL(/severity=critical/)
  assert.doesNotMatch(page.url(), /q=|sort=/)
  assert.ok((await page.locator('li.incident-row').count()) < all)
  await page.locator('.chips a').click()
  await page.waitForURL(/\/incidents$/)
  assert.equal(await page.locator('li.incident-row').count(), all)
  await page.context().close()
})

test('the keyboard finds, walks and helps', async () => {
  const page = await stage.open('/incidents')
  await page.keyboard.press('/')
  assert.equal(await page.evaluate('document.activeElement.id'), 'q')
  await page.keyboard.press('Escape')
  await page.locator('h1').click()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  assert.equal(await page.locator('.marked').count(), 1)
  await page.keyboard.press('?')
  assert.equal(await page.locator('dialog.shortcuts').isVisible(), true)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/incidents\/[^/]+$/)
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await page.waitForURL(/\/hosts$/)
  await page.context().close()
})

test('the theme follows the system, and a choice outlives the page', async () => {
  const page = await stage.open('/', { colorScheme: 'dark' })
  const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
  const dark = await ground()
  await picture(page, 'fleet-dark')
  await page.getByRole('button', { name: 'light and dark' }).click()
  const light = await ground()
  assert.notEqual(light, dark)
  await page.reload()
  assert.equal(await ground(), light)
  await page.context().close()
})

test('a command is copied whole', async () => {
  const page = await stage.open('/incidents?signature=fuse-flush-deadlock', {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await page.locator('a.row-title').first().click()
  const command = await textOf(page.locator('pre.command code').first())
  await page.locator('button.copy').first().click()
  await page.locator('button.copy.done').waitFor()
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), command)
  await page.context().close()
})

test('times are told against now, with UTC and the reader’s own zone on hover', async () => {
  const page = await stage.open('/hosts')
  const title = await page.locator('td time').first().getAttribute('title')
  assert.match(title ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n.* local$/)
  await page.context().close()
})

const PATHS = [
  '/',
  '/incidents',
  '/hosts',
  '/snapshots',
  '/signatures',
  '/signatures/fuse-flush-deadlock',
  '/analyze',
  '/nowhere',
  '/problems/archive-corrupt',
]

/** Pages of things, whose addresses only the service knows. */
async function pathsOfThings(): Promise<readonly string[]> {
  const page = await stage.open('/')
  const paths: string[] = []
  for (const list of ['/incidents', '/hosts', '/snapshots']) {
    await page.goto(stage.url + list)
    paths.push((await page.locator('[data-row] a').first().getAttribute('href')) ?? '')
  }
  await page.context().close()
  return paths
}

const SCREENS = {
  phone: { width: 360, height: 740 },
  tablet: { width: 900, height: 1100 },
  wide: { width: 1920, height: 1080 },
} as const

test('every page fits a phone, a tablet and a wide screen', async () => {
  const paths = [...PATHS, ...(await pathsOfThings())]
  const page = await stage.open('/')
  for (const path of paths) {
    await page.goto(stage.url + path)
    for (const [name, size] of Object.entries(SCREENS)) {
      await page.setViewportSize(size)
      await assertFits(page)
      await picture(page, `${name}${path.replaceAll('/', '-').slice(0, 60)}`)
    }
  }
  await page.context().close()
})

test('an unknown address is a page for people and a problem for programs', async () => {
  const page = await stage.open('/nowhere')
  assert.match(await heading(page), /nothing at this address/)
  await page.context().close()
  const response = await fetch(`${stage.url}/nowhere`)
  assert.equal(response.status, 404)
  assert.match(response.headers.get('content-type') ?? '', /problem\+json/)
})

test('the short form of an address leads to the long one', async () => {
  const page = await stage.open('/incidents')
  const path = await page.locator('a.row-title').first().getAttribute('href')
  await page.goto(`${stage.url}${path?.replace('/incidents/', '/i/')}`)
  assert.equal(new URL(page.url()).pathname, path)
  await page.context().close()
})

test('static files are kept for ever under the address that pages use', async () => {
  const page = await stage.open('/')
  const href = await page.locator('link[rel=stylesheet]').getAttribute('href')
  await page.context().close()
  const kept = await fetch(stage.url + href)
  assert.match(kept.headers.get('cache-control') ?? '', /immutable/)
  const asked = await fetch(`${stage.url}/static/style.css`)
  assert.equal(asked.headers.get('cache-control'), 'no-cache')
  const again = await fetch(`${stage.url}/static/style.css`, {
    cache: 'no-cache',
    headers: { 'if-none-match': asked.headers.get('etag') ?? '' },
  })
  assert.equal(again.status, 304)
})

test('in all this the browser had nothing to complain of', () => {
  // The page of an unknown address is answered by 404, which the browser logs.
  const others = stage.complaints.filter((text) => !/status of 4(?:04|22|00)/.test(text))
  assert.deepEqual(others, [])
})
