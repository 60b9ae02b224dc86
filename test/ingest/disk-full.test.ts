import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startIngest } from '../../src/ingest/service.ts'
import { openStore } from '../../src/store/open.ts'
import { findSnapshot, listSnapshots } from '../../src/store/snapshots.ts'
import { temporaryFolder } from '../store/build.ts'
import { hostBundle, uploadOf } from './bundles.ts'

const HOSTS = 40
const PADDING_KIB = 100
/** In the blocks of `sh`, 512 bytes: less than the log needs for all of them. */
const FILE_BLOCKS_MAX = 4_000

test('without room for more, uploads are refused and leave nothing behind', async (t) => {
  const folder = temporaryFolder()
  const lines = await uploadWithLimit(folder)
  const receipts = lines.filter(([what]) => what === 'receipt')
  const refused = lines.filter(([what]) => what === 'refused')
  assert.equal(receipts.length + refused.length, HOSTS)
  assert.ok(receipts.length > 0, 'some fit')
  assert.ok(refused.length > 0, 'some do not')
  assert.deepEqual([...new Set(refused.map(([, , kind]) => kind))], ['store-full'])
  const bytesInLog = statSync(join(folder, 'log', '000000000001.log')).size

  const store = openStore(folder)
  const ingest = await startIngest({ store, dataFolder: folder, catalogueFolder: null, workers: 1 })
  t.after(async () => {
    await ingest.close()
    await store.close()
  })
  assert.equal((await listSnapshots(store, { limit: 1 })).total, receipts.length)
  for (const [, host, id = ''] of receipts) {
    assert.equal((await findSnapshot(store, id))?.name, `${host}.tar.gz`)
    assert.ok(await ingest.openArchive(id))
  }
  assert.deepEqual(readdirSync(join(folder, 'tmp')), [])
  const again = await ingest.receive(uploadOf(hostBundle({ host: 'late' })), {
    name: 'late.tar.gz',
  })
  assert.equal((await ingest.waitFor(again.id, 60_000)).status, 'done')
  assert.ok(statSync(join(folder, 'log', '000000000001.log')).size > bytesInLog)
})

/** Uploads while no file may grow beyond a bound: to a program, the same as a full disk. */
async function uploadWithLimit(folder: string): Promise<readonly (readonly string[])[]> {
  const script = join(import.meta.dirname, 'receive-child.ts')
  const child = spawn(
    'sh',
    [
      '-c',
      `ulimit -f ${FILE_BLOCKS_MAX}; trap '' XFSZ; exec "$@"`,
      'sh',
      ...[process.execPath, script, folder, String(HOSTS), String(PADDING_KIB)],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (part) => {
    output += part
    // What it has begun to diagnose does not matter here.
    if (output.endsWith('end\n')) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.once('close', resolve))
  return output
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([what]) => what === 'receipt' || what === 'refused')
}
