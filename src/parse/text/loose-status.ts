import type { StatusLine } from './pasted-fact.ts'

// A field whose value looks as /proc prints it: mails have lines such as `State: open` too.
const TELLING =
  /^(?:(?:SigPnd|ShdPnd):\s+[\da-f]{16}$|State:\s+[A-Za-z] \(|NSpid:\s+\d|(?:Threads|FDSize):\s+\d+$)/
// Name, Umask, State, Tgid, Ngid stand above Pid.
const GAP_LINES_MAX = 3
const LINES_MAX = 80
const BLOCKS_MAX = 1000

/** Lines of a status that stand without the command that printed them. */
export class LooseStatus {
  #lines: StatusLine[] = []
  /** Blocks that name no task: `grep Pnd` with its command left out. */
  readonly blocks: (readonly StatusLine[])[] = []

  /** Takes a line; gives the block so far when the line, `Pid:`, names its task. */
  take(line: StatusLine): { readonly tid: number; readonly lines: readonly StatusLine[] } | null {
    if (line.line - (this.#lines.at(-1)?.line ?? line.line) > GAP_LINES_MAX) this.end()
    if (this.#lines.length < LINES_MAX) this.#lines.push(line)
    const tid = /^Pid:\s+(\d{1,9})$/.exec(line.text)?.[1]
    if (tid === undefined) return null
    const lines = this.#lines
    this.#lines = []
    return { tid: Number(tid), lines }
  }

  /** Ends the block in hand. */
  end(): void {
    const isTelling = this.#lines.some(({ text }) => TELLING.test(text))
    if (isTelling && this.blocks.length < BLOCKS_MAX) this.blocks.push(this.#lines)
    this.#lines = []
  }
}
