import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type Stage, setStage, upload } from './browser.ts'

const BUNDLE = 'samples/bundle/fuse-flush-deadlock-docker-kill.tar.gz'

let stage: Stage

before(async () => {
  stage = await setStage()
  await upload(stage, readFileSync(BUNDLE), BUNDLE)
})
after(() => stage.close())

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script'

  test(`a ticket is linked on an incident, its page opened and the link taken away, ${how}`, async () => {
    const page = await stage.open('/incidents', { javaScriptEnabled })
    await page.locator('a.row-title').first().click()
    await page.fill('#link-url', 'https://github.com/example/driver/issues/12')
    await page.fill('#link-title', 'Flush waits for ever')
    await page.selectOption('#link-on', 'signature')
    await page.getByRole('button', { name: 'Link', exact: true }).click()
    await page.locator('.links a.link-key').click()
    assert.equal(await page.locator('h1').textContent(), 'example/driver#12')
    assert.match(
      (await page.locator('p.lead').textContent()) ?? '',
      /1 incident open now on 1 host/,
    )
    assert.equal(await page.locator('a.row-title').count(), 1)
    await page.getByRole('button', { name: /^Remove the link/ }).click()
    assert.equal(await page.locator('h1').textContent(), '0 tickets')
    assert.deepEqual(stage.complaints, [])
    await page.context().close()
  })
}
