import { isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml'
import { type Fault, FOUND_CHARS_MAX } from '../../model/parsed.ts'

/** Walks a document; what does not fit is noted with its line, and the walk goes on. */
export class YamlReader {
  readonly #file: string
  readonly #lines: LineCounter
  readonly #faults: Fault[]

  constructor(file: string, lines: LineCounter, faults: Fault[]) {
    this.#file = file
    this.#lines = lines
    this.#faults = faults
  }

  fault(node: unknown, expected: string, found?: string): void {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
    const place = this.#lines.linePos(offset)
    const shown = found ?? (isNode(node) ? String(node) : 'nothing')
    this.#faults.push({
      file: this.#file,
      line: place.line,
      column: place.col,
      expected,
      found: shown.slice(0, FOUND_CHARS_MAX),
    })
  }

  /** The fields of a mapping by name; a name that is not in `known` is a fault. */
  fields(node: unknown, known: readonly string[], what: string): ReadonlyMap<string, unknown> {
    const fields = new Map<string, unknown>()
    if (!isMap(node)) {
      this.fault(node, `${what}: a mapping`)
      return fields
    }
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (known.includes(name)) fields.set(name, value)
      else this.fault(key, `one of ${known.join(', ')}`, name)
    }
    return fields
  }

  entries(node: unknown, what: string): readonly (readonly [string, unknown])[] {
    if (node === undefined || node === null) return []
    if (!isMap(node)) {
      this.fault(node, `${what}: a mapping`)
      return []
    }
    return node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', value])
  }

  items(node: unknown, what: string): readonly unknown[] {
    if (node === undefined || node === null) return []
    if (isSeq(node)) return node.items
    this.fault(node, `${what}: a list`)
    return []
  }

  text(node: unknown, what: string): string {
    if (isScalar(node) && typeof node.value === 'string' && node.value.trim() !== '') {
      return node.value.trim()
    }
    this.fault(node, `${what}: text`)
    return ''
  }

  optionalText(node: unknown, what: string): string | null {
    return node === undefined ? null : this.text(node, what)
  }

  value(node: unknown): unknown {
    return isScalar(node) ? node.value : undefined
  }

  choice<Value extends string>(node: unknown, among: readonly Value[], what: string): Value | null {
    const found = among.find((each) => each === this.value(node))
    if (found === undefined) this.fault(node, `${what}: one of ${among.join(', ')}`)
    return found ?? null
  }
}

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && 'range' in node
}
