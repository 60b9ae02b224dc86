import type { Draft } from './draft.ts'
import type { Label } from './shape.ts'

// A number alone on a line names the stack right below it, perhaps past a blank line.
const HEADING_LINES_MAX = 2

type Heading = {
  /** Null where the line tells a name and no number. */
  readonly label: Label | null
  readonly comm: string | null
  readonly line: number
}

/** Whose the stacks without a head are, by what stands above them. */
export class StackLabels {
  #queue: Label[] = []
  #heading: Heading | null = null

  /** Whose the next stacks are, in order. */
  expect(labels: readonly Label[]): void {
    this.#queue = [...labels]
    this.#heading = null
  }

  /** Whose the stack is that begins right below `line`; without one, nothing was meant. */
  head(label: Label | null, comm: string | null, line: number): void {
    this.#heading = { label, comm, line }
  }

  /** True when a heading stands right above `line`. */
  isHeaded(line: number): boolean {
    return this.#near(line) !== null
  }

  /** Gives the stack that begins at `line` its name. */
  name(draft: Draft, line: number): void {
    const heading = this.#near(line)
    draft.label = heading?.label ?? this.#queue.shift() ?? null
    draft.facts.comm ??= heading?.comm ?? null
    this.#heading = null
  }

  #near(line: number) {
    const { line: above = 0 } = this.#heading ?? {}
    return line - above <= HEADING_LINES_MAX ? this.#heading : null
  }
}
