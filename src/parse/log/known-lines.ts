import { type LineKind, lineKindOf } from './line-kind.ts'

// Distinct lines of a log that can stand in a stack; a hostile log has no end of them.
const LINES_MAX = 50_000
const LINE_CHARS_MAX = 300

type Known = { readonly text: string; readonly kind: LineKind; readonly next: Known | null }

/**
 * What lines are to a stack, each distinct line worked out once. Found by a hash of its characters
 * where they stand in the log: to make a string of every line costs more than all else.
 */
export class KnownLines {
  #kinds = new Map<number, Known>()

  /** What the line from `start` to `end` is; null when it is nothing of a stack. */
  kindAt(text: string, start: number, end: number): LineKind | null {
    if (end - start > LINE_CHARS_MAX) return null
    const hash = hashOf(text, start, end)
    const first = this.#kinds.get(hash) ?? null
    for (let known = first; known; known = known.next) {
      if (known.text.length === end - start && text.startsWith(known.text, start)) return known.kind
    }
    return this.#add(hash, text.slice(start, end), first)
  }

  /** What a line is that was put together. */
  kindOf(line: string): LineKind | null {
    return this.kindAt(line, 0, line.length)
  }

  #add(hash: number, line: string, next: Known | null): LineKind | null {
    const kind = lineKindOf(line)
    if (kind === null) return null
    if (this.#kinds.size >= LINES_MAX) this.#kinds.clear()
    // Chosen lines of one hash must not make a list without end: the older ones are worked out again.
    const isLong = next?.next?.next?.next?.next
    // A slice would keep the whole log in memory.
    this.#kinds.set(hash, { text: ` ${line}`.slice(1), kind, next: isLong ? null : next })
    return kind
  }
}

// Lines differ in their offsets, which stand at their ends; of the name before, every third character will do.
const WHOLE_CHARS = 20

function hashOf(text: string, start: number, end: number): number {
  const whole = Math.max(start, end - WHOLE_CHARS)
  let hash = end - start
  for (let at = start; at < whole; at += 3) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  for (let at = whole; at < end; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}
