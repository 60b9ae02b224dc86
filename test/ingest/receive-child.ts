import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { startIngest } from '../../src/ingest/service.ts'
import { Problem } from '../../src/model/problem.ts'
import { openStore } from '../../src/store/open.ts'
import { hostBundle, uploadOf } from './bundles.ts'

// Started by other tests, to be killed at any moment or to run out of room: uploads a bundle of
// each host, eight at a time, and says which it got a receipt for and which were refused.

const [folder = '', hosts = '0', paddingKib = '0'] = process.argv.slice(2)
const store = openStore(folder)
const ingest = await startIngest({ store, dataFolder: folder, catalogueFolder: null, workers: 1 })
writeSync(1, 'ready\n')

let next = 0
async function uploadMany(): Promise<void> {
  while (next < Number(hosts)) {
    const host = `host-${next}`
    // Every third one is too large for the upload log and gets a file of its own.
    const padding = Buffer.alloc(next % 3 === 0 ? 300_000 : 0)
    next += 1
    const bytes = Buffer.concat([
      hostBundle({ host }),
      padding,
      randomBytes(Number(paddingKib) * 1024),
    ])
    await uploadOne(host, bytes)
  }
}

async function uploadOne(host: string, bytes: Buffer): Promise<void> {
  try {
    const { id } = await ingest.receive(uploadOf(bytes), { name: `${host}.tar.gz` })
    writeSync(1, `receipt ${host} ${id}\n`)
  } catch (error) {
    writeSync(1, `refused ${host} ${error instanceof Problem ? error.kind : String(error)}\n`)
  }
}

await Promise.all(Array.from({ length: 8 }, uploadMany))
writeSync(1, 'end\n')
