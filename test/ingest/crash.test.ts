import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startIngest } from '../../src/ingest/service.ts'
import { countIncidents } from '../../src/store/counts.ts'
import { openStore } from '../../src/store/open.ts'
import { findSnapshot, listSnapshots } from '../../src/store/snapshots.ts'
import { temporaryFolder } from '../store/build.ts'

const HOSTS = 24
// From before the first receipt to deep in the diagnoses; the last run is let finish its uploads.
const KILLED_AFTER_MS = [0, 15, 40, 90, 250, 700]

test('killed at any moment, nothing that has a receipt is lost and nothing is there twice', async (t) => {
  const folder = temporaryFolder()
  const receipts = new Map<string, string>()
  for (const afterMs of KILLED_AFTER_MS) await uploadAndKill(folder, receipts, afterMs)
  await uploadAndKill(folder, receipts, 10_000)
  assert.equal(receipts.size, HOSTS)

  const store = openStore(folder)
  const ingest = await startIngest({ store, dataFolder: folder, catalogueFolder: null, workers: 1 })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  for (const [host, id] of receipts) {
    const item = await ingest.waitFor(id, 60_000)
    assert.equal(item.status, 'done', `${host}: ${JSON.stringify(item.problem)}`)
    assert.equal((await findSnapshot(store, id))?.host, host)
    assert.ok(await ingest.openArchive(id))
  }
  assert.equal((await listSnapshots(store, { limit: 1 })).total, HOSTS)
  const [counted] = await countIncidents(store, { by: [], filter: {}, interval: null })
  assert.equal(counted?.incidents, HOSTS)
  assert.equal(counted?.hosts, HOSTS)
  assert.deepEqual(readdirSync(join(folder, 'tmp')), [])
})

/** Starts a service that uploads, kills it so long after it is ready, and notes its receipts. */
async function uploadAndKill(
  folder: string,
  receipts: Map<string, string>,
  afterMs: number,
): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'receive-child.ts'), folder, String(HOSTS)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const ready = Promise.withResolvers<void>()
  const all = Promise.withResolvers<void>()
  let own = 0
  createInterface(child.stdout).on('line', (line) => {
    const [what, host = '', id = ''] = line.split(' ')
    if (what === 'ready') ready.resolve()
    if (what !== 'receipt') return
    assert.equal(receipts.get(host) ?? id, id, 'the same bytes get the same receipt')
    receipts.set(host, id)
    own += 1
    if (own === HOSTS) all.resolve()
  })
  await Promise.race([ready.promise, exited])
  await Promise.race([sleep(afterMs), all.promise, exited])
  child.kill('SIGKILL')
  await exited
}
