import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadlockBundle } from './archives.ts'
import { startService } from './service.ts'

test('a problem is named and shown by its pages', async () => {
  const service = await startService()
  try {
    await service.post('/api/v1/snapshots?wait=60', deadlockBundle('problem-1'))
    const { json } = await service.ask('/api/v1/problems')
    const path = `/problems/${encodeURIComponent(json.items[0].fingerprint)}`
    const sent = await service.ask(`${path}/name`, {
      method: 'POST',
      body: new URLSearchParams({ name: '<b>The Lock</b>', note: '' }),
    })
    assert.ok(sent.status === 200 || sent.status === 303, sent.text)
    const headers = { accept: 'text/html' }
    const page = await service.ask(path, { headers })
    assert.equal(page.status, 200)
    assert.match(page.text, /&lt;b&gt;The Lock/)
    const list = await service.ask('/problems', { headers })
    assert.match(list.text, /&lt;b&gt;The Lock/)
    const kind = await service.ask('/problems/body-empty', { headers })
    assert.match(kind.text, /The body is empty/)
  } finally {
    await service.close()
  }
})
