import { join } from 'node:path'
import Database from 'better-sqlite3'

/**
 * Takes a data folder for this process alone, as long as it lives: the kernel gives the lock back
 * when the process ends, however it ends.
 *
 * @throws {Error} when another process has it
 */
export function lockFolder(dataFolder: string): { release(): void } {
  const database = new Database(join(dataFolder, 'service.lock'), { timeout: 0 })
  try {
    database.pragma('journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    throw new Error(`Another service is working on ${dataFolder}`, { cause })
  }
  return {
    release() {
      database.exec('ROLLBACK')
      database.close()
    },
  }
}

/** Whether another process works on a data folder now. */
export function isFolderTaken(dataFolder: string): boolean {
  try {
    lockFolder(dataFolder).release()
    return false
  } catch {
    // Whatever keeps the lock from us keeps the folder from us.
    return true
  }
}
