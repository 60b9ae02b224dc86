import { lockFolder } from '../store/folder-lock.ts'
import type { Store } from '../store/open.ts'
import { LiveCatalogue } from './live-catalogue.ts'
import { WorkRunner } from './work-runner.ts'

/** What goes through history, without all else that the service does. */
export type History = {
  readonly work: WorkRunner
  readonly catalogue: LiveCatalogue
  /** What is under way is gone on with the next time. */
  close(): Promise<void>
}

/**
 * Takes a data folder that no service works on to read its history again: bundles that wait for
 * their diagnosis go on waiting, nothing else is begun.
 *
 * @throws {Error} when another process works on the folder
 */
export async function openHistory(settings: {
  readonly store: Store
  readonly dataFolder: string
  readonly catalogueFolder: string | null
}): Promise<History> {
  const { store, dataFolder, catalogueFolder } = settings
  const lock = lockFolder(dataFolder)
  try {
    const catalogue = await LiveCatalogue.open(store, catalogueFolder)
    const work = new WorkRunner({ store, catalogue, now: Date.now, yields: false })
    const close = async () => {
      await work.close()
      lock.release()
    }
    return { work, catalogue, close }
  } catch (error) {
    lock.release()
    throw error
  }
}
