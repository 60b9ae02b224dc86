import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogueOf } from '../../src/cli/catalogue.ts'
import { readKept } from '../../src/cli/kept-catalogue.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'

test('the catalogue that is kept between runs is the one that is parsed', async () => {
  const parsed = loadCatalogue()
  assert.deepEqual(await catalogueOf(null), parsed)
  assert.deepEqual(readKept(), parsed)
})
