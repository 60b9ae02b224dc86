import type { TaskFile } from '../model/entry.ts'
import type { Manifest } from './manifest.ts'
import { bitOf, type TaskTable } from './task-table.ts'

/** A file that could not be read, and why. */
export type UnreadableFile = Manifest['unreadable'][number]

/** Files that a reader can block on while the task's status still reads. */
const BLOCKING: readonly TaskFile[] = ['stack', 'stat', 'wchan', 'syscall']

/** A file that so many tasks have is one that the collector reads of every task. */
const USUAL_SHARE = 0.8

const WHY_ABSENT =
  'absent, though of nearly every other task it is there: reading it blocked, or the task was gone'

/** Tells which files of a task could not be read: by the manifest, or because they alone are absent. */
export class Unreadable {
  readonly #table: TaskTable
  readonly #byTask = new Map<string, UnreadableFile[]>()
  readonly #usual: readonly TaskFile[]
  readonly #usualBits: number

  constructor(table: TaskTable, told: readonly UnreadableFile[]) {
    this.#table = table
    for (const file of told) {
      const found = TASK_PATH.exec(file.path)
      if (!found) continue
      const key = `${found[1]}/${found[2] ?? found[1]}`
      const files = this.#byTask.get(key) ?? []
      files.push(file)
      this.#byTask.set(key, files)
    }
    const withStatus = table.count('status')
    this.#usual = BLOCKING.filter(
      (kind) => withStatus > 1 && table.count(kind) >= USUAL_SHARE * withStatus,
    )
    this.#usualBits = this.#usual.reduce((bits, kind) => bits | bitOf(kind), 0)
  }

  of(index: number): readonly UnreadableFile[] {
    const { tgid, tid } = this.#table.tasks[index] ?? {}
    const told = this.#byTask.size > 0 ? this.#byTask.get(`${tgid}/${tid}`) : undefined
    const seen = this.#table.seenOf(index)
    if ((seen & this.#usualBits) === this.#usualBits) return told ?? NONE
    // What blocks one of them blocks `stat` too: a stack absent beside it was empty, as of a zombie.
    if (this.#usual.includes('stat') && this.#table.hasFile(index, 'stat')) return told ?? NONE
    const absent = this.#usual.filter((kind) => !this.#table.hasFile(index, kind))
    const files = absent.map((kind) => ({
      path: `proc/${tgid}/task/${tid}/${kind}`,
      why: WHY_ABSENT,
    }))
    const toldPaths = new Set(told?.map(({ path }) => path))
    return [...(told ?? NONE), ...files.filter(({ path }) => !toldPaths.has(path))]
  }
}

const NONE: readonly UnreadableFile[] = []

/** Tasks that the manifest names, whether or not the bundle has a file of them. */
export function toldTasks(told: readonly UnreadableFile[]): { tgid: number; tid: number }[] {
  return told.flatMap(({ path }) => {
    const found = TASK_PATH.exec(path)
    return found ? [{ tgid: Number(found[1]), tid: Number(found[2] ?? found[1]) }] : []
  })
}

const TASK_PATH = /^\/?proc\/([1-9]\d{0,8})\/(?:task\/([1-9]\d{0,8})\/)?/
