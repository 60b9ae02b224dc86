// Paths of a bundle hold the numbers of the task they are of: without them a fleet's worth of
// paths is a handful.

type Numbered = { readonly tgid: number | null; readonly tid: number | null }

/** Each kind of folder by the sign that stands for it; no path begins with one. */
const FOLDERS: Readonly<Record<string, (task: Numbered) => string>> = {
  '\u0001': ({ tgid, tid }) => `proc/${tgid}/task/${tid}/`,
  '\u0002': ({ tgid }) => `proc/${tgid}/`,
  '\u0003': ({ tid }) => `proc/${tid}/`,
}

/** Stands before a path that is kept as it is. */
const WHOLE = '\u0000'

const SIGNS = Object.entries(FOLDERS)

/** A path with the task's numbers taken out. */
export function toTemplate(path: string, task: Numbered): string {
  for (const [sign, folderOf] of SIGNS) {
    const folder = folderOf(task)
    if (path.startsWith(folder)) return sign + path.slice(folder.length)
  }
  return WHOLE + path
}

/** The path again. */
export function fromTemplate(template: string, task: Numbered): string {
  const folderOf = FOLDERS[template.charAt(0)]
  return (folderOf?.(task) ?? '') + template.slice(1)
}
