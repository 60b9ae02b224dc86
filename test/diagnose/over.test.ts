import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { test } from 'node:test'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import type { DiagnosedIncident } from '../../src/model/diagnosis.ts'

const catalogue = loadCatalogue()

async function incidentsOf(sample: string): Promise<readonly DiagnosedIncident[]> {
  const path = `samples/signature/${sample}`
  return diagnose(await readBundle(path, { name: basename(path) }), catalogue).incidents
}

async function onlyIncidentOf(sample: string): Promise<DiagnosedIncident> {
  const [first, ...more] = await incidentsOf(sample)
  assert.ok(first)
  assert.deepEqual(more, [])
  return first
}

test('a lockup whose task is gone is over: when, how long, whose module, and no alarm', async () => {
  const sample = 'soft-lockup/fires-confirmed-over-with-its-rcu-stall-one-incident'
  const { title, severity, summary, tasks, evidence } = await onlyIncidentOf(sample)
  assert.equal(title, 'Soft lockup that is over')
  assert.equal(severity, 'low')
  assert.match(summary, /from 25 s after boot to 49 s after boot\. It lasted 50 s or longer/)
  assert.match(summary, /loadable module: stepper/)
  assert.deepEqual(
    tasks.map(({ tid }) => tid),
    [335, 402],
  )
  assert.ok(evidence.some(({ text }) => text.includes('rcu_preempt self-detected stall')))
})

test('what was blocked meanwhile is a victim of the lockup, and no finding of its own', async () => {
  const { signature, tasks } = await onlyIncidentOf(
    'hung-task/silent-blocked-while-a-cpu-was-locked',
  )
  assert.equal(signature, 'soft-lockup')
  const victims = tasks.filter(({ role }) => role === 'victim').map(({ comm }) => comm)
  assert.deepEqual(victims, ['reporter', 'kworker/0:2'])
})

test('a lockup is over when its tid is another task, however that one runs', async () => {
  const { severity } = await onlyIncidentOf('soft-lockup/fires-confirmed-tid-is-another-task-now')
  assert.equal(severity, 'low')
})

test('a lockup whose task is still on its CPU is told as one that lasts', async () => {
  const { title, severity, summary } = await onlyIncidentOf(
    'soft-lockup/fires-confirmed-still-on-its-cpu',
  )
  assert.equal(title, 'Soft lockup')
  assert.equal(severity, 'high')
  assert.match(summary, /does not leave kernel code/)
})

test('after a panic the panic comes first, and the rest is told as what was, with nothing to run', async () => {
  const [panic, deadlock] = await incidentsOf('kernel-panic/fires-confirmed-after-a-deadlock')
  assert.equal(panic?.signature, 'kernel-panic')
  assert.equal(deadlock?.signature, 'fuse-flush-deadlock')
  assert.equal(deadlock?.verdict, 'confirmed')
  assert.match(deadlock?.title ?? '', /before the host panicked/)
  assert.deepEqual(
    deadlock?.advice.steps.map(({ command }) => command),
    [null],
  )
})

test('a panic of an earlier boot does not void what the present boot shows', async () => {
  const incidents = await incidentsOf('kernel-panic/fires-confirmed-in-an-earlier-boot')
  const [deadlock, panic] = incidents
  assert.equal(deadlock?.signature, 'fuse-flush-deadlock')
  assert.ok(deadlock?.advice.steps.some(({ command }) => command?.includes('abort')))
  assert.equal(panic?.title, 'Kernel panic in an earlier boot')
  assert.match(panic?.summary ?? '', /rebooted since/)
})
