import type { Cgroup } from '../model/snapshot.ts'

const FROZEN: readonly { readonly shape: RegExp; readonly frozen: boolean }[] = [
  // cgroup.events
  { shape: /^frozen 1$/m, frozen: true },
  { shape: /^frozen 0$/m, frozen: false },
  // freezer.state of v1
  { shape: /^FROZEN$/m, frozen: true },
  { shape: /^(?:THAWED|FREEZING)$/m, frozen: false },
]

/** Joins what a cgroup's files say of its freezer; `cgroup.events` tells what is, not what was asked. */
export class Cgroups {
  readonly #cgroups = new Map<string, Cgroup>()

  list(): readonly Cgroup[] {
    return [...this.#cgroups.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
  }

  /**
   *     populated 1
   *     frozen 0
   *
   * Source: kernel/cgroup/cgroup.c, cgroup_events_show(); kernel/cgroup/legacy_freezer.c.
   */
  readEvents(path: string, text: string): void {
    const frozen = FROZEN.find(({ shape }) => shape.test(text))?.frozen ?? null
    const line = text.split('\n').findIndex((row) => /frozen|thawed|freezing/i.test(row)) + 1
    this.#cgroups.set(folderOf(path), {
      path: folderOf(path),
      frozen,
      from: { file: path, line: Math.max(line, 1) },
    })
  }

  /** `1`: asked to freeze, not yet proof that it is frozen. */
  readFreeze(path: string, text: string): void {
    const known = this.#cgroups.get(folderOf(path))
    if (known && known.frozen !== null) return
    const frozen = text.trim() === '1' ? true : text.trim() === '0' ? false : null
    this.#cgroups.set(folderOf(path), {
      path: folderOf(path),
      frozen,
      from: { file: path, line: 1 },
    })
  }
}

/** Path below /sys/fs/cgroup, and below a v1 controller's own folder. */
function folderOf(path: string): string {
  const inside = path.replace(/^sys\/fs\/cgroup/, '').replace(/\/[^/]+$/, '')
  return inside.replace(/^\/freezer(?=\/|$)/, '') || '/'
}
