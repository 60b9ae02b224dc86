import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startService } from '../serve/service.ts'
import { readMarkup } from './markup.ts'

const HTML = { accept: 'text/html' }

test('two snapshots of a host tell who is stuck in both, whichever is named first', async () => {
  const service = await startService()
  try {
    const ids: string[] = []
    for (const [index, name] of ['fuse-daemon-stopped', 'healthy-idle-host'].entries()) {
      const at = `2026-11-2${index + 1}T12:00:00Z`
      const query = new URLSearchParams({ wait: '60', host: 'web-1', collectedAt: at })
      const bytes = readFileSync(`samples/bundle/${name}.tar.gz`)
      const { json } = await service.post(`/api/v1/snapshots?${query}`, bytes)
      ids.push(String(json.id))
    }
    const pages = await Promise.all(
      [ids, [...ids].reverse()].map(([one, other]) =>
        service.ask(`/snapshots/${one}/compare/${other}`, { headers: HTML }),
      ),
    )
    for (const { status, text } of pages) {
      assert.equal(status, 200)
      const heading = readMarkup(text).find(({ name }) => name === 'h1')?.text ?? ''
      assert.match(heading, /^0 tasks stuck in both, 0 came, [1-9]\d* went\.$/)
      assert.match(text, /not of the same boot/)
    }
    const none = await service.ask(`/snapshots/${ids[0]}/compare/nothing`, { headers: HTML })
    assert.equal(none.status, 404)
  } finally {
    await service.close()
  }
})
