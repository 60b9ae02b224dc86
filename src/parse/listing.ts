import type { Parsed } from '../model/parsed.ts'

/** A symbolic link of a listing. */
export type ListedLink = {
  /** Thread group of the `/proc/<tgid>/...:` line above it; null where there is none. */
  readonly tgid: number | null
  readonly name: string
  readonly target: string
}

const FOLDER = /^\/?proc\/(\d{1,9})\/(?:task\/\d{1,9}\/)?(?:fd|ns):(?: |$)/
const LINKS_MAX = 200_000

/**
 * Reads what `ls -l` prints of folders of links, one or many.
 *
 *     /proc/321/fd:
 *     total 0
 *     lrwx------ 1 root root 64 Nov 23 12:52 3 -> /dev/fuse
 *
 * The folder may also stand before each link, as when each folder is listed by a command of its own.
 * Lines of no link are passed over: totals, blank lines, `ls: cannot access ...`.
 */
export function parseListing(text: string): Parsed<readonly ListedLink[]> {
  const links: ListedLink[] = []
  let tgid: number | null = null
  for (const line of text.split('\n')) {
    const folder = FOLDER.exec(line)
    if (folder) tgid = Number(folder[1])
    const arrow = line.indexOf(' -> ')
    if (arrow < 0 || line[folder?.[0].length ?? 0] !== 'l' || links.length >= LINKS_MAX) continue
    const name = line.slice(line.lastIndexOf(' ', arrow - 1) + 1, arrow)
    links.push({ tgid, name, target: line.slice(arrow + 4) })
  }
  return { value: links, faults: [] }
}
