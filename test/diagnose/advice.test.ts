import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import type { DiagnosedIncident, Diagnosis } from '../../src/model/diagnosis.ts'

// What holds for the words of every incident of every sample: what a person at night must be able to rely on.
const SAMPLES = globSync(['samples/signature/*/fires-*', 'samples/bundle/*.tar.gz']).sort()
const catalogue = loadCatalogue()

async function diagnosisOf(path: string): Promise<Diagnosis> {
  return diagnose(await readBundle(path, { name: basename(path) }), catalogue, { allTasks: true })
}

const ABORT = /connections\/\d+\/abort/

/** The last of several steps, or the one before the look whether it helped. */
function aborts({ advice }: DiagnosedIncident): readonly number[] {
  return advice.steps.flatMap(({ command }, index) => (ABORT.test(command ?? '') ? [index] : []))
}

function checkWords({ advice, summary, title, verdict, signature }: DiagnosedIncident): void {
  const texts = advice.steps.map(({ text }) => text)
  assert.equal(new Set(texts).size, texts.length, 'a step is told twice')
  assert.doesNotMatch(`${summary} ${texts.join(' ')}`, /\bunknown\b|\{[a-z]/)
  assert.ok(title.length < 100, title)
  if (verdict !== 'possible') return
  const own = catalogue.signatures.find(({ id }) => id === signature)?.title
  assert.notEqual(title, own, 'a title that claims more than its verdict')
}

function checkAborts(incident: DiagnosedIncident): void {
  const { steps } = incident.advice
  for (const at of aborts(incident)) {
    assert.match(steps[at - 1]?.command ?? '', /mountinfo/, 'an abort without a check')
    assert.match(steps[at]?.text ?? '', /ECONNABORTED.*ENOTCONN.*Lost:/s)
  }
}

/** Whom it would let go on. */
function continued({ advice }: DiagnosedIncident): readonly number[] {
  const commands = advice.steps.map(({ command }) => command ?? '').join('\n')
  return [...commands.matchAll(/kill -CONT (\d+)/g)].map(([, tid]) => Number(tid))
}

for (const path of SAMPLES) {
  test(`${path}: the words of each incident can be acted upon`, async () => {
    const { incidents, tasks } = await diagnosisOf(path)
    const stopped = new Set(tasks.flatMap(({ tid, state }) => (state === 'T' ? [tid] : [])))
    for (const incident of incidents) {
      checkWords(incident)
      checkAborts(incident)
      assert.deepEqual(
        continued(incident).filter((tid) => !stopped.has(tid)),
        [],
      )
    }
  })
}

test('while a daemon lives, to look again comes before an abort', async () => {
  const { incidents } = await diagnosisOf('samples/bundle/busy-but-healthy-1.tar.gz')
  const [incident] = incidents
  assert.ok(incident)
  const [first] = incident.advice.steps
  assert.match(first?.command ?? '', /waiting.*sleep/)
  assert.deepEqual(aborts(incident), [incident.advice.steps.length - 1])
})

test('a stack alone says what the text does not show, and claims no dying pid namespace', async () => {
  const path = 'samples/signature/fuse-flush-deadlock/fires-possible-stack-alone.txt'
  const [incident] = (await diagnosisOf(path)).incidents
  assert.ok(incident)
  assert.doesNotMatch(incident.title, /namespace/)
  assert.doesNotMatch(incident.summary, /Nothing in the input could still answer/)
  assert.match(incident.summary, /shows neither the daemon nor the init/)
  assert.match(incident.advice.steps[0]?.text ?? '', /paste/)
})

test('a hung-task report that is history is told as over, with nothing to be run now', async () => {
  const path = 'samples/signature/hung-task/fires-info-task-is-gone'
  const [incident] = (await diagnosisOf(path)).incidents
  assert.match(incident?.title ?? '', /over/)
  assert.match(incident?.advice.steps[0]?.text ?? '', /Nothing is to be done now/)
  assert.ok(incident?.advice.steps.every(({ command }) => !command?.includes('sysrq')))
})
