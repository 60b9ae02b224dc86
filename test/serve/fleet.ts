import assert from 'node:assert/strict'
import { deadlockBundle, healthyBundle } from './archives.ts'
import { type Service, startService } from './service.ts'

/** The hosts that hang, in the order they did. */
export const HOSTS = ['web-1', 'web-2', 'db-1', 'db-2']

/** A service that four hung hosts and one that is well have sent bundles to. */
export async function startFleet(): Promise<Service> {
  const service = await startService()
  for (const [index, host] of HOSTS.entries()) {
    const rack = index < 2 ? 'r1' : 'r2'
    const at = `2026-11-2${index}T12:00:00Z`
    const query = `wait=60&label.rack=${rack}&collectedAt=${at}`
    const { status } = await service.post(`/api/v1/snapshots?${query}`, deadlockBundle(host))
    assert.equal(status, 201)
  }
  await service.post('/api/v1/snapshots?wait=60', healthyBundle('well-1'))
  return service
}
