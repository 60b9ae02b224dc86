import type { LogScan } from '../log/log-scan.ts'

/**
 * Joins stacks that nothing names with the status beside them, as a loop of `cat status stack`, or
 * of `cat stack status`, prints them: what came first in the text comes first all through it.
 */
export class StatusOrder {
  #isStackFirst: boolean | null = null

  /** Takes the tid that a status tells. */
  join(tid: number, scan: LogScan): void {
    const above = scan.drafts.at(-1)
    const isNameless = above?.bare === true && above.label === null
    this.#isStackFirst ??= isNameless
    const label = { tgid: null, tid }
    if (!this.#isStackFirst) scan.label([label])
    else if (isNameless) above.label = label
  }
}
