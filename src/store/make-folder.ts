import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those it lies in. Not by `recursive`: where the kernel says ENOENT of a parent
 * that is there, as /proc does, that tries for ever.
 *
 * @throws {Error} the disk's own, when one cannot be made
 */
export function makeFolder(folder: string): void {
  const missing: string[] = []
  for (let at = folder; !isThere(at); at = dirname(at)) missing.unshift(at)
  for (const each of missing) {
    try {
      mkdirSync(each)
    } catch (error) {
      // Somebody else may make it at the same time.
      if (!isThere(each)) throw error
    }
  }
}

function isThere(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false }) !== undefined || dirname(folder) === folder
}
