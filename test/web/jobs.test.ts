import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hostBundle } from '../ingest/bundles.ts'
import { startAsAdmin } from '../serve/tokens.ts'
import { readMarkup } from './markup.ts'

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

test('history is read again by a form, and the job is seen to its end', async () => {
  const service = await startAsAdmin()
  try {
    const ask = (path: string) => service.ask(path, { headers: HTML })
    const send = (path: string) =>
      service.ask(path, {
        method: 'POST',
        body: new URLSearchParams(),
        headers: { ...HTML, origin: service.url },
        redirect: 'manual',
      })
    assert.match((await ask('/admin/jobs')).text, /Nothing that takes long was asked for yet/)
    await service.ask('/api/v1/snapshots?wait=60', {
      method: 'POST',
      body: new Uint8Array(hostBundle({ host: 'web-1' })),
      headers: { 'content-type': 'application/gzip' },
    })
    const asked = await send('/admin/jobs')
    assert.equal(asked.status, 303, asked.text)
    const path = asked.headers.get('location') ?? ''
    assert.match(path, /^\/admin\/jobs\/[0-9a-f-]+$/)
    let text = ''
    while (!/job-done/.test(text)) {
      await sleep(50)
      text = (await ask(path)).text
      assert.doesNotMatch(text, /job-failed/)
    }
    readMarkup(text)
    assert.match(text, /100 %, 1 of 1 snapshot/)
    assert.doesNotMatch(text, /http-equiv="refresh"/)
    assert.match((await ask('/admin/jobs')).text, /History read again/)
    assert.equal((await send(`${path}/cancel`)).status, 409)
    assert.equal((await send('/admin/jobs/none/pause')).status, 404)
  } finally {
    await service.close()
  }
})
