import type { Fault, Parsed } from '../../model/parsed.ts'
import type { Mount } from '../../model/snapshot.ts'
import { faultAt } from '../bytes.ts'

/**
 * Reads `/proc/<pid>/mountinfo`: one mount a line.
 *
 *     41 25 0:48 / /mnt/x rw,nosuid shared:5 - fuse.sshfs me@host:/ rw,user_id=0,group_id=0
 *
 * Optional fields stand before the single `-`. An empty file is a task past its namespaces.
 *
 * Source: fs/proc_namespace.c, show_mountinfo().
 */
export function parseMountinfo(
  text: string,
  file: string,
  seenBy: number | null = null,
): Parsed<readonly Mount[]> {
  return mountsOf(text, file, (line, from) => {
    const [before = '', after = ''] = cutAt(line, ' - ')
    const [mountId, , device, , mountPoint] = before.split(' ')
    const [type, source, options] = after.split(' ')
    if (mountPoint === undefined || type === undefined || device === undefined) return null
    if (options === undefined || !/^\d{1,9}:\d{1,9}$/.test(device)) return null
    return {
      mountId: Number(mountId),
      device,
      mountPoint: unescaped(mountPoint),
      type,
      source: unescaped(source ?? ''),
      options,
      seenBy,
      from,
    }
  })
}

/**
 * Reads `/proc/mounts`: one mount a line, without ids.
 *
 *     /dev/vda / ext4 rw,relatime 0 0
 *
 * Source: fs/proc_namespace.c, show_vfsmnt().
 */
export function parseMounts(text: string, file: string): Parsed<readonly Mount[]> {
  return mountsOf(text, file, (line, from) => {
    const [source, mountPoint, type, options] = line.split(' ')
    if (source === undefined || mountPoint === undefined) return null
    if (type === undefined || options === undefined) return null
    return {
      mountId: null,
      device: null,
      mountPoint: unescaped(mountPoint),
      type,
      source: unescaped(source),
      options,
      seenBy: null,
      from,
    }
  })
}

function mountsOf(
  text: string,
  file: string,
  read: (line: string, from: Mount['from']) => Mount | null,
): Parsed<readonly Mount[]> {
  const mounts: Mount[] = []
  const faults: Fault[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue
    const mount = read(line, { file, line: index + 1 })
    if (mount) mounts.push(mount)
    else faults.push(faultAt(file, index + 1, 'one mount with its point, type and options', line))
  }
  return { value: mounts, faults }
}

function cutAt(line: string, mark: string): [string, string] {
  const at = line.indexOf(mark)
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + mark.length)]
}

/** Blanks, tabs, newlines and backslashes in names are printed in octal: `\040`. */
function unescaped(name: string): string {
  if (!name.includes('\\')) return name
  return name.replace(/\\([0-7]{3})/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}
