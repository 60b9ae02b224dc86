import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Stage, setStage } from './browser.ts'

let stage: Stage
before(async () => {
  stage = await setStage()
})
after(() => stage.close())

test('the page of the API shows every operation, tries one, and asks nobody else', async () => {
  const page = await stage.open('/docs')
  const elsewhere: string[] = []
  page.on('request', (request) => {
    if (!/^(data:|http:\/\/127\.0\.0\.1)/.test(request.url())) elsewhere.push(request.url())
  })
  await page.reload()
  await page.locator('.opblock').first().waitFor()
  assert.ok((await page.locator('.opblock').count()) > 20)
  await page.locator('#operations-snapshots-getSnapshots .opblock-summary').click()
  await page.getByRole('button', { name: 'Try it out' }).click()
  await page.getByRole('button', { name: 'Execute' }).click()
  const status = page.locator('.live-responses-table .response .response-col_status')
  await status.waitFor()
  assert.match((await status.textContent()) ?? '', /^200/)
  assert.deepEqual(elsewhere, [])
  assert.deepEqual(stage.complaints, [])
  await page.context().close()
})
