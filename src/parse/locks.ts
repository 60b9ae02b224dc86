import type { Fault, Parsed } from '../model/parsed.ts'
import type { FileLock } from '../model/snapshot.ts'
import { faultAt } from './bytes.ts'

const LOCK =
  /^(?<id>\d{1,12}): (?<waits>-> )?(?<kind>\w+) +\S+ +(?<mode>\w+) +(?<tgid>-?\d{1,12}) (?<file>[\da-f]+:[\da-f]+:\d+|<none>:\d+) /

/**
 * Reads `/proc/locks`: a lock a line, those who wait for it behind it with the same number.
 *
 *     1: FLOCK  ADVISORY  WRITE 321 fe:00:131137 0 EOF
 *     1: -> FLOCK  ADVISORY  WRITE 400 fe:00:131137 0 EOF
 *
 * Empty: nobody holds a lock.
 *
 * Source: fs/locks.c, lock_get_status().
 */
export function parseLocks(text: string, file: string): Parsed<readonly FileLock[]> {
  const locks: FileLock[] = []
  const faults: Fault[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue
    const found = LOCK.exec(line)?.groups
    if (!found) {
      faults.push(faultAt(file, index + 1, 'id: kind advice mode pid device:inode start end', line))
      continue
    }
    locks.push({
      id: Number(found['id']),
      waiting: found['waits'] !== undefined,
      kind: found['kind'] ?? '',
      mode: found['mode'] ?? '',
      tgid: Number(found['tgid']),
      file: found['file'] ?? '',
      from: { file, line: index + 1 },
      text: line,
    })
  }
  return { value: locks, faults }
}
