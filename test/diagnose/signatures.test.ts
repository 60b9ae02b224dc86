import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import { type DiagnosedIncident, VERDICTS } from '../../src/model/diagnosis.ts'

// The expectation of a sample is its name: `fires-[VERDICT-|info-]TRAIT` or `silent-TRAIT`, in the
// folder of its signature; `one-incident` in the name means that nothing else may be found.
const SAMPLES = 'samples/signature'
const catalogue = loadCatalogue()
const ids = catalogue.signatures.map(({ id }) => id)

test('every folder of samples is named after a signature', () => {
  assert.deepEqual(
    readdirSync(SAMPLES).filter((id) => !ids.includes(id)),
    [],
  )
})

for (const id of ids) {
  const names = readdirSync(join(SAMPLES, id)).sort()

  test(`${id} has a sample on which it fires, and a near miss on which it is silent`, () => {
    assert.ok(names.some((name) => name.startsWith('fires-')))
    assert.ok(names.some((name) => name.startsWith('silent-')))
    const strange = names.filter((name) => !/^(?:fires|silent)-/.test(name))
    assert.deepEqual(strange, [])
  })

  for (const name of names) {
    test(`${id}: ${name}`, async () => {
      const snapshot = await readBundle(join(SAMPLES, id, name), { name: basename(name) })
      assert.deepEqual(snapshot.faults, [])
      const { incidents } = diagnose(snapshot, catalogue)
      const found = incidents.filter(({ signature }) => signature === id)
      if (name.startsWith('silent-')) assert.deepEqual(inShort(found), [])
      else fires(name, found, incidents)
    })
  }
}

function fires(
  name: string,
  found: readonly DiagnosedIncident[],
  all: readonly DiagnosedIncident[],
): void {
  const wanted = name.split('-')[1] ?? ''
  const [first] = found
  assert.ok(first, `silent, among ${JSON.stringify(inShort(all))}`)
  if (VERDICTS.some((verdict) => verdict === wanted)) {
    assert.deepEqual([...new Set(found.map(({ verdict }) => verdict))], [wanted])
  }
  assert.equal(first.severity === 'info', wanted === 'info', `severity ${first.severity}`)
  if (name.includes('one-incident')) assert.equal(all.length, 1, JSON.stringify(inShort(all)))
}

function inShort(incidents: readonly DiagnosedIncident[]): readonly string[] {
  return incidents.map(({ signature, verdict, summary }) => `${signature} ${verdict}: ${summary}`)
}
