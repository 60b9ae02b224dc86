import { type LineKind, lineKindOf } from './line-kind.ts'

// Distinct lines of a log that can stand in a stack; a hostile log has no end of them.
const LINES_MAX = 50_000
const LINE_CHARS_MAX = 300

/** What lines are to a stack, each distinct line worked out once. */
export class KnownLines {
  #kinds = new Map<string, LineKind>()

  kindOf(line: string): LineKind | null {
    const known = this.#kinds.get(line)
    if (known) return known
    const kind = lineKindOf(line)
    if (kind && line.length <= LINE_CHARS_MAX) {
      if (this.#kinds.size >= LINES_MAX) this.#kinds.clear()
      // A slice would keep the whole log in memory.
      this.#kinds.set(` ${line}`.slice(1), kind)
    }
    return kind
  }
}
