import { type Entry, pathOf } from '../model/entry.ts'
import type { TaskSample } from '../model/snapshot.ts'
import { readStat } from './proc/stat.ts'
import type { TaskFiles } from './task-files.ts'

type Sample = { -readonly [Key in keyof TaskSample]: TaskSample[Key] }

/** Collectors read a few suspicious tasks again, not all. */
const SAMPLES_MAX = 100_000

/** Joins the files of tasks that were read again: `resample/<n>/proc/<tgid>/task/<tid>/...`. */
export class Samples {
  readonly #files: TaskFiles
  readonly #samples = new Map<string, Sample>()

  constructor(files: TaskFiles) {
    this.#files = files
  }

  list(): readonly TaskSample[] {
    return [...this.#samples.values()].sort(
      (one, other) => one.round - other.round || one.tgid - other.tgid || one.tid - other.tid,
    )
  }

  read(entry: Entry, bytes: Buffer, start: number, end: number): void {
    const sample = this.#sampleOf(entry)
    if (sample === null) return
    if (entry.kind === 'stack') sample.stack = this.#files.stackIn(bytes, start, end)
    if (entry.kind === 'status') {
      const status = this.#files.statusIn(entry, bytes, start, end)
      sample.state = status.state ?? sample.state
      sample.switches = status.switches
    }
    if (entry.kind === 'stat') {
      const stat = {
        state: sample.state,
        ppid: null,
        exitingFlag: null,
        kthread: null,
        startTicks: null,
      }
      readStat(bytes, start, end, stat)
      sample.state = stat.state
      sample.startTicks = stat.startTicks
    }
  }

  #sampleOf(entry: Entry): Sample | null {
    const { round, tgid } = entry
    const tid = entry.tid > 0 ? entry.tid : tgid
    const key = `${round}/${tgid}/${tid}`
    const known = this.#samples.get(key)
    if (known) return known
    if (this.#samples.size >= SAMPLES_MAX) return null
    const from = { file: pathOf(entry), line: 1 }
    const sample: Sample = {
      round,
      tgid,
      tid,
      state: null,
      stack: null,
      switches: null,
      startTicks: null,
      from,
    }
    this.#samples.set(key, sample)
    return sample
  }
}
