import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostIdOf, newId, newIncidentId } from '../../src/store/ids.ts'

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('ids are version 7 UUIDs, all different, in the order they were made', () => {
  const ids = Array.from({ length: 2_000 }, () => newId(1_700_000_000_000))
  for (const id of ids) assert.match(id, UUID_7)
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual([...ids].sort(), ids)
  assert.ok(newId(1_700_000_000_001) > (ids.at(-1) ?? ''))
})

test('the id of an incident tells its host', () => {
  for (const hostId of [1, 77, 2 ** 31, 2 ** 32 - 1]) {
    const id = newIncidentId(1_700_000_000_000, hostId)
    assert.match(id, UUID_7)
    assert.equal(hostIdOf(id), hostId)
  }
  assert.equal(hostIdOf('nothing'), null)
})
