import type { Place } from './parsed.ts'

/** One goroutine of a Go dump (SIGQUIT, debug/pprof/goroutine?debug=2). */
export type Goroutine = {
  readonly id: number
  /** `select`, `chan receive`, `IO wait`, `syscall`, `semacquire`... as the runtime prints it. */
  readonly state: string
  /** Minutes in that state; null below one minute. */
  readonly minutes: number | null
  /** Function names without arguments, innermost first, e.g. `net/http.(*persistConn).roundTrip`. */
  readonly functions: readonly string[]
  readonly from: Place
  /** The first line, e.g. `goroutine 52 [select, 41 minutes]:`. */
  readonly text: string
}
