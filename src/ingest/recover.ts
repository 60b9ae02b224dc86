import {
  type BlobFiles,
  dropTemporary,
  hasBlob,
  keepTemporary,
  listTemporary,
} from '../store/blobs-files.ts'
import { findBundle, findLogPosition, type LogPosition, saveReceived } from '../store/bundles.ts'
import type { Store } from '../store/open.ts'
import { fromJson } from '../store/packed.ts'
import { releaseAllJobs } from '../store/queue.ts'
import { requeueSnapshots } from '../store/snapshot-save.ts'
import { isIntact, recordsBehind } from '../store/upload-log.ts'
import type { LogHead } from './receive.ts'

const START: LogPosition = { segment: 1, offset: 0 }

/**
 * Takes over what an earlier process left: uploads that are in the log and not in the tables,
 * temporary files, jobs it had begun. Answers the end of the log.
 */
export async function recover(
  store: Store,
  logFolder: string,
  files: BlobFiles,
): Promise<LogPosition> {
  const end = await replayLog(store, logFolder)
  await settleTemporary(store, files)
  await store.write(async (tx) => {
    await releaseAllJobs(tx)
    await requeueSnapshots(tx)
  })
  return end
}

async function replayLog(store: Store, folder: string): Promise<LogPosition> {
  let end = (await findLogPosition(store.read)) ?? START
  for await (const record of recordsBehind(folder, end)) {
    const { isFile, ...received } = fromJson<LogHead>(record.head)
    if (!(await isIntact(folder, record, received.sha256))) break
    end = record.next
    const place = isFile ? null : record.at
    await store.write((tx) => saveReceived(tx, [{ ...received, place }], record.next))
  }
  return end
}

/** Files whose snapshot is known are moved to where it looks for them; the others are nobody's. */
async function settleTemporary(store: Store, files: BlobFiles): Promise<void> {
  for (const id of listTemporary(files)) {
    const bundle = await findBundle(store.read, id)
    const isWanted =
      bundle !== null && bundle.place === null && !(await hasBlob(files, bundle.sha256))
    if (isWanted) await keepTemporary(files, id, bundle.sha256)
    else dropTemporary(files, id)
  }
}
